/** How many rounds the next pair's starts get. Pure. */
import { metricsOfOne } from "../../analyze/turn-metrics.ts";
import { roundsPerStart, varianceParts } from "../../analyze/verdict/rounds.ts";
import type { Attempt, RunState } from "../../journal/state.ts";
import type { MetricName } from "../../result.ts";
import { startCosts } from "./costs.ts";
import { type MadePair, roundsIn } from "./made.ts";
import { areBlocks } from "./planned.ts";

/** Until it is known what a start costs. */
export const FIRST_ROUNDS = 3;
/** Fewer have no median that a single failed or disturbed round leaves alone. */
const FEWEST_ROUNDS = 3;
/** Pairs that teach it. */
const LEARNED_FROM = 2;
/** Luck of a start below which none is believed: two pairs can look equal by chance. */
const LEAST_LUCK = 0.005;
/** What a verdict is mostly about; the rest follows from these. */
const LEADING: MetricName[] = ["ttftMs", "decodeTokensPerSecond", "turnMs", "totalMs"];

/**
 * As the user fixed it; else three in the first two pairs, and from then on what gives the steadiest
 * estimate for the time (Kalibera and Jones), worked out once and kept, but at least three.
 *
 * A change in the middle is honest: the unit stays the start, its value the median of its rounds, and
 * both starts of a pair have equally many. Which number it becomes depends on spread and cost alone,
 * in which base and head are exchangeable, never on which of them was faster. So if nothing differs,
 * each pair's difference is as likely above 0 as below it, by as much, whatever the number is, which
 * is all that the signed-rank test asks: not that every pair is equally precise.
 */
export function roundsOfNext(state: RunState, pairs: readonly MadePair[]): number {
  const { plan } = state;
  if (areBlocks(plan)) return 1;
  const fixed = plan.comparison?.rounds ?? null;
  if (fixed !== null) return fixed;
  const measured = pairs.filter(({ confirming }) => !confirming);
  const kept = measured[LEARNED_FROM];
  if (kept !== undefined) return kept.rounds;
  return measured.length < LEARNED_FROM ? FIRST_ROUNDS : learned(state, measured);
}

function learned(state: RunState, pairs: readonly MadePair[]): number {
  const costs = startCosts(state, pairs);
  const parts = spreads(state, pairs);
  if (costs === null || parts.length === 0) return FIRST_ROUNDS;
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const best = roundsPerStart({
    within: mean(parts.map(({ within }) => within)),
    between: Math.max(LEAST_LUCK ** 2, mean(parts.map(({ between }) => between))),
    startCost: costs.startMs,
    roundCost: costs.roundMs,
  });
  return Math.max(FEWEST_ROUNDS, best);
}

/** Of each cell of each variant, and each leading metric. */
function spreads(state: RunState, pairs: readonly MadePair[]) {
  const sides = [pairs.map(({ base }) => base), pairs.map(({ head }) => head)];
  return sides.flatMap((side) => {
    const starts = side.flatMap((start) => start ?? []);
    const cells = starts[0]?.cells ?? [];
    return cells.flatMap((cell) =>
      LEADING.flatMap((metric) => {
        const values = starts.map((start) => valuesOf(roundsIn(state, cell, start), metric));
        return varianceParts(values) ?? [];
      }),
    );
  });
}

function valuesOf(attempts: readonly Attempt[], metric: MetricName): number[] {
  return attempts.flatMap((attempt) =>
    attempt.finding.kind === "pass" ? (metricsOfOne(attempt).get(metric) ?? []) : [],
  );
}
