import { bisect } from "./bisect.ts";
import { normalQuantile } from "./normal.ts";

/**
 * Score interval of the difference of two paired proportions, (b - c) / n (Tango, Statistics in
 * Medicine 17, 891-908, 1998): the differences that the score test doesn't reject. Unlike Wald's it
 * is usable at a few pairs and at no discordant one.
 * @param b pairs where the first happened and the second didn't
 * @param c pairs where the second happened and the first didn't
 * @param n all pairs
 */
export function tangoInterval(b: number, c: number, n: number, level: number): [number, number] {
  const z = normalQuantile((1 + level) / 2);
  const estimate = (b - c) / n;
  return [
    bisect((delta) => score(b, c, n, delta) - z, -1, estimate),
    bisect((delta) => score(b, c, n, delta) + z, estimate, 1),
  ];
}

/** Decreasing in delta; 0 at the estimate. */
function score(b: number, c: number, n: number, delta: number): number {
  const distance = b - c - n * delta;
  if (Math.abs(distance) < 1e-15 * n) return 0;
  // The restricted maximum-likelihood estimate of P(the second alone).
  const p = 2 * n * delta - (b + c) - (b - c) * delta;
  const q = -c * delta * (1 - delta);
  const alone = (Math.sqrt(Math.max(0, p * p - 8 * n * q)) - p) / (4 * n);
  const variance = n * (2 * alone + delta * (1 - delta));
  return distance / Math.sqrt(Math.max(0, variance));
}
