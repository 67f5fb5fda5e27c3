/** How many rounds a start is worth. */
import { studentMean } from "./student.ts";

/** More rounds than these add nothing that restarts don't add better. */
const MOST_ROUNDS = 15;

export interface StartCosts {
  /** Variance between rounds of one start, on the log scale. */
  within: number;
  /** Variance between starts, beyond what rounds explain. */
  between: number;
  /** What a start costs (launch, load, warm-up) and what a round costs, in one unit. */
  startCost: number;
  roundCost: number;
}

/**
 * The rounds per start that give the steadiest estimate for the time spent:
 * ceil(sqrt(c_start / c_round x s^2 / t^2)) with s^2 within and t^2 between starts (Kalibera &
 * Jones 2013, Rigorous benchmarking in reasonable time), raised to an odd number, for
 * whose median no two rounds need be averaged.
 * @returns 1 to 15
 */
export function roundsPerStart({ within, between, startCost, roundCost }: StartCosts): number {
  const best = Math.sqrt(((startCost / roundCost) * within) / between);
  // Without any difference between starts, or of unknown costs, as many rounds as are sensible.
  const rounds = Number.isNaN(best) ? 3 : Math.min(MOST_ROUNDS, Math.max(1, Math.ceil(best)));
  return rounds % 2 === 1 ? rounds : rounds + 1;
}

/**
 * Variances of ln(value) within and between starts, by the one-way analysis of variance (Kalibera
 * & Jones 2013: t^2 is the variance of the starts' means less s^2 / k, at least 0).
 * Failed requests and starts of fewer than two values are left out: they say nothing about noise.
 * @returns null for fewer than two such starts
 */
export function varianceParts(
  starts: readonly (readonly number[])[],
): { within: number; between: number } | null {
  const usable = starts
    .map((values) => values.filter((value) => value > 0 && Number.isFinite(value)).map(Math.log))
    .flatMap((logs) => {
      const of = studentMean(logs);
      return of === null ? [] : [{ n: logs.length, mean: of.mean, df: of.df, error: of.error }];
    });
  const means = studentMean(usable.map(({ mean }) => mean));
  if (means === null) return null;
  const df = usable.reduce((sum, start) => sum + start.df, 0);
  const squares = usable.reduce((sum, start) => sum + start.df * start.n * start.error ** 2, 0);
  const within = squares / df;
  const rounds = usable.reduce((sum, start) => sum + 1 / start.n, 0) / usable.length;
  const variance = means.error ** 2 * usable.length;
  return { within, between: Math.max(0, variance - within * rounds) };
}
