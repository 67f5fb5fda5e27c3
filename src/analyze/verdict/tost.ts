import type { OneSided } from "./signed-rank.ts";

/**
 * Two one-sided tests (Schuirmann 1987): p-value of "the centre lies within (low, high)", which is
 * the greater of those of "above low" and "below high"; no adjustment is due, as both must pass.
 * @param test one-sided p-values about a shift, of whatever test fits
 */
export function tost(test: (shift: number) => OneSided, low: number, high: number): number {
  return Math.max(test(low).worse, test(high).better);
}
