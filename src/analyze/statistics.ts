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

/**
 * Exact, distribution-free interval of the median: the narrowest pair of order statistics
 * (x_(k), x_(n+1-k)) whose binomial coverage 1 - 2 P(Bin(n, 1/2) < k) is at least `level`
 * (Conover, Practical Nonparametric Statistics, 3rd ed., section 3.2).
 * @returns null when even (min, max) covers less: under 6 values at 95%
 */
export function medianInterval(values: readonly number[], level = 0.95): [number, number] | null {
  const n = values.length;
  const sorted = [...values].sort((a, b) => a - b);
  if (n > 1000) {
    // 0.5^n leaves the range of a double: the normal approximation is exact to a rank here.
    const rank = Math.max(1, Math.floor(n / 2 - 0.98 * Math.sqrt(n)));
    return [sorted[rank - 1] ?? Number.NaN, sorted[n - rank] ?? Number.NaN];
  }
  let below = 0.5 ** n;
  let k = 0;
  let term = below;
  while (1 - 2 * below >= level) {
    k += 1;
    term = (term * (n - k + 1)) / k;
    below += term;
  }
  const low = sorted[k - 1];
  const high = sorted[n - k];
  return k === 0 || low === undefined || high === undefined ? null : [low, high];
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
    min: Math.min(...values),
    max: Math.max(...values),
    ...(values.length >= 20 ? { p90: quantile(values, 0.9) } : {}),
    ...(values.length >= 100 ? { p99: quantile(values, 0.99) } : {}),
    samples,
  };
}
