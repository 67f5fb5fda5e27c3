/** How much the differences of pairs scatter, in the unit that decides how many are needed. */
import { normalQuantile } from "./normal.ts";
import { studentMean } from "./student.ts";
import { walshAverages, walshInterval } from "./walsh.ts";

/** Where ranks have an interval of this level, the spread is read off its width. */
const LEVEL = 0.8;

/**
 * The standard deviation that normal differences would need to make the rule as uncertain as it is:
 * the width of the Walsh interval over twice the quantile of what it covers, times the root of n
 * (Lehmann 1963, Nonparametric confidence intervals for a shift parameter). One wild start hardly
 * moves it, as it hardly moves the rule. Below eight pairs the standard deviation itself.
 * @returns null for fewer than two differences; may be `Infinity` where starts failed
 */
export function spreadOf(differences: readonly number[]): number | null {
  const n = differences.length;
  if (n < 2) return null;
  if (n < 8) {
    const mean = studentMean(differences);
    return mean === null ? Number.POSITIVE_INFINITY : mean.error * Math.sqrt(n);
  }
  const interval = walshInterval(walshAverages(differences), n, LEVEL);
  if (interval === null) return null;
  const quantile = normalQuantile((1 + interval.coverage) / 2);
  return ((interval.high - interval.low) / 2 / quantile) * Math.sqrt(n);
}

/**
 * What a spread estimated from n pairs may be in truth: 80% interval by the chi-squared
 * distribution, its quantiles by Wilson & Hilferty (1931), which is within 1% from 5 pairs on.
 */
export function spreadInterval(spread: number, n: number): [number, number] {
  const df = n - 1;
  const quantile = (z: number) => df * (1 - 2 / (9 * df) + z * Math.sqrt(2 / (9 * df))) ** 3;
  const z = normalQuantile(0.9);
  return [spread * Math.sqrt(df / quantile(z)), spread * Math.sqrt(df / quantile(-z))];
}
