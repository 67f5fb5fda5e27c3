/** Wilcoxon's signed-rank test, exact. */
import { normalCdf } from "./normal.ts";

/** Up to here the exact distribution is computed; beyond, the normal one errs by less than 0.001. */
export const EXACT_UP_TO = 100;

export interface OneSided {
  /** P of a result at least as far to the worse, were the differences symmetric about the shift. */
  worse: number;
  better: number;
}

/**
 * Exact one-sided p-values (Wilcoxon 1945), conditional on the sizes of the differences: given
 * them, each sign is a fair coin under the hypothesis, so ties cost nothing in exactness. Equal
 * sizes share their mean rank. Differences may be infinite: those are the highest ranks.
 *
 * Zeros are ranked and then give no sign (Pratt 1959, Remarks on zeros and ties in the Wilcoxon
 * signed rank procedures). Dropping them before ranking, as Wilcoxon did, can turn a result
 * significant by making a difference *smaller*; a pair that shows no difference is no evidence of one.
 */
export function signedRank(differences: readonly number[], shift = 0): OneSided {
  const from = differences.map((difference) => difference - shift);
  const ranks = doubledRanks(from.map(Math.abs));
  const signed = from.flatMap((value, i) => (value === 0 ? [] : [[value, ranks[i] ?? 0] as const]));
  const weights = signed.map(([, rank]) => rank);
  const worse = signed.reduce((sum, [value, rank]) => sum + (value > 0 ? rank : 0), 0);
  const better = weights.reduce((sum, rank) => sum + rank, 0) - worse;
  if (weights.length > EXACT_UP_TO) {
    return { worse: normalTail(weights, worse), better: normalTail(weights, better) };
  }
  // Without zeros and ties the ranks are 1 to n, as they mostly are: those sums are known.
  const untied = weights.length === from.length && new Set(weights).size === weights.length;
  const [sums, unit] = untied ? [untiedSums(from.length), 2] : [coinSums(weights), 1];
  return { worse: upperTail(sums, worse / unit), better: upperTail(sums, better / unit) };
}

/** Mid-ranks from 1, times two, so that they are whole numbers. */
export function doubledRanks(values: readonly number[]): number[] {
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const ranks = new Array<number>(values.length).fill(0);
  for (let first = 0; first < order.length; ) {
    let last = first;
    while (last + 1 < order.length && order[last + 1]?.value === order[first]?.value) last += 1;
    for (const { index } of order.slice(first, last + 1)) ranks[index] = first + last + 2;
    first = last + 1;
  }
  return ranks;
}

/** P(sum >= value). */
function upperTail(sums: Float64Array, value: number): number {
  let tail = 0;
  for (let sum = sums.length - 1; sum >= value; sum--) tail += sums[sum] ?? 0;
  return Math.min(1, tail);
}

/** They depend on n alone and are asked for at every look. */
const known = new Map<number, Float64Array>();

/** The null distribution of the signed-rank statistic of n differences without zeros and ties. */
export function untiedSums(n: number): Float64Array {
  const sums = known.get(n) ?? coinSums(Array.from({ length: n }, (_, i) => i + 1));
  known.set(n, sums);
  return sums;
}

/**
 * The distribution of the sum of whole weights, each counted if a fair coin shows heads: one pass
 * for each weight (dynamic programming; Hollander, Wolfe & Chicken 2014, section 3.1).
 */
export function coinSums(weights: readonly number[]): Float64Array {
  const probabilities = new Float64Array(weights.reduce((sum, weight) => sum + weight, 0) + 1);
  probabilities[0] = 1;
  let reached = 0;
  for (const weight of weights) {
    reached += weight;
    for (let sum = reached; sum >= 0; sum--) {
      const without = probabilities[sum] ?? 0;
      const withIt = sum >= weight ? (probabilities[sum - weight] ?? 0) : 0;
      probabilities[sum] = (without + withIt) / 2;
    }
  }
  return probabilities;
}

/** With the variance of the ranks at hand, and half a step of continuity. */
function normalTail(weights: readonly number[], value: number): number {
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / 2;
  const variance = weights.reduce((sum, weight) => sum + weight ** 2, 0) / 4;
  return 1 - normalCdf((value - 1 - mean) / Math.sqrt(variance));
}
