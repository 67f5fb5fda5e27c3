/**
 * The command that a lock holds: the options as they were given, in the table's order, without what is
 * of one place. Absolute paths, and those that lead out of the working folder, keep their last part
 * alone: where a file lies is no input, and a home folder's name is nobody's business.
 */
import { isAbsolute, posix, relative, resolve } from "node:path";
import type { Options } from "../inputs/options.ts";
import type { OptionName, RawOptions } from "../inputs/table.ts";
import { shownUrl } from "../provision/inferrs/spec.ts";
import { LOCKED_ROWS } from "./options.ts";
import { baseItem, isScenarioPath } from "./read-command.ts";

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
