/** The time budget. Pure. */
import type { RunState } from "../journal/state.ts";

/**
 * Whether the time for measuring is over. Fetching and preparing, and waiting for another run's end,
 * take nothing of it.
 */
export function isOverBudget(state: RunState): boolean {
  const budget = state.plan.timeBudgetMs;
  const spentMs = state.elapsedMs - state.provisionMs - (state.lockWaitMs ?? 0);
  return budget !== null && state.stopped === null && spentMs > budget;
}
