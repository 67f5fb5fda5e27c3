/** `--setting PATH=VALUE|VALUE`: settings of the client as axes of the matrix. */
import JSON5 from "json5";
import { isPlainSecret } from "../drive/openclaw/config.ts";
import { parsePath } from "../drive/openclaw/path.ts";
import { checkPath, type JsonSchema } from "../drive/openclaw/schema.ts";
import { InputError } from "./error.ts";

/** One setting with the values that it takes in the matrix. */
export interface SettingAxis {
  path: string;
  values: unknown[];
}

/** @throws InputError for what is no path or no value, or a setting that is given twice */
export function readSettings(texts: readonly string[]): SettingAxis[] {
  const axes = texts.map(readSetting);
  const twice = axes.find(
    (axis, index) => axes.findIndex(({ path }) => path === axis.path) !== index,
  );
  if (twice === undefined) return axes;
  throw wrong(
    twice.path,
    "each setting once",
    `Give all its values together: --setting '${twice.path}=VALUE|VALUE'.`,
  );
}

/** @throws InputError for a path that the installed version doesn't have */
export function checkSettings(
  axes: readonly SettingAxis[],
  schema: JsonSchema,
  version: string,
): void {
  for (const { path } of axes) checkPath(schema, parsePath(path) ?? [], path, version);
}

/** The values of the axes, and of base what is in force over all of them: as many as of head, in the same order. */
export function settingsOf({
  settings,
  inForce,
}: {
  settings: readonly SettingAxis[];
  inForce: { settings: readonly SettingAxis[] };
}): Record<string, unknown>[] {
  const forced = Object.fromEntries(inForce.settings.map(({ path, values }) => [path, values[0]]));
  return settingCombinations(settings).map((each) => ({ ...each, ...forced }));
}

/** Every combination of the settings' values; one without any where there are none. */
export function settingCombinations(axes: readonly SettingAxis[]): Record<string, unknown>[] {
  return axes.reduce<Record<string, unknown>[]>(
    (all, { path, values }) =>
      all.flatMap((each) => values.map((value) => ({ ...each, [path]: value }))),
    [{}],
  );
}

function readSetting(text: string): SettingAxis {
  for (let at = text.indexOf("="); at >= 0; at = text.indexOf("=", at + 1)) {
    const path = text.slice(0, at).trim();
    if (parsePath(path) === null) continue;
    const values = alternatives(text.slice(at + 1)).map((each) => readValue(each, text));
    if (values.some((value) => isPlainSecret(parsePath(path) ?? [], value))) {
      throw wrong(
        path,
        "no secret in plain text: settings are shown in every report",
        "Put it into an environment variable, and say ${NAME} here.",
      );
    }
    return { path, values: distinct(values) };
  }
  throw wrong(
    text,
    "PATH=VALUE, or PATH=VALUE|VALUE",
    'For example --setting \'agents.defaults.contextInjection="never"|"always"\'.',
  );
}

/** Parts at `|` outside of quotes. */
function alternatives(text: string): string[] {
  const parts = text.match(/(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^|"'])+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** JSON5; a single word that is none is the text itself. */
function readValue(part: string, whole: string): unknown {
  try {
    return JSON5.parse(part);
  } catch (cause) {
    if (/^[A-Za-z][\w.:/-]*$/.test(part)) return part;
    throw wrong(whole, "JSON5 after the =", `${(cause as Error).message}.`);
  }
}

function distinct(values: unknown[]): unknown[] {
  const seen = new Map(values.map((value) => [JSON.stringify(value), value]));
  if (seen.size > 0) return [...seen.values()];
  throw wrong("", "a value after the =", "For example --setting tools.loopDetection.enabled=true.");
}

function wrong(value: string, expected: string, mend: string): InputError {
  return new InputError({ input: "--setting", value, expected, mend });
}
