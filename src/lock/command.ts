/**
 * The command that a lock holds: the options as they were given, in the table's order, without what is
 * of one place. Absolute paths, and those that lead out of the working folder, keep their last part
 * alone: where a file lies is no input, and a home folder's name is nobody's business.
 */
import { isAbsolute, posix, relative, resolve } from "node:path";
import { InputError } from "../inputs/error.ts";
import type { Options } from "../inputs/options.ts";
import { OPTION_TABLE, type OptionName, type OptionRow, type RawOptions } from "../inputs/table.ts";
import { shownUrl } from "../provision/inferrs/spec.ts";
import { LOCKED_ROWS } from "./options.ts";

/** What was made of the options; it tells which of their values are paths. */
export interface ReadSides {
  head: Options;
  /** Null where nothing is compared. */
  base: Options | null;
  cwd: string;
}

/** @param raw with what the config file and the Action's defaults say, without the demo's own */
export function lockedCommand(raw: RawOptions, sides: ReadSides): string[] {
  const { head, base, cwd } = sides;
  const shown = (name: OptionName, value: string) => {
    if (name === "scenario") return isScenarioPath(value) ? portable(value, cwd) : value;
    if (name !== "base") return portableValue(name, value, head, cwd);
    const [key, own] = baseItem(value);
    return own === "" || base === null
      ? value
      : `${key}=${portableValue(key as OptionName, own, base, cwd)}`;
  };
  const args = LOCKED_ROWS.flatMap(({ name, kind }) => {
    const value = raw[name as OptionName];
    if (kind === "flag") return value === true ? [`--${name}`] : [];
    const values = Array.isArray(value) ? value : typeof value === "string" ? [value] : [];
    const given = kind === "list" ? values : values.filter((each) => each !== "");
    return given.map((each) => `--${name}=${shown(name as OptionName, each)}`);
  });
  return [raw.command === "demo" ? "demo" : "run", ...args];
}

/** `KEY=VALUE` of `--base`; the value is empty where there is none. */
export function baseItem(item: string): [key: string, value: string] {
  const at = item.indexOf("=");
  return at < 0 ? [item.trim(), ""] : [item.slice(0, at).trim(), item.slice(at + 1).trim()];
}

export function isScenarioPath(value: string): boolean {
  return /[/\\]|\.json5$/.test(value);
}

function portableValue(name: OptionName, value: string, of: Options, cwd: string): string {
  const { engine, model, openclaw } = of;
  switch (name) {
    case "inferrs":
      if (engine.kind !== "inferrs") return value;
      if (engine.inferrs.kind === "url") return shownUrl(value);
      return engine.inferrs.kind === "path" && /[/\\]/.test(value) ? portable(value, cwd) : value;
    case "model":
      return model.kind === "directory" ? portable(value, cwd) : value;
    case "openclaw-version":
      return openclaw?.kind === "path" ? portable(value, cwd) : value;
    case "openclaw-config":
      return portable(value, cwd);
    default:
      return value;
  }
}

/** Relative to where the command is run, with a slash in it and slashes alone. */
function portable(path: string, cwd: string): string {
  const way = relative(cwd, resolve(cwd, path)).replaceAll("\\", "/");
  const outside = /^~/.test(path) || way === "" || way.startsWith("..") || isAbsolute(way);
  return `./${outside ? posix.basename(path.replaceAll("\\", "/")) : way}`;
}

/**
 * The options that a lock's command stands for.
 * @throws InputError for what no command of a lock has
 */
export function readCommand(command: readonly string[], input: string): RawOptions {
  const wrong = (value: string, expected: string) =>
    new InputError({ input, value, expected, mend: "This lock was not written by this version." });
  const [name = "", ...args] = command;
  if (name !== "run" && name !== "demo") throw wrong(name, "the command run or demo");
  const raw: Record<string, string | string[] | boolean> = { command: name };
  for (const arg of args) {
    const [, option = "", , value = ""] = /^--([a-z0-9-]+)(=([\s\S]*))?$/.exec(arg) ?? [];
    const row: OptionRow | undefined = LOCKED_ROWS.find((each) => each.name === option);
    if (row === undefined) {
      const known = OPTION_TABLE.some((each) => each.name === option);
      throw wrong(arg, known ? "no option that is of one place" : "an option that there is");
    }
    if (row.kind === "flag") raw[option] = true;
    else if (row.kind === "text") raw[option] = value;
    else raw[option] = [...((raw[option] as string[] | undefined) ?? []), value];
    if (leadsOut(option, value)) throw wrong(arg, "no path that leads out of the working folder");
  }
  return raw as RawOptions;
}

/** A lock says what a file is, never where on somebody's machine. */
function leadsOut(option: string, value: string): boolean {
  const [key, path] = option === "base" ? baseItem(value) : [option, value];
  if (!["inferrs", "model", "scenario", "openclaw-version", "openclaw-config"].includes(key)) {
    return false;
  }
  if (/^https?:\/\//i.test(path)) return false;
  return (
    isAbsolute(path) || /^(~|[a-z]:[/\\]|\\)/i.test(path) || path.split(/[/\\]/).includes("..")
  );
}
