/** What the doctor was asked: a run's options, and a few of its own. */

import { machineMemoryBytes } from "../host/environment.ts";
import { gpuWorkingSetBytes } from "../host/mac.ts";
import { InputError } from "../inputs/error.ts";
import { type Options, readOptions } from "../inputs/options.ts";
import type { RawOptions } from "../inputs/table.ts";
import type { UserConfig } from "./user-config.ts";

export interface DoctorGiven {
  provider: string | null;
  write: boolean;
  yes: boolean;
  undo: boolean;
  issueBlock: boolean;
}

/** The guide's own. */
export const GUIDE_URL = "http://127.0.0.1:8080/v1";
/** On someone's server nobody waits five minutes to hear that a small chat hangs. */
const TIMEOUT_S = "120";

export type Subject =
  | { kind: "own"; options: Options }
  | { kind: "attached"; options: Options; baseUrl: string; from: string };

/** Whether an engine is started: only when the user said so. */
export function asksForOwn(raw: RawOptions): boolean {
  const named = typeof raw.engine === "string" && raw.engine !== "external";
  if (typeof raw["base-url"] === "string") return named;
  return named || typeof raw.inferrs === "string" || isModelToStart(raw);
}

/** A model by itself: where no server is named, it is to be served. */
function isModelToStart(raw: RawOptions): boolean {
  return typeof raw.model === "string" && raw.engine !== "external";
}

/** @throws InputError for what is wrong in the options, or a URL that is none */
export function subjectOf(
  raw: RawOptions,
  config: UserConfig | null,
  env: NodeJS.ProcessEnv,
): Subject {
  const memory = machineMemoryBytes();
  const gpu = gpuWorkingSetBytes(memory) ?? Infinity;
  // Which client is to be run is the doctor's own business: a run wants --turn with it.
  const { "openclaw-version": _, ...own } = raw;
  const timed = { ...own, timeout: raw.timeout ?? TIMEOUT_S };
  if (asksForOwn(raw)) {
    return { kind: "own", options: readOptions(timed, env, memory, gpu) };
  }
  const given = typeof raw["base-url"] === "string" ? raw["base-url"] : null;
  const configured = config?.picked.target?.baseUrl ?? null;
  const baseUrl = given ?? configured ?? GUIDE_URL;
  const from = given !== null ? "--base-url" : configured !== null ? "the config's" : "the guide's";
  if (given === null && configured !== null) checkConfigured(configured, config);
  const options = readOptions({ ...timed, "base-url": baseUrl }, env, memory, gpu);
  return { kind: "attached", options, baseUrl: baseUrl.replace(/\/+$/, ""), from };
}

function checkConfigured(baseUrl: string, config: UserConfig | null): void {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.search === "")
    return;
  const provider = config?.picked.target?.provider ?? "";
  throw new InputError({
    input: "OpenClaw's config",
    value: `models.providers.${provider}.baseUrl`,
    expected: "an http or https URL without user name and query there",
    mend: `For example ${GUIDE_URL}; or name the server here with --base-url.`,
  });
}
