/** Every metric of a cell as rows of a table. Pure. */
import { METRIC_NAMES } from "../metric-names.ts";
import type { MetricName, ResultCell } from "../result.ts";
import { ms, rate, UNKNOWN } from "./format.ts";

export const METRIC_HEAD = ["metric", "median", "95% interval", "min – max", "n"];

export function metricRows(cell: ResultCell): string[][] {
  return METRIC_NAMES.flatMap((metric) => metricRow(cell, metric));
}

function metricRow(cell: ResultCell, metric: MetricName): string[][] {
  const summary = cell.metrics[metric];
  if (summary === undefined) return [];
  const show = metric.endsWith("PerSecond") ? rate : ms;
  const interval =
    summary.ci95 === null ? UNKNOWN : `${show(summary.ci95[0])} – ${show(summary.ci95[1])}`;
  const range = `${show(summary.min)} – ${show(summary.max)}`;
  return [[metric, show(summary.median), interval, range, String(summary.n)]];
}
