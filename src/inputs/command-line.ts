/** The arguments that ask for the same run again, on another machine too: raw options in, arguments out. Pure. */
import { isPlainSecret } from "../drive/openclaw/config.ts";
import { REDACTED } from "./redacted.ts";
import { OPTION_TABLE, type OptionName, type OptionRow, type RawOptions } from "./table.ts";

/** Of one place or one look only: where the results go, and how they are shown. */
const OF_ONE_PLACE: ReadonlySet<string> = new Set([
  "out",
  "json",
  "quiet",
  "plan",
  "matrix",
  "shards",
  "history",
  "history-keep",
  // What it says is among the options by then.
  "config",
]);

/** Shorter ones are nobody's secret, and parts of ordinary words. */
const SHORTEST_SECRET = 8;
const SECRET_VARIABLE = /key|token|secret|passw|credential/i;

/**
 * @param raw options with the config file's and the defaults of a workflow in them
 * @param where `cwd`: paths below it are shown from there; `env`: the secrets that it holds are left out
 */
export function commandOf(
  raw: RawOptions,
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
): string[] {
  const secrets = secretsIn(raw, env);
  const shown = (name: string, value: string) => hidden(fromHere(safe(name, value), cwd), secrets);
  const args = (OPTION_TABLE as readonly OptionRow[]).flatMap((row): string[] => {
    const value = raw[row.name as OptionName];
    if (row.only === "action" || OF_ONE_PLACE.has(row.name)) return [];
    if (value === true) return [`--${row.name}`];
    if (typeof value === "string" && value !== "")
      return [`--${row.name}=${shown(row.name, value)}`];
    if (!Array.isArray(value)) return [];
    return value.map((item) => `--${row.name}=${shown(row.name, item)}`);
  });
  return [raw.command === "demo" ? "demo" : "run", ...args];
}

/** Without what is secret by its name or its place. */
function safe(name: string, value: string): string {
  if (name === "base-url" || name === "inferrs") return withoutCredentials(value);
  if (name === "server-arg") return serverArg(value);
  const [key, inner] = parted(value);
  if (inner === null) return value;
  if (name === "base") return `${key}=${safe(key.trim(), inner)}`;
  if (name === "setting" && isPlainSecret(key.split(/[.[\]]+/), inner)) return `${key}=${REDACTED}`;
  return value;
}

function serverArg(value: string): string {
  const [key, inner] = parted(value);
  return inner !== null && SECRET_VARIABLE.test(key) ? `${key}=${REDACTED}` : value;
}

function parted(value: string): [string, string | null] {
  const at = value.indexOf("=");
  return at < 0 ? [value, null] : [value.slice(0, at), value.slice(at + 1)];
}

/** Of a URL neither user name, password, query nor fragment. */
function withoutCredentials(text: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text;
  // What stands before an @ is a secret, also in a URL that can't be read.
  if (!URL.canParse(text)) return text.replace(/\/\/[^/]*@/, "//").replace(/[?#].*/s, "");
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname}`;
}

/** Absolute paths below the folder that it was asked in; others stay as they were given. */
function fromHere(value: string, cwd: string): string {
  if (cwd === "/" || cwd === "") return value;
  const [key, inner] = /^[\w-]+=/.test(value) ? parted(value) : ["", value];
  const text = inner ?? "";
  const path =
    text === cwd ? "." : text.startsWith(`${cwd}/`) ? `.${text.slice(cwd.length)}` : text;
  return key === "" ? path : `${key}=${path}`;
}

function secretsIn(raw: RawOptions, env: NodeJS.ProcessEnv): string[] {
  const named = raw["api-key-env"];
  const values = Object.entries(env).flatMap(([name, value]) =>
    (SECRET_VARIABLE.test(name) || name === named) && (value?.length ?? 0) >= SHORTEST_SECRET
      ? [value as string]
      : [],
  );
  // One that is part of another comes after it.
  return [...new Set(values)].sort((a, b) => b.length - a.length);
}

function hidden(value: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => text.replaceAll(secret, REDACTED), value);
}
