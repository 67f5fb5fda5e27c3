/** A run of two variants, as `compare` shows it: from its pairs of starts. Pure. */
import type { ComparedMetric, Result } from "../result.ts";
import type { ComparedResults } from "./compare-results.ts";
import { cellName } from "./history/from-result.ts";
import { pairsOf } from "./pairs.ts";

/** @returns null where the run has no pairs of starts */
export function comparePairs(result: Result): ComparedResults | null {
  const { comparison, verdict, cells } = result;
  if (comparison === null || pairsOf(result) === null) return null;
  const nameOf = (id: string | null) => {
    const cell = cells.find((each) => each.id === id);
    return cell === undefined ? "the start" : cellName(cell);
  };
  return {
    tested: [],
    differs: comparison.differs.map(({ what, base, head, intended }) => ({
      ...{ what, before: base, now: head },
      ...{ part: null, intended },
    })),
    withheld: comparison.withheld,
    verdict,
    because: comparison.because,
    advice: comparison.advice,
    outcomes: comparison.success
      .filter(({ base, head }) => base !== head)
      .map(({ cell, base, head }) => ({ cell: nameOf(cell), base, head })),
    metrics: comparison.metrics.map((metric) => ({
      cell: nameOf(metric.cell),
      metric: metric.metric,
      label: metric.label,
      unit: metric.unit,
      better: metric.better === "lower" ? "smaller" : "bigger",
      primary: metric.primary,
      base: metric.base,
      head: metric.head,
      ratio: metric.ratio?.estimate ?? null,
      mayBeNoise: holdsOne(metric),
    })),
  };
}

function holdsOne({ ratio }: ComparedMetric): boolean {
  if (ratio === null || ratio.level === null) return true;
  return (ratio.low ?? 0) <= 1 && (ratio.high ?? Number.POSITIVE_INFINITY) >= 1;
}
