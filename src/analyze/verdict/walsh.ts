/** The estimate and the interval that belong to the signed-rank test. */
import { normalQuantile } from "./normal.ts";
import { EXACT_UP_TO, untiedSums } from "./signed-rank.ts";

/** All (d_i + d_j) / 2 with i <= j, in order. Opposite infinities cancel. */
export function walshAverages(differences: readonly number[]): Float64Array {
  const n = differences.length;
  const averages = new Float64Array((n * (n + 1)) / 2);
  let next = 0;
  for (const [i, first] of differences.entries()) {
    for (let j = i; j < n; j++) {
      const second = differences[j] ?? 0;
      averages[next++] = first === -second ? 0 : (first + second) / 2;
    }
  }
  return averages.sort();
}

/** The median of the Walsh averages (Hodges & Lehmann 1963). */
export function hodgesLehmann(averages: Float64Array): number {
  const middle = (averages.length - 1) / 2;
  const low = averages[Math.floor(middle)] ?? Number.NaN;
  const high = averages[Math.ceil(middle)] ?? Number.NaN;
  return low === high || low === -high ? (low === high ? low : 0) : (low + high) / 2;
}

/**
 * Distribution-free interval of the centre: [W_(k), W_(M+1-k)] of the M Walsh averages, with the
 * highest k for which P(T < k) is at most (1 - level) / 2 under the exact null distribution (Tukey
 * 1949; Hollander, Wolfe & Chicken 2014, section 3.3). It holds just the shifts that the two-sided
 * test doesn't reject; with ties it covers more (Randles & Wolfe 1979, section 6.1).
 * @returns null when even the outermost averages cover less, as with 5 values at 95%
 */
export function walshInterval(
  averages: Float64Array,
  n: number,
  level: number,
): { low: number; high: number; coverage: number } | null {
  const { rank, below } = rankFor(n, (1 - level) / 2);
  const low = averages[rank - 1];
  const high = averages[averages.length - rank];
  if (rank === 0 || low === undefined || high === undefined) return null;
  return { low, high, coverage: 1 - 2 * below };
}

/** One-sided: the centre is below this with confidence 1 - alpha. */
export function walshUpper(averages: Float64Array, n: number, alpha: number): number | null {
  const { rank } = rankFor(n, alpha);
  return rank === 0 ? null : (averages[averages.length - rank] ?? null);
}

/** What a one-sided test of this level rejects in truth: the ranks' steps are coarse at few pairs. */
export function attainedLevel(n: number, level: number): number {
  return rankFor(n, level).below;
}

/** The highest k with P(T < k) <= tail for n untied differences, and that probability. */
function rankFor(n: number, tail: number): { rank: number; below: number } {
  if (n > EXACT_UP_TO) {
    const [mean, variance] = [(n * (n + 1)) / 4, (n * (n + 1) * (2 * n + 1)) / 24];
    const rank = Math.floor(mean + 0.5 + normalQuantile(tail) * Math.sqrt(variance));
    return { rank, below: tail };
  }
  const probabilities = untiedSums(n);
  let rank = 0;
  let below = 0;
  while (rank < probabilities.length && below + (probabilities[rank] ?? 0) <= tail) {
    below += probabilities[rank] ?? 0;
    rank += 1;
  }
  return { rank, below };
}
