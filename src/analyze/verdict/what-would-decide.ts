/** What would turn an inconclusive metric into a verdict, in numbers. */
import type { MetricDecision } from "./decide.ts";
import { CERTAINTY, reachAt, smallestPlan } from "./planning.ts";
import { spreadOf } from "./spread.ts";
import { studentInterval, studentMean } from "./student.ts";
import { walshAverages, walshUpper } from "./walsh.ts";

export interface WouldDecide {
  metric: string;
  /** The verdict it would become, were the estimate the truth. */
  towards: "regression" | "improvement" | "no-regression";
  /** Pairs in all that would decide it in four of five runs; null: more than 150. */
  pairs: number | null;
  /**
   * The spread of the pairs now, and the one with which the pairs there are would have decided it;
   * null: no quiet would do with so few pairs.
   */
  spread: { now: number; needed: number | null };
  /** With this threshold the data at hand are no regression; null: with none. */
  threshold: number | null;
}

/**
 * With the estimate taken for the truth: where it lies next to the
 * threshold, no number of pairs decides, and a threshold away from it does.
 * @param family metrics in the family
 * @returns null for a metric that is decided or has fewer than two pairs
 */
export function whatWouldDecide(decision: MetricDecision, family: number): WouldDecide | null {
  const { verdict, centre, differences, delta } = decision;
  const spread = spreadOf(differences);
  if (verdict !== "inconclusive" || centre === null || spread === null) return null;
  const limit = Math.log1p(delta);
  const towards = centre > limit ? "regression" : centre < -limit ? "improvement" : "no-regression";
  /** The greatest spread with which so many pairs decide. */
  const bearable = (pairs: number) => {
    const reach = reachAt(pairs, family);
    const root = Math.sqrt(pairs);
    if (towards === "no-regression") return ((limit - centre) * root) / reach.noRegression;
    const size = Math.abs(centre);
    return root * Math.min(size / reach.difference, (size - limit) / CERTAINTY);
  };
  const needed = bearable(differences.length);
  return {
    metric: decision.metric,
    towards,
    pairs: smallestPlan((pairs) => bearable(pairs) >= spread, differences.length + 1),
    spread: { now: spread, needed: needed > 0 ? Math.min(spread, needed) : null },
    threshold: thresholdFor(decision),
  };
}

/** The upper confidence limit that the no-regression test turns at, in whole percents above it. */
function thresholdFor({ differences, level, method }: MetricDecision): number | null {
  if (level === null) return null;
  const mean = method === "student-t" ? studentMean(differences) : null;
  const upper =
    mean === null
      ? walshUpper(walshAverages(differences), differences.length, level.noRegression)
      : studentInterval(mean, 1 - 2 * level.noRegression)[1];
  if (upper === null || !Number.isFinite(upper)) return null;
  return Math.max(0, Math.floor(Math.expm1(upper) * 100) + 1) / 100;
}
