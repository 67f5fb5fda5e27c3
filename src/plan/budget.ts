/** The time budget. Pure. */
import type { RunState } from "../journal/state.ts";

/**
 * Whether the time for measuring is over. Fetching and preparing, waiting for another run's end, and
 * looking at the machine take nothing of it.
 */
export function isOverBudget(state: RunState): boolean {
  const budget = state.plan.timeBudgetMs;
  const { elapsedMs, provisionMs, momentMs, lockWaitMs } = state;
  const variants = [...state.variants.values()];
  if (variants.some(({ provisioned, failure }) => provisioned === null && failure === null)) {
    return false;
  }
  const spentMs = elapsedMs - provisionMs - momentMs - (lockWaitMs ?? 0);
  return budget !== null && state.stopped === null && spentMs > budget;
}
