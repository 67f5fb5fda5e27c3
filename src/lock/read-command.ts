/** The command of a lock, read again. It may have been written by anybody. Pure. */
import { InputError } from "../inputs/error.ts";
import { OPTION_TABLE, type OptionRow, type RawOptions } from "../inputs/table.ts";
import { LOCKED_ROWS } from "./options.ts";

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
  return /^(~|[/\\]|[a-z]:)/i.test(path) || path.split(/[/\\]/).includes("..");
}

/** `KEY=VALUE` of `--base`; the value is empty where there is none. */
export function baseItem(item: string): [key: string, value: string] {
  const at = item.indexOf("=");
  return at < 0 ? [item.trim(), ""] : [item.slice(0, at).trim(), item.slice(at + 1).trim()];
}

export function isScenarioPath(value: string): boolean {
  return /[/\\]|\.json5$/.test(value);
}
