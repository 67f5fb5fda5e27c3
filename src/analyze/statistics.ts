/** Summaries of one sample. */
import type { Metric, Sample } from "../result.ts";

/** Middle value; mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear interpolation between order statistics (Hyndman & Fan 1996, type 7). */
export function quantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * p;
  const low = sorted[Math.floor(position)];
  const high = sorted[Math.ceil(position)];
  if (low === undefined || high === undefined) throw new RangeError("quantile of no values");
  return low + (high - low) * (position - Math.floor(position));
}

/** The highest of any number of values: as arguments of Math.max they would fill the stack. */
export function most(values: readonly number[]): number {
  return values.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
}

export function least(values: readonly number[]): number {
  return values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
}

/**
 * Exact, distribution-free interval of the median: the narrowest pair of order statistics
 * (x_(k), x_(n+1-k)) whose binomial coverage 1 - 2 P(Bin(n, 1/2) < k) is at least `level`
 * (Conover, Practical Nonparametric Statistics, 3rd ed., section 3.2).
 * @returns null when even (min, max) covers less: under 6 values at 95%
 */
export function medianInterval(values: readonly number[], level = 0.95): [number, number] | null {
  const n = values.length;
  const k = intervalRank(n, level);
  if (k === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const low = sorted[k - 1];
  const high = sorted[n - k];
  return low === undefined || high === undefined ? null : [low, high];
}

/**
 * The highest k whose pair covers enough; 0: none. The binomial coefficients are taken relative to
 * the middle one, so that those that count never leave the range of a double: 0.5^n does from
 * n = 1075 on.
 */
function intervalRank(n: number, level: number): number {
  const middle = Math.floor(n / 2);
  const weights = new Float64Array(middle + 1);
  weights[middle] = 1;
  for (let j = middle; j > 0; j--) weights[j - 1] = ((weights[j] ?? 0) * j) / (n - j + 1);
  const half = weights.reduce((sum, weight) => sum + weight, 0);
  // The coefficients are symmetric; those of an even number have one in the middle.
  const total = 2 * half - (n % 2 === 0 ? 1 : 0);
  let k = 0;
  let below = weights[0] ?? 0;
  while (k < middle && 1 - (2 * below) / total >= level) {
    k += 1;
    below += weights[k] ?? 0;
  }
  return k;
}

/** Percentiles are given only with enough samples: p90 from 20, p99 from 100. */
export function summarize(samples: Sample[]): Metric | null {
  const values = samples.map((sample) => sample.value);
  if (values.length === 0) return null;
  return {
    n: values.length,
    median: median(values),
    ci95: medianInterval(values),
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    min: least(values),
    max: most(values),
    ...(values.length >= 20 ? { p90: quantile(values, 0.9) } : {}),
    ...(values.length >= 100 ? { p99: quantile(values, 0.99) } : {}),
    samples,
  };
}
