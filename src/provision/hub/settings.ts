/** Where the hub and its cache are, by the environment variables that all the hub's tools know. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { InputError } from "../../inputs/error.ts";

export interface HubSettings {
  /** Without a slash at its end. */
  endpoint: string;
  /** Holds a folder `models--OWNER--NAME` for each model. */
  cacheDir: string;
  /** Goes to the endpoint's own origin and nowhere else. */
  token: string | null;
  offline: boolean;
}

export const DEFAULT_ENDPOINT = "https://huggingface.co";
/** As the hub's Python library takes them. */
const TRUE = /^(1|on|yes|true)$/i;

/**
 * Reads `HF_ENDPOINT`, `HF_HUB_CACHE` / `HUGGINGFACE_HUB_CACHE` / `HF_HOME` / `XDG_CACHE_HOME`,
 * `HF_TOKEN` / `HUGGING_FACE_HUB_TOKEN` (else the file that a login left), and `HF_HUB_OFFLINE`.
 *
 * @param offline asked for by the user: nothing is fetched
 * @throws InputError for an endpoint that is no URL, or a token that can't be in a header
 */
export function hubSettings(env: NodeJS.ProcessEnv, offline: boolean): HubSettings {
  const home = hubHome(env);
  return {
    endpoint: readEndpoint(env.HF_ENDPOINT || DEFAULT_ENDPOINT),
    cacheDir: resolve(env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || join(home, "hub")),
    token: readToken(env, home),
    offline: offline || TRUE.test(env.HF_HUB_OFFLINE ?? ""),
  };
}

/** `HF_HOME`, else `huggingface` in the user's cache folder. */
function hubHome(env: NodeJS.ProcessEnv): string {
  const cache = env.XDG_CACHE_HOME || join(userHome(env), ".cache");
  return env.HF_HOME || join(cache, "huggingface");
}

/** `HOME`, else what the system says. */
export function userHome(env: NodeJS.ProcessEnv): string {
  return env.HOME || homedir();
}

function readEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const good =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.username === "" &&
    url.password === "" &&
    url.search === "";
  if (good) return text.replace(/\/+$/, "");
  throw new InputError({
    input: "HF_ENDPOINT",
    // A user name and a password in it are nobody's business.
    value: url === null ? text : `${url.protocol}//${url.host}`,
    expected: "an http or https URL without user name and query",
    mend: `Unset it for ${DEFAULT_ENDPOINT}; a token comes from HF_TOKEN.`,
  });
}

function readToken(env: NodeJS.ProcessEnv, home: string): string | null {
  const [name, value] = env.HF_TOKEN
    ? ["HF_TOKEN", env.HF_TOKEN]
    : env.HUGGING_FACE_HUB_TOKEN
      ? ["HUGGING_FACE_HUB_TOKEN", env.HUGGING_FACE_HUB_TOKEN]
      : ["the token file", readText(env.HF_TOKEN_PATH || join(home, "token"))];
  const token = value.trim();
  if (/^[\x21-\x7e]*$/.test(token)) return token === "" ? null : token;
  throw new InputError({
    input: name,
    value: "(not shown)",
    expected: "a token of printable characters without a space or a line break",
    mend: "Copy it again from the hub's settings, Access Tokens.",
  });
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
