/** How many pairs a change needs to be told, and what change so many pairs can tell. */
import { FEWEST_FOR_RANKS, lookAt } from "./looks.ts";
import { normalQuantile } from "./normal.ts";
import { studentQuantile } from "./student.ts";
import { attainedLevel } from "./walsh.ts";

/** The chance with which the promised is to come. */
export const POWER = 0.8;
/** More pairs are not proposed: a night's work on any machine. */
export const MOST_PAIRS = 150;

export interface Setting {
  /** Standard deviation of D, as `spreadOf` estimates it. */
  spread: number;
  /** Relative change that matters: 0.05 is 5%. */
  delta: number;
  /** Metrics in the family; Holm's first step is the level that each can count on. */
  family: number;
}

/** Standard errors that a centre must be away to be told, at the last look of so many pairs. */
export interface Reach {
  /** From 0, for Holm's first step in such a family; infinite where so few pairs can't reach it. */
  difference: number;
  /** Below delta, for no-regression. */
  noRegression: number;
}

export function reachAt(pairs: number, family: number): Reach {
  const look = lookAt(pairs, pairs);
  if (look === null) return { difference: Infinity, noRegression: Infinity };
  return {
    difference: critical(pairs, look.difference(family) / 2) + CERTAINTY,
    noRegression: critical(pairs, look.noRegression) + CERTAINTY,
  };
}

/** Beyond the critical value by so much, four of five runs are. */
export const CERTAINTY = normalQuantile(POWER);

/**
 * Of one-sided tests. Ranks pay for an unknown spread about as the mean does, so Student's quantile
 * is taken, at the level which their coarse steps attain: the normal quantile at the nominal level
 * would promise 80% and give 57% with 12 pairs.
 */
function critical(pairs: number, level: number): number {
  const attained = pairs < FEWEST_FOR_RANKS ? level : attainedLevel(pairs, level);
  return attained === 0 ? Infinity : -studentQuantile(attained, pairs - 1);
}

/**
 * The smallest true change that so many pairs call a regression (or, mirrored, an improvement) in
 * four of five runs: it must be significant, and the estimate must exceed delta. How well the
 * promise is kept stands in docs/statistics.md.
 * @returns as a share (0.08: 8%); null where so few pairs can't reach the level at all
 */
export function visibleChange(pairs: number, { spread, delta, family }: Setting): number | null {
  const error = spread / Math.sqrt(pairs);
  const significant = reachAt(pairs, family).difference * error;
  const exceeding = Math.log1p(delta) + CERTAINTY * error;
  return Number.isFinite(significant) ? Math.expm1(Math.max(significant, exceeding)) : null;
}

/** The smallest threshold for which no change at all is called no-regression in four of five runs. */
export function settledThreshold(pairs: number, spread: number): number | null {
  const { noRegression } = reachAt(pairs, 1);
  const reach = (noRegression * spread) / Math.sqrt(pairs);
  return Number.isFinite(reach) ? Math.expm1(reach) : null;
}

/** Steps fine enough to plan by; a spread is not known better than that. */
const PLANS = [6, 7, 8, 10, 12, 14, 16, 18, 20, 24, 30, 36, 44, 54, 66, 80, 100, 120, MOST_PAIRS];

/** The smallest plan of at least `from` pairs that is enough; null: none within reason. */
export function smallestPlan(enough: (pairs: number) => boolean, from = 0): number | null {
  return PLANS.find((pairs) => pairs >= from && enough(pairs)) ?? null;
}
