/** Many p-values at once. */

export interface Step {
  rejected: boolean;
  /** The level that this p-value was, or would next have been, compared with. */
  level: number;
}

/**
 * Holm's step-down (Holm 1979): the smallest p-value against the level for all m, the next against
 * that for m - 1, and so on; the first that fails ends it. For a fixed sample the level for j is
 * alpha / j; at a look of a sequential design it is that look's boundary for alpha / j, which keeps
 * the family's error as closed testing does (Ye, Li, Liu & Yao 2013).
 * @param levelFor non-increasing in j
 * @returns in the order given
 */
export function holm(pValues: readonly number[], levelFor: (left: number) => number): Step[] {
  const steps = new Array<Step>(pValues.length);
  let left = pValues.length;
  let going = true;
  for (const [index, p] of ascending(pValues)) {
    const level = levelFor(left);
    const rejected: boolean = going && p <= level;
    steps[index] = { rejected, level };
    if (rejected) left -= 1;
    else going = false;
  }
  return steps;
}

/**
 * Adjusted p-values of Benjamini & Hochberg (1995): all those at most q have a false discovery rate
 * of at most q, for independent or positively dependent tests.
 * @returns in the order given
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const adjusted = new Array<number>(pValues.length).fill(1);
  let least = 1;
  const order = ascending(pValues);
  for (let rank = order.length; rank > 0; rank--) {
    const [index, p] = order[rank - 1] ?? [0, 1];
    least = Math.min(least, (p * order.length) / rank);
    adjusted[index] = least;
  }
  return adjusted;
}

function ascending(pValues: readonly number[]): [number, number][] {
  return [...pValues.entries()].sort((a, b) => a[1] - b[1]);
}
