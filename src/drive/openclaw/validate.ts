/** The client itself says whether it takes the config, before anything is measured with it. */
import { InputError, SetupError } from "../../inputs/error.ts";
import type { ClientHome, OpenClawInstall } from "../../provision/openclaw/types.ts";
import type { Compat } from "../../result.ts";
import { runClient } from "./client.ts";
import { dotted, parsePath } from "./path.ts";

/** What was put into the config by which option: it decides which one an error names. */
export interface ConfigOrigins {
  compat?: Compat;
  settings?: Record<string, unknown>;
  signal?: AbortSignal;
}

interface Issue {
  path: string;
  message: string;
}

interface Verdict {
  valid?: boolean;
  issues?: Issue[];
  warnings?: Issue[];
}

/**
 * @returns what the client warns of (an environment variable that isn't set)
 * @throws InputError with the client's own words, at the path and of the option that set it
 * @throws SetupError when the client can't be run
 */
export async function validateClientConfig(
  install: OpenClawInstall,
  home: ClientHome,
  origins: ConfigOrigins = {},
): Promise<string[]> {
  const ran = await runClient(install, home, ["config", "validate", "--json"], origins.signal);
  const said = parse(ran.stdout);
  if (said?.valid === true) {
    return (said.warnings ?? []).map(({ path, message }) => `${path}: ${message}`);
  }
  const issues = said?.issues ?? [];
  const [first] = issues;
  if (first === undefined) {
    const tail = `${ran.stderr}\n${ran.stdout}`
      .trim()
      .split("\n")
      .slice(-3)
      .join(" ")
      .slice(0, 500);
    throw new SetupError(
      `OpenClaw ${install.version} could not check its config (exit ${ran.exitCode ?? "by a signal"}): ${tail}`,
    );
  }
  const more = issues.length - 1;
  const origin = originOf(first, origins);
  throw new InputError({
    ...origin,
    expected: `a config that OpenClaw ${install.version} takes`,
    mend: `It says of ${first.path}: ${first.message}.${more === 0 ? "" : ` And ${more} more: ${others(issues)}.`}`,
  });
}

function others(issues: readonly Issue[]): string {
  return issues
    .slice(1, 4)
    .map(({ path, message }) => `${path}: ${message}`)
    .join("; ");
}

/** An unknown key is told at the object that holds it, and named in the words. */
function originOf(
  { path, message }: Issue,
  { compat = {}, settings = {} }: ConfigOrigins,
): { input: string; value: string } {
  const key = /Unrecognized keys?: "([^"]+)"/.exec(message)?.[1];
  const full = key === undefined ? path : `${path}.${key}`;
  const flag = /\.models\.\d+\.compat\.([^.]+)/.exec(full)?.[1];
  if (flag !== undefined && Object.hasOwn(compat, flag)) {
    return { input: `--compat ${flag}`, value: String(compat[flag]) };
  }
  for (const [text, value] of Object.entries(settings)) {
    const set = dotted(parsePath(text) ?? [text]);
    if (full === set || full.startsWith(`${set}.`) || set.startsWith(`${full}.`))
      return { input: `--setting ${text}`, value: String(JSON.stringify(value)) };
  }
  return { input: "--openclaw-config", value: full };
}

function parse(text: string): Verdict | null {
  try {
    return JSON.parse(text) as Verdict;
  } catch {
    return null;
  }
}
