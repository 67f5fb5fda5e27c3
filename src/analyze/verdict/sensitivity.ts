/** What an A/A comparison says about the machine. It is shown, and never moves delta. */
import { lookSchedule } from "./looks.ts";
import { differences, type PairedStarts } from "./pairs.ts";
import { settledThreshold, smallestPlan, visibleChange } from "./planning.ts";
import { spreadInterval, spreadOf } from "./spread.ts";

export interface Sensitivity {
  metric: string;
  /** Pairs it was estimated from. */
  pairs: number;
  /** Standard deviation of ln(head / base) between pairs, and where it may truly be (80%). */
  spread: number;
  spreadInterval: [number, number];
  /**
   * By how many pairs are planned: the smallest true change that is called a regression, and the
   * smallest threshold at which no change is called no-regression, each in four of five runs.
   */
  plans: { pairs: number; visibleChange: number | null; settledThreshold: number | null }[];
  /** What was asked: pairs that a change of this size needs to be called a regression. */
  wanted: {
    change: number;
    /** Null: more than 150, or the change is not above delta, so that it is none by definition. */
    pairs: number | null;
    /** The same if the spread is at the favourable and unfavourable end of its interval. */
    between: [number | null, number | null];
  };
  /** Pairs after which an unchanged head is called no-regression at delta; null: more than 150. */
  pairsToSettle: number | null;
}

/**
 * @param wanted relative change that is to be seen; by default twice each metric's delta
 * @returns of every metric with two pairs or more
 */
export function sensitivity(
  metrics: readonly PairedStarts[],
  { maxStarts, wanted }: { maxStarts: number; wanted?: number },
): Sensitivity[] {
  const family = Math.max(1, metrics.filter((metric) => metric.primary).length);
  return metrics.flatMap((metric) => {
    const seen = differences(metric);
    const spread = spreadOf(seen);
    if (spread === null) return [];
    const { delta } = metric;
    const [low, high] = spreadInterval(spread, seen.length);
    const change = wanted ?? 2 * delta;
    const needed = (of: number) =>
      smallestPlan((pairs) => {
        const visible = visibleChange(pairs, { spread: of, delta, family });
        return visible !== null && visible <= change;
      });
    const plans = lookSchedule(maxStarts).map((pairs) => ({
      pairs,
      visibleChange: visibleChange(pairs, { spread, delta, family }),
      settledThreshold: settledThreshold(pairs, spread),
    }));
    const settles = (pairs: number) => (settledThreshold(pairs, spread) ?? Infinity) <= delta;
    return {
      metric: metric.metric,
      pairs: seen.length,
      spread,
      spreadInterval: [low, high],
      plans,
      wanted: { change, pairs: needed(spread), between: [needed(low), needed(high)] },
      pairsToSettle: smallestPlan(settles),
    };
  });
}
