/** Where a comparison stands while it runs: whether more pairs of starts are wanted. Pure. */
import type { RunState } from "../../journal/state.ts";
import { lookAt, lookSchedule } from "../verdict/looks.ts";
import type { SuccessDecision } from "../verdict/success.ts";
import { decideAt, designOf, pairsToJudge, plannedLooks } from "./judge.ts";
import { measuredPairs, primaryMetrics } from "./metrics.ts";
import { decideAllSuccess } from "./success.ts";
import { withheldBecause } from "./withheld.ts";

export interface Standing {
  /** The verdict stands: further pairs would not be used. */
  settled: boolean;
  /** Head's cells that failed where base passed: so many confirming pairs are still to be made. */
  confirm: { cell: string; pairs: number }[];
}

/** So many pairs show what figures there are to a comparison that gets no verdict anyway. */
const ENOUGH_WITHOUT_VERDICT = 3;

/**
 * Judged afresh whenever a pair is complete; with fewer pairs than the next look asks only a failure
 * can settle it.
 */
export function standingOf(state: RunState): Standing {
  if (state.plan.comparison == null) return { settled: false, confirm: [] };
  const pairs = measuredPairs(state);
  const kept = designOf(state) === "attached";
  const planned = plannedLooks(state);
  const metrics = primaryMetrics(state, pairs);
  const count = pairsToJudge(state, metrics);
  const due = lookSchedule(planned).includes(count);
  const look = due ? lookAt(planned, count) : null;
  const success = decideAllSuccess(state, look);
  // Who has the failure of a running server can't be told by fresh starts.
  const confirm = kept ? [] : success.flatMap(toConfirm);
  if (success.some(({ state: found }) => found === "broken")) return { settled: true, confirm };
  const shown = !kept && pairs.length >= ENOUGH_WITHOUT_VERDICT && confirm.length === 0;
  if (shown && withheldBecause(state) !== null) return { settled: true, confirm };
  if (!due || confirm.length > 0) return { settled: false, confirm };
  return { settled: decideAt(state, metrics, null).settled, confirm };
}

function toConfirm(decision: SuccessDecision): Standing["confirm"] {
  const { cell } = decision;
  return decision.state === "confirm" ? [{ cell, pairs: decision.pairs }] : [];
}
