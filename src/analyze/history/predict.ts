/** Where the next value should lie, from those before. Pure. */
import { studentQuantile } from "../verdict/student.ts";

/** Under these the interval is so wide that it says nothing, and its level so unsure that it misleads. */
export const FEWEST_POINTS = 10;
/** Older values are of another machine's age and another code's shape. */
export const MOST_POINTS = 30;

/**
 * Two-sided prediction interval for one further value: on the log scale
 * mean ± t(1 - (1 - level)/2; n - 1) · s · sqrt(1 + 1/n), then exponentiated
 * (Hahn & Meeker, Statistical Intervals, 1991, section 4.7; Whitmore 1986, The American Statistician
 * 40(2), 141-143). On the log scale because times and rates vary by a share of themselves: the
 * interval is then one of ratios and never reaches below zero.
 *
 * It takes the values as independent, equally spread and about log-normal. Runs of a machine that
 * slowly changes are none of this quite, so it is advice and not a test.
 *
 * @param values positive; at least two
 * @param level the share of future values that it covers, e.g. 0.95
 */
export function predictionInterval(values: readonly number[], level: number): [number, number] {
  const n = values.length;
  if (n < 2 || values.some((value) => !(value > 0) || !Number.isFinite(value))) {
    throw new RangeError("a prediction interval needs two or more positive values");
  }
  const logs = values.map(Math.log);
  const mean = logs.reduce((sum, value) => sum + value, 0) / n;
  const variance = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const reach = studentQuantile(1 - (1 - level) / 2, n - 1) * Math.sqrt(variance * (1 + 1 / n));
  return [Math.exp(mean - reach), Math.exp(mean + reach)];
}
