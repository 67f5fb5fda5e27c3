/** The user's OpenClaw config as the doctor needs it: read, its provider picked, its secrets known. */
import { asObject, asString } from "../analyze/json.ts";
import { parsePath, valueAt } from "../drive/openclaw/path.ts";
import { readOpenClawFile } from "../inputs/openclaw-file.ts";
import { type Located, locateConfig } from "./locate.ts";
import { type Picked, pickProvider } from "./providers.ts";

export interface UserConfig {
  path: string;
  /** How it was found. */
  by: string;
  /** Includes in place; references are as they stand. */
  config: unknown;
  /** What the references in it stand for: secrets. */
  variables: Record<string, string>;
  /** Itself and what it includes. */
  files: string[];
  picked: Picked;
}

/**
 * @returns null when there is none, with where it was looked for
 * @throws InputError for a file that can't be read, or is no JSON5
 */
export function readUserConfig(
  given: { config: string | null; provider: string | null },
  env: NodeJS.ProcessEnv,
  cwd: string,
): { config: UserConfig | null; looked: string[] } {
  const located: Located = locateConfig(given.config, env, cwd);
  if (located.kind === "none") return { config: null, looked: located.looked };
  const { path, by } = located;
  const { config, variables, files } = readOpenClawFile(path, env, cwd);
  const picked = pickProvider(config, given.provider);
  return { config: { path, by, config, variables, files, picked }, looked: [] };
}

/** The value at a path such as `agents.defaults.skills`; undefined: not set. */
export function valueOfPath(config: unknown, path: string): unknown {
  const parsed = parsePath(path);
  return parsed === null ? undefined : valueAt(config, parsed);
}

const REFERENCE = /^\$\{([A-Z_][A-Z0-9_]*)\}$/;

/**
 * The provider's key: a literal, or the variable that it names. Never shown.
 * @returns `unknown` where only OpenClaw itself can tell it (a keychain, a file, a program)
 */
export function keyOf({
  config,
  variables,
  picked: { target },
}: Pick<UserConfig, "config" | "variables" | "picked">): ProviderKey {
  const provider = target?.provider ?? "";
  const entry = valueAt(config, ["models", "providers", provider, "apiKey"]);
  const reference = asObject(entry);
  const name =
    reference?.source === "env"
      ? asString(reference.id)
      : REFERENCE.exec(asString(entry) ?? "")?.[1];
  if (name != null) {
    const own = valueAt(config, ["env", "vars", name]);
    const key = variables[name] ?? asString(own) ?? "";
    if (key !== "") return { kind: "key", key };
    return { kind: "unknown", why: `its apiKey is \${${name}}, which isn't set here` };
  }
  if (reference !== null) {
    return { kind: "unknown", why: `its apiKey comes from ${String(reference.source)}` };
  }
  const literal = asString(entry);
  return literal === null || literal === "" ? { kind: "none" } : { kind: "key", key: literal };
}

export type ProviderKey =
  | { kind: "key"; key: string }
  | { kind: "none" }
  | { kind: "unknown"; why: string };

const SECRET_KEY = /key$|token$|secret|passw|authorization|cookie|credential|bearer/i;

/** Every text of the config that may be a secret, and what the references in it stand for. */
export function secretsIn({
  config,
  variables,
}: Pick<UserConfig, "config" | "variables">): string[] {
  const secrets = new Set<string>(Object.values(variables));
  const visit = (value: unknown, key: string, hidden: boolean): void => {
    if (typeof value === "string") {
      if ((hidden || SECRET_KEY.test(key)) && !REFERENCE.test(value)) secrets.add(value);
    } else if (Array.isArray(value)) for (const each of value) visit(each, key, hidden);
    else if (typeof value === "object" && value !== null) {
      for (const [name, inner] of Object.entries(value)) {
        visit(inner, name, hidden || /^(headers|env|auth|vars)$/i.test(name));
      }
    }
  };
  visit(config, "", false);
  return [...secrets];
}
