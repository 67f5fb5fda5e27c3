/** The decision rule, asked of a run. Pure. */
import type { RunState } from "../../journal/state.ts";
import { twinsOf } from "../../plan/pairs/cells.ts";
import type { MadePair } from "../../plan/pairs/made.ts";
import { pairsAtMost } from "../../plan/pairs/planned.ts";
import { isAttached } from "../../plan/types.ts";
import type { Comparison, Verdict } from "../../result.ts";
import { type Decision, decide } from "../verdict/decide.ts";
import { type Ended, lookAt } from "../verdict/looks.ts";
import { withFigures } from "../verdict/pairs.ts";
import { measuredPairs, type PairedMetric, pairedMetrics } from "./metrics.ts";
import { decideAllSuccess, isUnsent } from "./success.ts";
import { repliesDiffer } from "./tokens.ts";
import { withheldBecause } from "./withheld.ts";

export interface Judged {
  pairs: MadePair[];
  metrics: PairedMetric[];
  /** As the rule has it; what keeps it from being the run's verdict stands beside it. */
  decision: Decision;
  verdict: Verdict;
  design: Comparison["design"];
  withheld: string | null;
  /** Head's cells that were not sent, because their prompt doesn't fit, where base passes. */
  unsent: string[];
  ended: Comparison["pairs"]["ended"];
}

/** Servers that nobody restarts make no pairs of starts: they are only described. */
export function designOf({ plan }: RunState): Comparison["design"] {
  const kept = plan.variants.some((one) => isAttached(one) && one.restartCommand == null);
  return kept ? "attached" : "alternating-starts";
}

/** Everything there is, as it stands. */
export function judge(state: RunState): Judged {
  const pairs = measuredPairs(state);
  const metrics = pairedMetrics(state, pairs);
  const design = designOf(state);
  const withheld = withheldBecause(state);
  const open = decideAt(state, metrics, null);
  // Error that was not spent may be, where nothing more will come: it can't undo what stands.
  const decision = open.settled ? open : decideAt(state, metrics, earlyEnd(state));
  const unsent = unsentCells(state);
  const judged = { pairs, metrics, decision, design, withheld, unsent };
  return { ...judged, verdict: verdictOf(judged), ended: endOf(state, judged) };
}

/** At most so many pairs; running servers are never looked at. */
export function plannedLooks(state: RunState): number {
  return designOf(state) === "attached" ? 0 : pairsAtMost(state.plan);
}

export function decideAt(
  state: RunState,
  metrics: readonly PairedMetric[],
  ended: Ended | null,
): Decision {
  const maxStarts = plannedLooks(state);
  const look = lookAt(maxStarts, pairsToJudge(state, metrics), ended);
  const success = decideAllSuccess(state, look);
  const made = measuredPairs(state).length;
  const differ = repliesDiffer(state);
  const marked = metrics.map((metric): PairedMetric => {
    const { cell, metric: name } = metric.of;
    const other = name === "turnMs" && cell !== null && differ.includes(cell);
    return other && metric.undecidable === undefined
      ? { ...metric, undecidable: "replies-differ" }
      : metric;
  });
  return decide(marked, { maxStarts, made, ended, success });
}

/** A clock doesn't know the figures; whoever stopped it, or a killed run's heir, may have seen them. */
function earlyEnd({ stopped }: RunState): Ended {
  return stopped === "time-budget" ? "time-budget" : "interrupted";
}

/**
 * Pairs by which a look is due. A primary metric may lack one (its port was taken); where there is
 * no figure at all, failures alone are judged.
 */
export function pairsToJudge(state: RunState, metrics: readonly PairedMetric[]): number {
  const counts = metrics
    .filter(({ primary }) => primary)
    .map(({ pairs, better }) => withFigures(pairs, better).length);
  const most = Math.max(0, ...counts);
  return most === 0 ? measuredPairs(state).length : most;
}

function verdictOf({
  decision,
  design,
  withheld,
  unsent,
}: Pick<Judged, "decision" | "design" | "withheld" | "unsent">): Verdict {
  const { verdict, success } = decision;
  const brokenBy = (...reasons: string[]) =>
    success.some((one) => one.state === "broken" && reasons.includes(one.because));
  // That a request is refused each time needs no statistics, and no restart.
  const refused = brokenBy("deterministic");
  if (withheld !== null) {
    // That head doesn't work is so whatever else differs; only its figures may owe to that.
    const shown = design === "attached" ? refused : refused || brokenBy("confirmed");
    return shown ? "broken" : "inconclusive";
  }
  if (design === "attached") return refused ? "broken" : "inconclusive";
  const fine = verdict === "improvement" || verdict === "no-regression";
  return fine && unsent.length > 0 ? "inconclusive" : verdict;
}

/** Head's, where base's twin passed. */
export function unsentCells(state: RunState): string[] {
  return twinsOf(state).flatMap(({ base, head }) =>
    isUnsent(state, head) && base.attempts.some(({ finding }) => finding.kind === "pass")
      ? [head.spec.id]
      : [],
  );
}

function endOf(
  state: RunState,
  { pairs, decision, withheld }: Pick<Judged, "pairs" | "decision" | "withheld">,
): Judged["ended"] {
  const all = pairs.length >= pairsAtMost(state.plan);
  if (state.failed !== null) return "failed";
  if (decision.settled && !all) return "settled";
  if (all) return "all-made";
  if (state.interrupted !== null) return "interrupted";
  if (state.stopped !== null) return "time-budget";
  if (!state.ended) return "interrupted";
  return withheld === null ? "failed" : "settled";
}
