/** The time budget. Pure. */
import type { RunState } from "../journal/state.ts";
import { startCosts } from "./pairs/costs.ts";
import { afterPair } from "./pairs/end.ts";
import { madePairs } from "./pairs/made.ts";
import { roundsOfNext } from "./pairs/rounds.ts";

/**
 * Whether the time for measuring is over. Fetching and preparing, waiting for another run's end, and
 * looking at the machine take nothing of it.
 *
 * A comparison isn't ended in the middle of a pair if that can be foreseen: half a pair tells
 * nothing. Between pairs it goes on as long as a whole one still fits, though the next look may be
 * out of reach: what is there when the clock ends it is judged all the same, with all the error
 * that is left, so each pair more is of use. When it ends depends on time alone, never on the
 * figures.
 */
export function isOverBudget(state: RunState): boolean {
  const budget = state.plan.timeBudgetMs;
  if (budget === null || state.stopped !== null) return false;
  const variants = [...state.variants.values()];
  if (variants.some(({ provisioned, failure }) => provisioned === null && failure === null)) {
    return false;
  }
  const leftMs = budget - spentMs(state);
  const next = betweenPairs(state);
  if (next === null) return leftMs < 0;
  return next.kind === "over" ? false : leftMs < Math.max(0, next.ms);
}

/** Of the budget, so far. */
export function spentMs({ elapsedMs, provisionMs, momentMs, lockWaitMs }: RunState): number {
  return elapsedMs - provisionMs - momentMs - (lockWaitMs ?? 0);
}

/** What comes after a complete pair, and how long that takes; null anywhere else. */
function betweenPairs(state: RunState): { kind: "over" } | { kind: "pair"; ms: number } | null {
  if (state.plan.comparison == null || state.live !== null) return null;
  const pairs = madePairs(state);
  if (pairs.at(-1)?.complete !== true) return null;
  if (afterPair(state, pairs).kind === "end") return { kind: "over" };
  const costs = startCosts(state, pairs);
  if (costs === null) return null;
  return { kind: "pair", ms: 2 * (costs.startMs + costs.roundMs * roundsOfNext(state, pairs)) };
}
