/** The history in the reports: what is expected, what came, and how it went. Pure. */
import type { HistoryMetric } from "../analyze/history/compare.ts";
import type { HistoryReport } from "../analyze/history/report.ts";
import type { Trend } from "../analyze/history/trend.ts";
import { clip, code, md, plain } from "./escape.ts";
import { ms, plural, rate, UNKNOWN } from "./format.ts";
import { table } from "./markdown-parts.ts";

const BARS = "▁▂▃▄▅▆▇█";

/** From the lowest to the highest value; a flat line where they are all equal. */
export function sparkline(values: readonly number[]): string {
  const low = Math.min(...values);
  const range = Math.max(...values) - low;
  return values
    .map((value) => BARS[range === 0 ? 3 : Math.round(((value - low) / range) * 7)] ?? "")
    .join("");
}

/** `840 ms`, `24.1 tok/s`; another tool's units as they are. */
export function figure(value: number, unit: string): string {
  return unit === "ms" ? ms(value) : `${rate(value)} ${plain(unit)}`.trim();
}

/** As many of the last values as a table takes. */
const IN_TABLE = 24;

/** How a figure went, as bars; empty with fewer than two values. */
export function trendText(trend: Trend | undefined): string {
  const points = trend?.points ?? [];
  return points.length < 2 ? "" : sparkline(points.slice(-IN_TABLE).map(({ value }) => value));
}

/** The interval that is expected, or how little is known. */
export function expectedText({ expected, unit, points }: HistoryMetric): string {
  if (expected === null) return `${UNKNOWN} (${plural(points, "earlier run")})`;
  return `${figure(expected[0], unit)} to ${figure(expected[1], unit)}`;
}

export const SIGNS = { worse: "⚠️ worse", better: "better" } as const;

export function trendOf(report: HistoryReport, metric: HistoryMetric): Trend | undefined {
  return report.trends.find(
    ({ name, unit, better }) =>
      name === metric.name && unit === metric.unit && better === metric.better,
  );
}

/** For `report.md`, the summary and the comment. */
export function historyMarkdown(report: HistoryReport): string {
  const { comparison } = report;
  if (comparison === null) return ["#### History", report.kept.map(md).join(" ")].join("\n\n");
  const parts = ["#### History", comparison.words.map(md).join(" ")];
  if (comparison.metrics.length > 0) {
    const rows = comparison.metrics.map((metric) => [
      md(metric.name),
      md(figure(metric.value, metric.unit)),
      md(expectedText(metric)),
      metric.outside === null ? "" : SIGNS[metric.outside],
      trendText(trendOf(report, metric)),
    ]);
    const head = ["metric", "this run", "expected", "", "trend"];
    parts.push(table(head, rows, ["left", "right", "right"]));
  }
  const differences = comparison.changed?.differences ?? [];
  if (differences.length > 0) {
    const rows = differences.map(({ what, before, now }) => [md(what), code(before), code(now)]);
    parts.push(table(["what differs", "before", "now"], rows));
  }
  const chart = trendChart(report.trends);
  if (chart !== "") parts.push(chart);
  const key = comparison.key === null ? "" : `Key ${code(comparison.key)}. `;
  parts.push(`<sub>${key}${report.kept.map(md).join(" ")}</sub>`);
  return parts.join("\n\n");
}

/** For a terminal: sentences to be wrapped, and rows that are never wider than it is. */
export function historyText(
  report: HistoryReport,
  width: number,
): { words: string[]; rows: string[] } {
  const { comparison } = report;
  if (comparison === null)
    return { words: report.kept.map((text) => `History: ${text}`), rows: [] };
  const names = Math.max(0, ...comparison.metrics.map(({ name }) => plain(name).length));
  const rows = comparison.metrics.map((metric) => {
    const value = figure(metric.value, metric.unit).padStart(10);
    const side = metric.outside === null ? "" : `  ${metric.outside.toUpperCase()}`;
    const told = metric.expected === null ? "" : `  expected ${expectedText(metric)}`;
    const row = `  ${plain(metric.name).padEnd(names)} ${value}${told}${side}`;
    const room = Math.min(IN_TABLE, width - row.length - 2);
    const points = trendOf(report, metric)?.points.slice(-Math.max(0, room)) ?? [];
    const trend =
      points.length < 2 || room < 4 ? "" : `  ${sparkline(points.map(({ value: at }) => at))}`;
    return clip(row + trend, width);
  });
  const differences = (comparison.changed?.differences ?? []).map(
    ({ what, before, now }) => `- ${what}: ${before} -> ${now}`,
  );
  const said = `History: ${comparison.words.join(" ")} ${report.kept.join(" ")}`.trim();
  return { words: [said, ...differences], rows };
}

/** The figure that people feel first, drawn; folded away, and nothing with fewer than 3 values. */
function trendChart(trends: readonly Trend[]): string {
  const shown = trends.find(({ name }) => / turn$/.test(name)) ?? trends[0];
  if (shown === undefined || shown.points.length < 3) return "";
  const values = shown.points.map(({ value }) => Number(value.toPrecision(4)));
  const low = Math.min(...values);
  const high = Math.max(...values);
  const room = (high - low || Math.abs(high) || 1) * 0.1;
  const axis = (value: number) => Number(value.toPrecision(3));
  const label = (text: string) => `"${text.replace(/[^\w %/().:-]/g, " ")}"`;
  // A line alone: mermaid would draw it behind bars.
  return [
    `<details><summary>${md(shown.name)} over ${plural(values.length, "run")}</summary>`,
    "",
    "```mermaid",
    "xychart-beta",
    `  title ${label(shown.name)}`,
    `  x-axis ${label("runs (oldest first)")} 1 --> ${values.length}`,
    `  y-axis ${label(shown.unit)} ${axis(Math.max(0, low - room))} --> ${axis(high + room)}`,
    `  line [${values.join(", ")}]`,
    "```",
    "",
    "</details>",
  ].join("\n");
}
