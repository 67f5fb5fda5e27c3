/** When the growing data may be looked at, and by which levels it is then judged. */
import { boundaryLevels, pocockSpending } from "./spending.ts";

/** Error permitted over all looks: two-sided for the family, one-sided for no-regression. */
export const ALPHA = 0.05;
/** One-sided, over all looks and cells, for "head fails more often". */
export const FAILURES_ALPHA = 0.01;
/** Fewer pairs decide nothing. */
export const FEWEST_PAIRS = 6;
/** From here on ranks can decide; below, Student's t, at one look. */
export const FEWEST_FOR_RANKS = 8;
const SERIES = [8, 12, 20, 30, 44, 66, 100, 150];

/** Why a comparison ends before the planned number of pairs. */
export type Ended =
  /** The clock ended it, whatever the data were: all the error that is left may be spent. */
  | "time-budget"
  /** Somebody did, who may have seen the figures: only what was due by now may be. */
  | "interrupted";

export interface Look {
  /** Pairs judged: the first so many, even if more are there. */
  pairs: number;
  /** Pairs at each look so far, this one last. */
  counts: number[];
  /** Nothing comes after it. */
  last: boolean;
  /** Level for a two-sided p-value with so many metrics left in Holm's procedure. */
  difference(left: number): number;
  noRegression: number;
  /** With so many cells compared: the error is one of the run, not of each cell. */
  failures(cells: number): number;
}

/**
 * Pairs at each look of a comparison of at most `maxStarts` pairs: 8, 12, 20, and on in such steps;
 * with 6 or 7 only the one; with fewer none.
 */
export function lookSchedule(maxStarts: number): number[] {
  if (maxStarts < FEWEST_PAIRS) return [];
  // A look just before the last would cost error and tell nothing.
  return [...SERIES.filter((pairs) => pairs + 2 <= maxStarts), maxStarts];
}

/** The next look after so many pairs; null: that was the last, or there is none. */
export function nextLook(maxStarts: number, pairs: number): number | null {
  return lookSchedule(maxStarts).find((count) => count > pairs) ?? null;
}

/**
 * The look that so many pairs permit. Between two looks it is the earlier one, on the pairs it had:
 * nobody can peek.
 * @returns null before the first
 */
export function lookAt(maxStarts: number, pairs: number, ended: Ended | null = null): Look | null {
  const schedule = lookSchedule(maxStarts);
  const early = ended !== null && pairs < maxStarts && pairs >= FEWEST_PAIRS;
  const reached = schedule.filter((count) => (early ? count < pairs : count <= pairs));
  const counts = early ? [...reached, pairs] : reached;
  const at = counts.at(-1);
  if (at === undefined) return null;
  const fractions = counts.map((count) =>
    early && count === pairs && ended === "time-budget" ? 1 : count / maxStarts,
  );
  const levels = (alpha: number, sides: 1 | 2) => lastLevel(counts, fractions, alpha, sides);
  return {
    pairs: at,
    counts,
    last: early || at === schedule.at(-1),
    difference: (left) => levels(ALPHA / Math.max(1, left), 2),
    noRegression: levels(ALPHA, 1),
    failures: (cells) => levels(FAILURES_ALPHA / Math.max(1, cells), 1),
  };
}

/** The integration takes milliseconds and a run asks for the same levels again and again. */
const known = new Map<string, number>();

function lastLevel(counts: number[], fractions: number[], alpha: number, sides: 1 | 2): number {
  const key = JSON.stringify([counts, fractions, alpha, sides]);
  const spent = fractions.map((fraction) => pocockSpending(alpha, fraction));
  const level = known.get(key) ?? boundaryLevels(counts, spent, sides).at(-1) ?? 0;
  known.set(key, level);
  return level;
}
