/** The standard normal distribution, as far as drawing from a truncated one needs it. Pure. */

/**
 * P(Z > t). W. J. Cody's and others' rational forms are more exact; this one's relative error is below
 * 1.2e-7 everywhere, the far tail included (Press et al., Numerical Recipes, 2nd ed., erfcc in 6.2).
 */
export function upperTail(t: number): number {
  const x = Math.abs(t) / Math.SQRT2;
  const k = 1 / (1 + 0.5 * x);
  const sum = COEFFICIENTS.reduceRight((total, each) => each + k * total, 0);
  const tail = 0.5 * k * Math.exp(-x * x + sum);
  return t >= 0 ? tail : 1 - tail;
}

const COEFFICIENTS = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
  -0.82215223, 0.17087277,
];

/** z with P(Z < z) = p (P. J. Acklam's rational approximation, relative error below 1.15e-9). */
export function normalQuantile(p: number): number {
  if (p < LOW) {
    const q = Math.sqrt(-2 * Math.log(p));
    return ratio(C, q) / (ratio(D, q) * q + 1);
  }
  if (p > 1 - LOW) return -normalQuantile(1 - p);
  const q = p - 0.5;
  const r = q * q;
  return (ratio(A, r) * q) / (ratio(B, r) * r + 1);
}

const LOW = 0.02425;
const A = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
  2.506628277459239,
];
const B = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572,
];
const C = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734,
  4.374664141464968, 2.938163982698783,
];
const D = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416];

function ratio(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, each) => sum * x + each, 0);
}

/** Beyond this many standard deviations the tail is as good as exponential. */
const FAR = 6;

/** The value above `t` below which the share `u` of the tail lies: `u` uniform gives a draw of Z | Z > t. */
export function aboveOf(t: number, u: number): number {
  // Robert (1995), Simulation of truncated normal variables: Z - t is nearly exponential with rate t.
  if (t > FAR) return t - Math.log(1 - u) / t;
  return -normalQuantile(Math.max(Number.MIN_VALUE, upperTail(t) * (1 - u)));
}
