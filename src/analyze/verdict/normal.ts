/** The normal distribution. */

const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);

/**
 * P(Z <= z), to 10 digits up to |z| = 7 and 8 digits beyond: the double-precision algorithm of Hart (1968) as given by West,
 * Better approximations to cumulative normal functions (Wilmott Magazine, May 2005).
 */
export function normalCdf(z: number): number {
  const x = Math.abs(z);
  const tail = x > 39 ? 0 : x < 7.07106781186547 ? hart(x) : continuedFraction(x);
  return z > 0 ? 1 - tail : tail;
}

const UPPER = [
  3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871,
  221.213596169931, 220.206867912376,
];
const LOWER = [
  8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674,
  637.333633378831, 793.826512519948, 440.413735824752,
];

function hart(x: number): number {
  return (Math.exp((-x * x) / 2) * polynomial(UPPER, x)) / polynomial(LOWER, x);
}

function continuedFraction(x: number): number {
  return Math.exp((-x * x) / 2) / (x + 1 / (x + 2 / (x + 3 / (x + 4 / (x + 0.65))))) / ROOT_TWO_PI;
}

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);

export function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / ROOT_TWO_PI;
}

/** The z with P(Z <= z) = p: Newton's steps on the cdf, taken on the tail, where digits are kept. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`no probability: ${p}`);
  if (p === 0 || p === 1) return p === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (p > 0.5) return -normalQuantile(1 - p);
  // Abramowitz & Stegun 26.2.23: within 4.5e-4 of the root.
  const t = Math.sqrt(-2 * Math.log(p));
  let z =
    (2.515517 + t * (0.802853 + t * 0.010328)) /
      (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) -
    t;
  for (let step = 0; step < 4; step++) {
    const error = (normalCdf(z) - p) / normalDensity(z);
    // Halley: the second derivative of the cdf is -z times the first.
    z -= error / (1 + (z * error) / 2);
  }
  return z;
}
