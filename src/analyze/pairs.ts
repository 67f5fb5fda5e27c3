/** Starts of two variants that were measured in turn on one machine. Pure. */
import type { MetricName, Result } from "../result.ts";

/** One fresh start of base and one of head, one after the other: the unit of a verdict. */
export interface StartPair {
  pair: number;
  cell: string;
  metric: MetricName;
  /** Median of the start's rounds. */
  base: number;
  head: number;
}

/**
 * The pairs in a result, or null where there are none: a run of one variant has none, and two runs
 * of their own don't make any. No run has two variants so far.
 */
export function pairsOf(_result: Result): StartPair[] | null {
  return null;
}
