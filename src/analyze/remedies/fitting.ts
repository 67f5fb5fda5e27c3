/** Settings that fit the machine: window, reply and time limit, from what the fit foretells. Pure. */
import { modelPath, providerPath, type RungSetting } from "./rungs.ts";

/** Below this OpenClaw 2026.9.6 refuses to run a model ("Model context window too small"). */
export const LEAST_WINDOW = 4000;
/** It compacts a session at three quarters of a small window (docs, session management: the reserve). */
export const COMPACTS_AT = 0.75;
/** What is foretold is exceeded now and then: a limit needs room. */
const TIME_ROOM = 1.5;
const WINDOW_STEP = 256;

export interface FittingFacts {
  provider: string;
  modelIndex: number;
  /** Longest prompt that fits here; null: not known. */
  longestTokens: number | null;
  /** The turn's prompt with the rungs in force; null: not known. */
  promptTokens: number | null;
  /** Upper bound of the time to read a prompt of so many tokens, ms; null: not known. */
  prefillMs(tokens: number): number | null;
  /** As configured; null: not set. */
  contextWindow: number | null;
  maxTokens: number | null;
  timeoutSeconds: number | null;
  /** After how long a silence the client gives up when nothing is configured, s. */
  defaultTimeoutSeconds: number;
}

export interface Fitting {
  settings: RungSetting[];
  /** By path: why this value, and what it costs. */
  because: Record<string, string>;
  cost: Record<string, string>;
}

/** @returns no settings where nothing must be changed, or nothing is known */
export function fittingOf(facts: FittingFacts): Fitting {
  const fitting: Fitting = { settings: [], because: {}, cost: {} };
  const set = (path: string, value: number, because: string, cost: string) => {
    fitting.settings.push({ path, value });
    fitting.because[path] = because;
    fitting.cost[path] = cost;
  };
  const window = windowOf(facts);
  const model = modelPath(facts);
  if (window !== null) {
    const longest = facts.longestTokens?.toLocaleString("en-US");
    set(
      `${model}.contextWindow`,
      window,
      `the longest prompt that fits here has ${longest} tokens; OpenClaw compacts a session at three quarters of its window`,
      "a long session is compacted sooner",
    );
    const reply = Math.floor(window / 4);
    if (facts.maxTokens === null || facts.maxTokens > reply) {
      set(
        `${model}.maxTokens`,
        reply,
        "a reply has to fit into the window beside the prompt",
        "longer replies are cut off",
      );
    }
  }
  const read = facts.prefillMs(longestRead(facts, window));
  const needed = read === null ? null : Math.ceil((TIME_ROOM * read) / 1000);
  const limit = facts.timeoutSeconds ?? facts.defaultTimeoutSeconds;
  if (needed !== null && needed > limit) {
    set(
      `${providerPath(facts.provider)}.timeoutSeconds`,
      needed,
      `reading the longest prompt of a session takes up to ${Math.ceil((read ?? 0) / 1000)} s here, and the client gives up after ${limit} s of silence`,
      "a server that hangs is noticed later",
    );
  }
  return fitting;
}

/**
 * Whether a session can grow from such a prompt until it is compacted: the least that has to fit.
 * @param longestTokens null: not known, nothing speaks against it
 */
export function leavesRoom(
  promptTokens: number,
  longestTokens: number | null,
  contextWindow: number | null,
): boolean {
  if (longestTokens === null) return true;
  if (contextWindow !== null && contextWindow <= longestTokens) return true;
  return windowIn(longestTokens) >= leastWindow(promptTokens);
}

function windowIn(longestTokens: number): number {
  return Math.floor(longestTokens / WINDOW_STEP) * WINDOW_STEP;
}

function leastWindow(promptTokens: number): number {
  return Math.max(LEAST_WINDOW, promptTokens / COMPACTS_AT);
}

/** The longest prompt that a session will come to, as far as that is known. */
function longestRead(
  { longestTokens, contextWindow, promptTokens }: FittingFacts,
  window: number | null,
): number {
  if (window !== null) return window;
  const fits = longestTokens !== null && contextWindow !== null && contextWindow <= longestTokens;
  return fits ? contextWindow : (promptTokens ?? 0) / COMPACTS_AT;
}

/** Null: the configured one fits, or the machine takes none that OpenClaw could work with. */
function windowOf(facts: FittingFacts): number | null {
  const { longestTokens, contextWindow, promptTokens } = facts;
  if (longestTokens === null) return null;
  const window = windowIn(longestTokens);
  if (contextWindow !== null && contextWindow <= window) return null;
  return window < leastWindow(promptTokens ?? 0) ? null : window;
}
