/** How much of the permitted error each look at the growing data may use. */
import { bisect } from "./bisect.ts";
import { normalCdf, normalDensity } from "./normal.ts";

/**
 * Pocock-type spending (Lan & DeMets 1983): of `alpha`, alpha ln(1 + (e - 1) t) is spent when the
 * fraction t of the planned data is there.
 */
export function pocockSpending(alpha: number, fraction: number): number {
  return alpha * Math.log(1 + (Math.E - 1) * Math.min(1, fraction));
}

/** Even; with twice as many the levels change by less than three parts in a hundred thousand. */
const INTERVALS = 128;
/** A one-sided design has no lower boundary; nothing that matters lies below. */
const FAR_BELOW = 8;

/**
 * Nominal levels of the looks: the p-value at look k is compared with `levels[k]`, and under the
 * hypothesis the chance to have crossed by look k is `spent[k]`. By numerical integration of the
 * density of the sum of the data over those paths that have not crossed (Armitage, McPherson & Rowe
 * 1969; Jennison & Turnbull 2000, chapter 19), with increments that are independent and normal with
 * variances in proportion to the pairs added: exact for sums, and the limit for signed ranks, whose
 * own discreteness makes the test cross less often, not more.
 * @param counts pairs at each look, increasing
 * @param spent cumulative error spent at each look
 * @param sides 2: the levels are for two-sided p-values
 */
export function boundaryLevels(
  counts: readonly number[],
  spent: readonly number[],
  sides: 1 | 2,
): number[] {
  let paths: Paths | null = null;
  return counts.map((count, look) => {
    const crossing = (spent[look] ?? 0) - (look === 0 ? 0 : (spent[look - 1] ?? 0));
    const root = Math.sqrt(count);
    const before = paths;
    const tail = (z: number) =>
      before === null ? sides * normalCdf(-z) : beyond(before, z * root, count, sides);
    const z = crossing <= 0 ? 37 : bisect((at) => tail(at) - crossing, 0, 37);
    if (look + 1 < counts.length) paths = continued(before, z * root, count, sides);
    return sides * normalCdf(-z);
  });
}

/** The density of the sum at a look, on the paths that have not crossed; weights for integrals. */
interface Paths {
  count: number;
  at: Float64Array;
  /** Density times the weight of Simpson's rule. */
  mass: Float64Array;
}

/** The chance to be beyond the limit (or its mirror) at the next look, not having crossed before. */
function beyond(paths: Paths, limit: number, count: number, sides: 1 | 2): number {
  const root = Math.sqrt(count - paths.count);
  let sum = 0;
  for (const [i, at] of paths.at.entries()) {
    const above = normalCdf((at - limit) / root);
    const below = sides === 2 ? normalCdf((-limit - at) / root) : 0;
    sum += (paths.mass[i] ?? 0) * (above + below);
  }
  return sum;
}

function continued(before: Paths | null, limit: number, count: number, sides: 1 | 2): Paths {
  const low = sides === 2 ? -limit : -FAR_BELOW * Math.sqrt(count);
  const step = (limit - low) / INTERVALS;
  const at = Float64Array.from({ length: INTERVALS + 1 }, (_, i) => low + i * step);
  const density = (x: number) =>
    before === null ? normalDensity(x / Math.sqrt(count)) / Math.sqrt(count) : arriving(before, x);
  const arriving = (from: Paths, x: number) => {
    const root = Math.sqrt(count - from.count);
    let sum = 0;
    for (const [i, y] of from.at.entries())
      sum += ((from.mass[i] ?? 0) * normalDensity((x - y) / root)) / root;
    return sum;
  };
  const weight = (i: number) => (i === 0 || i === INTERVALS ? 1 : i % 2 === 1 ? 4 : 2);
  return { count, at, mass: at.map((x, i) => (density(x) * weight(i) * step) / 3) };
}
