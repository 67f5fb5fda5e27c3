/**
 * The real client before anything is measured: found or installed, its schema read, the flags and
 * settings checked by it, and its config checked by itself with every value that an axis takes.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clientConfig } from "../drive/openclaw/client-config.ts";
import { makeClientHome, removeClientHome, writeClientConfig } from "../drive/openclaw/home.ts";
import { readClientSchema } from "../drive/openclaw/read-schema.ts";
import { compatValueOf } from "../drive/openclaw/schema.ts";
import { validateClientConfig } from "../drive/openclaw/validate.ts";
import { referencedVariables } from "../drive/openclaw/variables.ts";
import type { BenchHost } from "../end.ts";
import { provisionOpenClaw } from "../provision/openclaw/provision.ts";
import type { OpenClawInstall } from "../provision/openclaw/types.ts";
import type { Compat, CompatValue, Warning } from "../result.ts";
import { readMatrix } from "./compat.ts";
import { SetupError } from "./error.ts";
import type { Options } from "./options.ts";
import { checkSettings, settingsOf } from "./settings.ts";

/** What a run of the client needs; it holds secrets and is written nowhere but into a client's home. */
export interface PreparedClient {
  install: OpenClawInstall;
  /** The guide's config, and the user's with its includes read. */
  base: unknown;
  user: unknown;
  /** Variables that the user's config refers to, with their values. */
  variables: Record<string, string>;
  warnings: Warning[];
}

export interface ClientInputs {
  base: unknown;
  user: unknown;
  variables: Record<string, string>;
  /** Flags of the config that are on no axis. */
  baseCompat: Compat;
}

/**
 * @throws InputError for a flag, setting or config that the client doesn't take
 * @throws SetupError when the client can't be had
 */
export async function prepareClient(
  options: Options & { openclaw: NonNullable<Options["openclaw"]> },
  inputs: ClientInputs,
  host: BenchHost,
): Promise<{ client: PreparedClient | null; matrix: Compat[] }> {
  const { base, user } = inputs;
  const { env, cwd, signal } = host;
  const axes = [...options.settings, ...options.inForce.settings];
  const variables = { ...inputs.variables, ...referenced(axes, env) };
  const warnings: Warning[] = [];
  const install = await provisionOpenClaw(options.openclaw, {
    // A plan says what would be done: it fetches nothing.
    ...{ env, cwd, signal, offline: options.offline || options.planOnly },
    say: (line) => {
      if (!options.quiet) host.stderr.write(`${line}\n`);
    },
    warn: (warning) => warnings.push(warning),
  }).catch((error: unknown) => {
    if (options.planOnly && error instanceof SetupError) return null;
    throw error;
  });
  if (install === null) return { client: null, matrix: readMatrix(options, unchecked) };
  const dir = mkdtempSync(join(tmpdir(), "inferrs-bench-client-"));
  const home = makeClientHome(dir, { env, install, variables });
  try {
    const schema = await readClientSchema(install, home, env, signal);
    const matrix = readMatrix(options, compatValueOf(schema, install.version));
    checkSettings(axes, schema, install.version);
    const settings = settingsOf(options);
    for (const [index, compat] of covering(matrix, settings)) {
      const set = settings[index] ?? {};
      const asked = { ...inputs.baseCompat, ...compat };
      const config = clientConfig({
        ...{ base, user, compat: asked, settings: set, home },
        ...{ baseUrl: "http://127.0.0.1:1/v1", modelId: null, gateway: { port: 1, token: "none" } },
      });
      writeClientConfig(home, config.config);
      const said = await validateClientConfig(install, home, { compat, settings: set, signal });
      warnings.push(
        ...said.map((text) => ({ code: "openclaw-config", text: `OpenClaw: ${text}.` })),
      );
      warnings.push(...leftOut(config.leftOut));
    }
    return { client: { install, base, user, variables, warnings: distinct(warnings) }, matrix };
  } finally {
    removeClientHome(home);
  }
}

/** Variables that settings refer to; one that isn't set is told by the client. */
function referenced(settings: Options["settings"], env: NodeJS.ProcessEnv): Record<string, string> {
  const names = referencedVariables(settings.map(({ values }) => values));
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}

/** A flag's value where no client is there to say what it must be. */
function unchecked(_flag: string, text: string): CompatValue {
  if (text === "true" || text === "false") return text === "true";
  return text.includes("+") ? text.split("+") : text;
}

/** Combinations in which every value of every axis occurs: not their product, each takes seconds. */
export function covering(
  matrix: readonly Compat[],
  settings: readonly Record<string, unknown>[],
): [settings: number, compat: Compat][] {
  const seen = new Set<string>();
  const chosen: [number, Compat][] = [];
  const most = Math.max(matrix.length, settings.length);
  for (let index = 0; index < most; index++) {
    const compat = matrix[index % matrix.length] ?? {};
    const at = index % settings.length;
    const parts = [...Object.entries(compat), ...Object.entries(settings[at] ?? {})].map((part) =>
      JSON.stringify(part),
    );
    if (index > 0 && parts.every((part) => seen.has(part))) continue;
    for (const part of parts) seen.add(part);
    chosen.push([at, compat]);
  }
  return chosen;
}

function leftOut(paths: readonly string[]): Warning[] {
  if (paths.length === 0) return [];
  const text = `Of your OpenClaw config these are not used, because they reach other things than the engine: ${paths.join(", ")}. What they add to the prompt (tools, models) is not in it.`;
  return [{ code: "openclaw-left-out", text }];
}

function distinct(warnings: readonly Warning[]): Warning[] {
  return [...new Map(warnings.map((warning) => [warning.text, warning])).values()];
}
