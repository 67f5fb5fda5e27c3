/** Settings that fit the machine: window, reply and time limit, from what the fit foretells. Pure. */
import type { PromptSize } from "./climb.ts";
import { modelPath, providerPath, type RungSetting } from "./rungs.ts";

/** Below this OpenClaw 2026.9.6 refuses to run a model ("Model context window too small"). */
export const LEAST_WINDOW = 4000;
/** It compacts a session at three quarters of a small window (docs, session management: the reserve). */
export const COMPACTS_AT = 0.75;
/**
 * Where a server's streams don't count tokens, it takes so many characters of the conversation for
 * one, and leaves out what stands around it: with a window of 8,192 it was seen to compact when the
 * messages had 24 KB, and the whole prompt 35 (OpenClaw 2026.9.6).
 */
export const CLIENT_CHARACTERS_PER_TOKEN = 4;
/**
 * Of what is left for a session: the turn that crosses the mark is sent as well, and texts differ in
 * how many bytes a token of theirs has.
 */
const SESSION_SHARE = 0.75;
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
  /** Of the server's tokens, where its streams don't count them; absent: the client is told. */
  bytesPerToken?: number | null;
  /** A session survives with this window, and longer prompts have ended the server; absent: no such. */
  mostWindow?: number | null;
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
      window === facts.mostWindow
        ? "longer prompts have ended the server: with this window a session is compacted before it comes to that"
        : facts.bytesPerToken == null
          ? `the longest prompt that fits here has ${longest} tokens; OpenClaw compacts a session at three quarters of its window`
          : `the longest prompt that fits here has ${longest} tokens; the server's streams don't count them, so OpenClaw takes ${CLIENT_CHARACTERS_PER_TOKEN} characters of the conversation for one, leaves out what stands around it, and compacts at three quarters of its window`,
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
  bytesPerToken: number | null = null,
): boolean {
  if (longestTokens === null) return true;
  const facts = { promptTokens, longestTokens, bytesPerToken };
  if (contextWindow !== null && contextWindow <= largestWindow(facts, longestTokens)) return true;
  return windowIn(facts, longestTokens) >= leastWindow(facts);
}

/** A window of a round size. */
function windowIn(facts: Accounting, longestTokens: number): number {
  return Math.floor(largestWindow(facts, longestTokens) / WINDOW_STEP) * WINDOW_STEP;
}

/** The longest prompt that a session will come to, as far as that is known. */
function longestRead(
  { longestTokens, contextWindow, promptTokens, bytesPerToken }: FittingFacts,
  window: number | null,
): number {
  // A client that has to guess goes beyond its own window, up to what the window was made for.
  if (window !== null) return bytesPerToken == null ? window : (longestTokens ?? window);
  const fits = longestTokens !== null && contextWindow !== null && contextWindow <= longestTokens;
  if (fits) return contextWindow;
  return Math.min((promptTokens ?? 0) / COMPACTS_AT, longestTokens ?? Infinity);
}

type Accounting = Pick<FittingFacts, "promptTokens" | "bytesPerToken">;

/** With which no session grows beyond what fits before it is compacted, in the client's tokens. */
function largestWindow({ promptTokens, bytesPerToken }: Accounting, longest: number): number {
  if (bytesPerToken == null) return longest;
  const left = SESSION_SHARE * Math.max(0, longest - (promptTokens ?? 0));
  const counted = (left * bytesPerToken) / CLIENT_CHARACTERS_PER_TOKEN;
  return Math.min(longest, counted / COMPACTS_AT);
}

/** In which the turn has room, in the client's tokens. */
function leastWindow({ promptTokens, bytesPerToken }: Accounting): number {
  const each = bytesPerToken == null ? 1 : bytesPerToken / CLIENT_CHARACTERS_PER_TOKEN;
  return Math.max(LEAST_WINDOW, ((promptTokens ?? 0) * each) / COMPACTS_AT);
}

/** One turn is not enough: the session must be able to grow until it is compacted. */
export function sessionFits(
  {
    fits,
    longestTokens,
    bytesPerToken = null,
  }: {
    fits(size: PromptSize): boolean | null;
    longestTokens: number | null;
    bytesPerToken?: number | null;
  },
  size: PromptSize,
  contextWindow: number | null,
): boolean | null {
  const alone = fits(size);
  if (alone !== true || size.tokens === null) return alone;
  return leavesRoom(size.tokens, longestTokens, contextWindow, bytesPerToken);
}

/** Null: the configured one fits, or the machine takes none that OpenClaw could work with. */
function windowOf(facts: FittingFacts): number | null {
  const { longestTokens, contextWindow } = facts;
  if (longestTokens === null) return null;
  const window = Math.min(windowIn(facts, longestTokens), facts.mostWindow ?? Infinity);
  if (contextWindow !== null && contextWindow <= window) return null;
  return window < leastWindow(facts) ? null : window;
}
