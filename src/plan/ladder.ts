/**
 * The ladder of prompts: how long the next one is, or why there is none. Pure.
 *
 * Each prompt is sent only if the fit of those before it says that it has room and that there is time
 * for it, so no ladder ends in a crash unless that is asked for.
 */
import { type Forecast, forecast, LEAST_POINTS } from "../analyze/fit/fit.ts";
import {
  bytesFor,
  memoryKind,
  pointsOf,
  roomBytes,
  tokensIn,
  wasRead,
} from "../analyze/fit/looks.ts";
import type { RunState } from "../journal/state.ts";
import type { LadderEnd, OutcomeKind } from "../result.ts";

/** What the plan says of it. */
export interface LookPlan {
  /** For all its prompts together, ms. */
  budgetMs: number;
  /** Go on until the engine fails, whatever the fit says. */
  untilItBreaks: boolean;
}

export type NextLook =
  | { kind: "look"; rung: number; requestBytes: number; stream: boolean; tools: boolean }
  | { kind: "over"; end: LadderEnd };

const FIRST_RUNG = 256;
/** So far it goes where there is time; further only where a prompt costs next to nothing. */
const ENOUGH_TOKENS = 4096;
const CHEAP_SHARE = 0.1;
const SHORT_STEP = 1.4;
const LAST_RUNG = 16_384;
const LAST_RUNG_OF_ALL = 2 ** 20;
/** A chat is about so long: what no fit can tell yet is risked up to here. */
const CHAT_TOKENS = 512;

/** How a server refuses tools. */
const REFUSED: readonly OutcomeKind[] = ["http-error", "tool-schema-rejected"];

/** @returns null when there is no ladder in this plan */
export function nextLook(state: RunState, variant: string): NextLook | null {
  const { plan } = state;
  const known = state.variants.get(variant);
  if (plan.look == null || plan.look.budgetMs <= 0 || known === undefined) return null;
  const { looks } = known;
  const last = looks.at(-1);
  const { untilItBreaks } = plan.look;
  if (last === undefined) return look(FIRST_RUNG);
  if (last.died) return over("died");
  const refused = REFUSED.includes(last.finding.kind);
  if (refused && last.tools) return look(last.rung, { tools: false });
  if (!wasRead(last))
    return over(last.finding.kind === "context-length-exceeded" ? "window" : "failed");
  if (last.promptTokens === null) {
    // inferrs counts in plain replies only; whose log we have not, we ask without streaming.
    return last.stream ? look(last.rung, { stream: false }) : over("uncounted");
  }
  const rung = last.rung * 2;
  if (known.windowTokens !== null && rung >= known.windowTokens) return over("window");
  if (untilItBreaks) return rung > LAST_RUNG_OF_ALL ? over("enough") : look(rung);
  if (rung > LAST_RUNG) return over("enough");
  if (rung > ENOUGH_TOKENS && rung > longestCell()) return over("enough");
  const { budgetMs } = plan.look;
  const room = roomBytes(state, looks) ?? Infinity;
  const spentMs = looks.reduce((sum, { tookMs }) => sum + tookMs, 0);
  const roomy = (tokens: number) => highestMemory(tokens) <= room;
  const quick = (tokens: number) =>
    spentMs + likelyMs(tokens) <= budgetMs && likelyMs(tokens) <= plan.timeoutMs;
  if (roomy(rung) && quick(rung)) {
    const cheap = likelyMs(rung) <= budgetMs * CHEAP_SHARE;
    return rung > ENOUGH_TOKENS && !cheap ? over("enough") : look(rung);
  }
  // Without a third point nothing is foretold: a shorter step than usual is better than none.
  const shorter = Math.round(last.rung * SHORT_STEP);
  const counted = looks.filter((each) => wasRead(each) && each.promptTokens !== null);
  if (counted.length < LEAST_POINTS && roomy(shorter) && quick(shorter)) return look(shorter);
  return over(roomy(rung) ? "time" : "memory");

  function look(tokens: number, other: { stream?: boolean; tools?: boolean } = {}): NextLook {
    const stream = looks.every((each) => each.stream);
    const tools = looks.every((each) => each.tools);
    const requestBytes = bytesFor(looks, tokens);
    return { kind: "look", rung: tokens, requestBytes, stream, tools, ...other };
  }

  /** Tokens of the longest prompt that is planned; what is longer still needn't be risked. */
  function longestCell(): number {
    const sizes = [...state.cells.values()].flatMap(({ spec }) =>
      spec.variant === variant && spec.requestBytes !== undefined ? [spec.requestBytes] : [],
    );
    return sizes.length === 0 ? Infinity : tokensIn(looks, Math.max(...sizes)).value;
  }

  /** The upper bound; 0 where the memory can't be told. */
  function highestMemory(tokens: number): number {
    if (memoryKind(looks) === null) return 0;
    const fitted: Forecast | null =
      known?.fits.memory == null ? null : forecast(known.fits.memory, tokens);
    if (fitted !== null) return fitted.high;
    const peaks = pointsOf(looks).flatMap(({ peakBytes }) =>
      peakBytes === null ? [] : [peakBytes],
    );
    const [before, now] = [peaks.at(-2), peaks.at(-1)];
    if (now === undefined || tokens <= CHAT_TOKENS) return now ?? 0;
    // By the square of the length: nothing known grows faster.
    const [from = 0, to = 1] = pointsOf(looks)
      .slice(-2)
      .map(({ promptTokens }) => promptTokens);
    const each = Math.max(0, now - (before ?? 0)) / Math.max(1, to ** 2 - from ** 2);
    return now + each * (tokens ** 2 - to ** 2);
  }

  function likelyMs(tokens: number): number {
    const fitted = known?.fits.time == null ? null : forecast(known.fits.time, tokens).value;
    const { promptTokens, ms, tookMs } = last ?? { promptTokens: null, ms: null, tookMs: 0 };
    const square = (ms ?? tookMs) * (tokens / (promptTokens ?? tokens)) ** 2;
    return fitted ?? square;
  }
}

function over(end: LadderEnd): NextLook {
  return { kind: "over", end };
}
