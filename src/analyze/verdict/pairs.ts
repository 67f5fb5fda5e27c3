/** What a comparison is made of: pairs of engine starts, and the one number each pair comes to. */
import { median } from "../statistics.ts";

/** What one base start and one head start, made one after the other, measured of one metric. */
export interface StartPair {
  /**
   * The measured rounds, in the metric's unit. A failed request is `Infinity`, whichever direction
   * is better: the worst rank, never dropped.
   */
  base: readonly number[];
  head: readonly number[];
}

export interface PairedStarts {
  metric: string;
  better: "lower" | "higher";
  /** One of the family that the run's verdict is about; fixed before the first measured start. */
  primary: boolean;
  /** The relative change that matters: 0.05 is 5%. Set by the user, never moved by data. */
  delta: number;
  /** Why nothing may be said of it, whatever the figures are; absent: nothing keeps it back. */
  undecidable?: "replies-differ" | "rounds-left-out";
  /** In the order they were made. */
  pairs: readonly StartPair[];
}

/**
 * D = ln(median of head / median of base), turned so that positive is worse: one per pair.
 * `Infinity` where head failed in most rounds and base didn't, `-Infinity` the other way round. A
 * pair in which both did has none: it says nothing of which is faster.
 * @throws RangeError for a start without values and for one that is negative or no number
 */
export function differences({ metric, better, pairs }: PairedStarts): number[] {
  return withFigures(pairs, better).map(({ base, head }) => {
    const [baseCost, headCost] = [cost(base, better, metric), cost(head, better, metric)];
    return baseCost === headCost ? 0 : headCost - baseCost;
  });
}

/** Without the pairs in which both sides failed in most rounds. */
export function withFigures<T extends StartPair>(
  pairs: readonly T[],
  better: "lower" | "higher",
): T[] {
  const failed = (values: readonly number[]) =>
    values.length > 0 && startValue(values, better) === Number.POSITIVE_INFINITY;
  return pairs.filter(({ base, head }) => !failed(base) || !failed(head));
}

/** ln of the start's median, turned so that more is worse. */
function cost(values: readonly number[], better: "lower" | "higher", metric: string): number {
  if (values.length === 0) throw new RangeError(`${metric}: a start without a measured round`);
  const wrong = values.find((value) => !(value >= 0));
  if (wrong !== undefined) throw new RangeError(`${metric}: ${wrong} can't be part of a ratio`);
  const value = startValue(values, better);
  if (value === Number.POSITIVE_INFINITY) return value;
  return (better === "lower" ? 1 : -1) * Math.log(value);
}

/** The median of a start's rounds; `Infinity` where half of them or more failed. */
export function startValue(values: readonly number[], better: "lower" | "higher"): number {
  const failed = (value: number) => value === Number.POSITIVE_INFINITY;
  // Interpolating between two failed rounds would give no number.
  if (values.filter(failed).length * 2 >= values.length) return Number.POSITIVE_INFINITY;
  return median(values.map((value) => (failed(value) && better === "higher" ? 0 : value)));
}
