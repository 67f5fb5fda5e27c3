/** Student's t: the test of six or seven pairs, which are too few for ranks. */
import { bisect } from "./bisect.ts";

/**
 * P(T <= t) for `df` degrees of freedom, by the incomplete beta function
 * (Abramowitz & Stegun 26.7.1; DLMF 8.17).
 */
export function studentCdf(t: number, df: number): number {
  if (!Number.isFinite(t)) return t > 0 ? 1 : 0;
  const tail = incompleteBeta(df / (df + t * t), df / 2, 0.5) / 2;
  return t > 0 ? 1 - tail : tail;
}

/** The t with P(T <= t) = p. */
export function studentQuantile(p: number, df: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`no open probability: ${p}`);
  if (p === 0.5) return 0;
  if (p > 0.5) return -studentQuantile(1 - p, df);
  let low = -1;
  while (studentCdf(low, df) > p) low *= 2;
  return bisect((t) => studentCdf(t, df) - p, low, 0);
}

export interface StudentMean {
  mean: number;
  /** Standard error of the mean. */
  error: number;
  df: number;
}

/** @returns null for fewer than two values, or values that are not all finite */
export function studentMean(values: readonly number[]): StudentMean | null {
  const n = values.length;
  if (n < 2 || !values.every(Number.isFinite)) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (n - 1) / n), df: n - 1 };
}

/** One-sided p-values of mean > shift (`worse`) and mean < shift (`better`). */
export function studentTest(of: StudentMean, shift = 0): { worse: number; better: number } {
  const distance = of.mean - shift;
  // Equal values: no spread to measure a distance with; only none at all is no evidence.
  const t = distance === 0 ? 0 : distance / of.error;
  return { worse: studentCdf(-t, of.df), better: studentCdf(t, of.df) };
}

/** Two-sided interval of the mean that covers `level`. */
export function studentInterval(of: StudentMean, level: number): [number, number] {
  const reach = -studentQuantile((1 - level) / 2, of.df) * of.error;
  return [of.mean - reach, of.mean + reach];
}

/** I_x(a, b): the continued fraction of DLMF 8.17.22, evaluated by Lentz's method. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  // It converges fast below the mean; above, by the symmetry I_x(a, b) = 1 - I_(1-x)(b, a).
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const logFront =
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x);
  return (Math.exp(logFront) * lentz(x, a, b)) / a;
}

function lentz(x: number, a: number, b: number): number {
  const away = (value: number) => (Math.abs(value) < 1e-300 ? 1e-300 : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let change = 1;
    for (const term of [even, odd]) {
      d = 1 / away(1 + term * d);
      c = away(1 + term / c);
      change = c * d;
      fraction *= change;
    }
    if (Math.abs(change - 1) < 1e-15) break;
  }
  return fraction;
}

/** ln Gamma(x) for x > 0: Lanczos' approximation, g = 7, n = 9 (coefficients of Godfrey, 2001). */
function logGamma(x: number): number {
  const shifted = x - 1;
  const sum = LANCZOS.reduce((total, c, i) => total + c / (shifted + i + 1), 0.99999999999980993);
  const t = shifted + 7.5;
  return Math.log(2 * Math.PI) / 2 + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
}

const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
