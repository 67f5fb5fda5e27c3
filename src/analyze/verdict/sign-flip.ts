/** The exact permutation test of paired differences by their signs. */
import { normalCdf } from "./normal.ts";

/** Two halves of 2^15 sums each; beyond, the normal approximation. */
const EXACT_UP_TO = 30;
/** Sums that differ by rounding alone are equal. */
const ROUNDING = 1e-9;

/**
 * One-sided p-value of sum > 0: the share of all ways to give the differences their signs whose sum
 * is at least the one seen (Fisher 1935, section 21). Exact, whatever the distribution, ties and
 * zeros included, as long as swapping the two of a pair changes nothing under the hypothesis. With
 * more than 30 differences that are not zero the normal approximation is taken.
 */
export function signFlip(differences: readonly number[]): number {
  const sizes = differences.map(Math.abs).filter((size) => size > 0);
  // Of the signs seen, those that are positive: P(their sum is at least as high).
  const seen = differences.reduce((sum, value) => sum + Math.max(0, value), 0);
  if (sizes.length > EXACT_UP_TO) {
    const mean = sizes.reduce((sum, size) => sum + size, 0) / 2;
    const deviation = Math.sqrt(sizes.reduce((sum, size) => sum + size ** 2, 0)) / 2;
    return normalCdf((mean - seen) / deviation);
  }
  const half = sizes.length >> 1;
  const left = subsetSums(sizes.slice(0, half)).sort();
  const right = subsetSums(sizes.slice(half)).sort();
  const least = seen - ROUNDING * Math.max(1, seen);
  // As the one half's sum grows, fewer of the other half are needed: one walk through both.
  let reaching = 0;
  let from = right.length;
  for (const sum of left) {
    while (from > 0 && sum + (right[from - 1] ?? 0) >= least) from -= 1;
    reaching += right.length - from;
  }
  return reaching / (left.length * right.length);
}

function subsetSums(sizes: readonly number[]): Float64Array {
  const sums = new Float64Array(2 ** sizes.length);
  for (const [i, size] of sizes.entries()) {
    const filled = 2 ** i;
    for (let k = 0; k < filled; k++) sums[filled + k] = (sums[k] ?? 0) + size;
  }
  return sums;
}
