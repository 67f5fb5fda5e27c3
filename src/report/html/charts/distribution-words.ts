/** What a chart of distributions says in words and in figures. Pure. */
import type { ResultCell } from "../../../result.ts";
import { plain } from "../../escape.ts";
import { capital, count, list, plural } from "../../format.ts";
import { MEASURES, type Measure } from "./measures.ts";
import { type Row, sharedBy } from "./rows.ts";
import { MOST_COLOURS } from "./start-dots.ts";

/** Colours where they say something, and the two marks. */
export function legendOf(
  sides: [string, string] | null,
  starts: readonly number[],
  cells: readonly ResultCell[],
) {
  const colours =
    sides !== null
      ? sides.map((label, index) => ({
          label: plain(label),
          className: `series-${index + 1} round`,
        }))
      : starts.length > 1 && starts.length <= MOST_COLOURS
        ? starts.map((start, index) => ({
            label: `start ${start}`,
            className: `series-${index + 1} round`,
          }))
        : [];
  const intervals = cells.some(({ metrics }) =>
    MEASURES.some(({ metric }) => metrics[metric]?.ci95 != null),
  );
  return [
    ...colours,
    { label: "median", className: "mark" },
    ...(intervals ? [{ label: "95% interval of the median", className: "interval" }] : []),
  ];
}

/**
 * The two figures that matter most in sentences, and what all cells have in common.
 * @param rows those that were measured: what tells them apart from failed ones goes without saying
 */
export function summaryOf(
  rows: readonly Row[],
  shown: readonly Measure[],
  cells: readonly ResultCell[],
) {
  const shared = sharedBy(rows.map(({ cell }) => cell));
  const all = shared.length === 0 ? "" : ` All of them with ${list(shared)}.`;
  const said = shown.slice(0, 2).map((measure) => sentence(rows, measure));
  const failing = cells.filter(({ outcome }) => !["pass", "not-run"].includes(outcome.kind)).length;
  const failed = failing === 0 ? "" : ` ${plural(failing, "combination")} failed.`;
  return `${said.join(" ")}${all}${failed}`;
}

function sentence(rows: readonly Row[], { metric, label, format }: Measure): string {
  const known = rows.flatMap((row) => {
    const seen = row.cell.metrics[metric];
    return seen === undefined ? [] : [{ row, seen }];
  });
  const [first] = known;
  if (first === undefined) return "";
  const name = capital(label);
  if (known.length === 1) {
    const { n, min, max, median } = first.seen;
    if (n === 1) return `${name}: one sample, ${format(median)}.`;
    return `${name}: ${plural(n, "sample")} between ${format(min)} and ${format(max)}, median ${format(median)}.`;
  }
  const sorted = [...known].sort((a, b) => a.seen.median - b.seen.median);
  const [low, high] = [sorted[0] ?? first, sorted.at(-1) ?? first];
  const total = known.reduce((sum, { seen }) => sum + seen.n, 0);
  const [from, to] = [format(low.seen.median), format(high.seen.median)];
  if (from === to) return `${name}: ${plural(total, "sample")}, every median ${from}.`;
  return `${name}: ${plural(total, "sample")}, medians from ${from} (${low.row.short}) to ${to} (${high.row.short}).`;
}

/** A row for each cell. */
export function tableOf(rows: readonly Row[], shown: readonly Measure[]) {
  return {
    header: [
      "cell",
      ...shown.flatMap(({ label }) => [`${label}: median`, "95% interval", "samples"]),
    ],
    rows: rows.map(({ full, cell }) => [
      full,
      ...shown.flatMap(({ metric, format }) => {
        const seen = cell.metrics[metric];
        if (seen === undefined) return ["–", "–", "0"];
        const { n, median, ci95, min, max } = seen;
        return [
          format(median),
          ci95 === null ? "–" : `${format(ci95[0])} to ${format(ci95[1])}`,
          `${count(n)}: ${format(min)} to ${format(max)}`,
        ];
      }),
    ]),
  };
}
