/** Which metric is nearest to what would be a regression. Pure. */
import type { ComparedMetric } from "../../result.ts";

/** How much of its threshold the worse end of its interval takes: 1 is all of it. */
function reach({ ratio, better, threshold }: ComparedMetric): number {
  if (ratio === null) return Number.NEGATIVE_INFINITY;
  const worst = (better === "lower" ? ratio.high : ratio.low) ?? ratio.estimate;
  if (worst === null) return Number.POSITIVE_INFINITY;
  return ((better === "lower" ? 1 : -1) * Math.log(worst)) / Math.log1p(threshold);
}

/** The nearest first: 1.3% of a threshold of 10% is further from it than 1% of one of 5%. */
export function nearestFirst(metrics: readonly ComparedMetric[]): ComparedMetric[] {
  return [...metrics].sort((a, b) => reach(b) - reach(a));
}
