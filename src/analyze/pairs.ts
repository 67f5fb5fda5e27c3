/** Starts of two variants that were measured in turn on one machine. Pure. */
import type { ComparedMetric, Result } from "../result.ts";

/** One fresh start of base and one of head, one after the other: the unit of a verdict. */
export interface StartPair {
  pair: number;
  /** Head's cell; null for what is of the whole start (its load time). */
  cell: string | null;
  metric: ComparedMetric["metric"];
  /** Median of the start's rounds; null where half of them or more failed. */
  base: number | null;
  head: number | null;
}

/**
 * The pairs in a result, or null where there are none: a run of one variant has none, two runs of
 * their own don't make any, and running servers that nobody restarts have no starts to pair.
 */
export function pairsOf({ comparison }: Result): StartPair[] | null {
  if (comparison === null || comparison.design === "attached") return null;
  return comparison.metrics.flatMap(({ cell, metric, pairs }) =>
    pairs.map(({ pair, base, head }) => ({ pair, cell, metric, base, head })),
  );
}
