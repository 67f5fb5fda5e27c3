/** What fetching needs of the world. Tests put their own in; everything else is the real one. */
import { setTimeout as delay } from "node:timers/promises";
import { toolVersion } from "../../host/assets.ts";
import type { Warning } from "../../result.ts";
import { LEAST_RATE, type LeastRate } from "../net/stretch.ts";
import { type Platform, thisPlatform } from "./platform.ts";
import { type DigestTable, readTable } from "./table.ts";

/** What the run gives. */
export interface FetchOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Sent to GitHub's API and to nothing else; null: asked without. */
  token: string | null;
  /** Nothing is fetched: what is cached is used. */
  offline: boolean;
  signal: AbortSignal;
  /** A line for the reader, while it happens. */
  say(line: string): void;
  /** The same; `passing`: the next of its kind replaces it. Absent: such lines aren't shown. */
  note?: (line: string, passing: boolean) => void;
  /** What the reports must tell too. */
  warn(warning: Warning): void;
}

/** Patience, in ms and bytes. */
export interface Limits extends LeastRate {
  /** Until an answer's headers are there. */
  headersMs: number;
  tries: number;
  /** A longer wait than this isn't waited: the error says when to come back. */
  longestWaitMs: number;
}

export const LIMITS: Limits = {
  headersMs: 30_000,
  ...LEAST_RATE,
  tries: 5,
  longestWaitMs: 120_000,
};

export interface FetchWorld extends FetchOptions {
  platform: Platform;
  table: DigestTable;
  userAgent: string;
  limits: Limits;
  /** Ms since 1970. */
  now(): number;
  sleep(ms: number): Promise<void>;
  /** From 0 to 1, so that many who failed together don't come back together. */
  random(): number;
}

/** The real world, around what the run gives. */
export function fetchWorld(options: FetchOptions): FetchWorld {
  return {
    ...options,
    platform: thisPlatform(),
    table: readTable(),
    userAgent: `inferrs-bench/${toolVersion()}`,
    limits: LIMITS,
    now: Date.now,
    sleep: (ms) => delay(ms, undefined, { signal: options.signal }),
    random: Math.random,
  };
}
