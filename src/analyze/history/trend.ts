/** How a figure went over time. Pure. */
import { type HistoryLine, type HistorySeries, inOrder, seriesId } from "./line.ts";

export interface Trend {
  name: string;
  unit: string;
  better: HistorySeries["better"];
  /** Oldest first; the last is the run itself. */
  points: { at: string; commit: string | null; value: number; key: string | null }[];
}

/** More would be drawn finer than anybody sees. */
export const MOST_SHOWN = 60;

/**
 * For each primary figure of the run its values so far: those with its key, and before them those
 * that another tool has left under the same name, unit and direction.
 */
export function trendsOf(line: HistoryLine, lines: readonly HistoryLine[]): Trend[] {
  const before = inOrder(lines).filter(
    ({ id, key }) => id !== line.id && (key === null || key === line.key),
  );
  const comparable = [...before, line];
  return line.series
    .filter((series) => series.primary)
    .map((series) => ({
      name: series.name,
      unit: series.unit,
      better: series.better,
      points: comparable
        .flatMap(({ at, commit, key, series: values }) => {
          const found = values.find((each) => seriesId(each) === seriesId(series));
          return found === undefined ? [] : [{ at, commit, key, value: found.value }];
        })
        .slice(-MOST_SHOWN),
    }));
}
