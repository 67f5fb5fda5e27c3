/** `--config FILE`: the same options as a JSON5 file; what came by other ways wins over it. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import JSON5 from "json5";
import { InputError } from "./error.ts";
import { suggest } from "./parse.ts";
import { OPTION_TABLE, type OptionRow, type RawOptions } from "./table.ts";

/** @throws InputError with line and column for malformed JSON5, or the key that is unknown */
export function withConfigFile(raw: RawOptions, cwd: string): RawOptions {
  if (typeof raw.config !== "string" || raw.config === "") return raw;
  return { ...readConfigFile(raw.config, cwd), ...raw };
}

/** Reads a JSON5 file. */
export function readJson5(input: string, path: string, cwd: string): unknown {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, path), "utf8");
  } catch (cause) {
    throw new InputError({
      input,
      value: path,
      expected: "a file that can be read",
      mend: `${(cause as Error).message}.`,
    });
  }
  try {
    return JSON5.parse(text);
  } catch (cause) {
    const { lineNumber, columnNumber } = cause as { lineNumber?: number; columnNumber?: number };
    throw new InputError({
      input,
      value: `${path}:${lineNumber ?? "?"}:${columnNumber ?? "?"}`,
      expected: "valid JSON5 there",
      mend: `${(cause as Error).message}.`,
    });
  }
}

function readConfigFile(path: string, cwd: string): RawOptions {
  const value = readJson5("--config", path, cwd);
  const wrong = (name: string, expected: string, mend: string) =>
    new InputError({ input: `--config ${path}`, value: name, expected, mend });
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrong(typeof value, "an object whose keys are options", "For example { rounds: 5 }.");
  }
  const raw: Record<string, string | string[] | boolean> = {};
  for (const [name, given] of Object.entries(value)) {
    const row: OptionRow | undefined = OPTION_TABLE.find((each) => each.name === name);
    if (row === undefined || name === "config") {
      const names = OPTION_TABLE.map((each) => each.name);
      throw wrong(name, "the name of an option", suggest(name, names));
    }
    if (row.kind === "list") {
      if (!Array.isArray(given)) throw wrong(name, "a list", `Write ${name}: ["…"].`);
      raw[name] = given.map(String);
    } else if (row.kind === "flag") {
      if (typeof given !== "boolean") throw wrong(name, "true or false", "");
      raw[name] = given;
    } else {
      if (typeof given === "object") throw wrong(name, "a text or a number", "");
      raw[name] = String(given);
    }
  }
  return raw;
}
