/** One figure of a scenario's cells: a row of dots for each, its median, its interval. Pure. */
import type { Metric, MetricName, ResultCell } from "../../../result.ts";
import { html, type Node } from "../h.ts";
import { ticksOf, xAxis } from "./axis.ts";
import type { Measure } from "./measures.ts";
import { levels, px, uprights } from "./px.ts";
import type { Row } from "./rows.ts";
import { type Scale, scaleOf } from "./scale.ts";
import { byStart, colourOf, DENSE, type DotGroup, dotPaths } from "./start-dots.ts";
import { fitted } from "./text.ts";

/** Of a median in figures, right of the dots. */
const FIGURE_PX = 74;
/** Between two rows. */
export const ROW_GAP = 8;
/** From so many rows on the axis is labelled at the top, too. */
export const TALL = 12;

/** A row with its place under the head of each panel. */
export interface Placed extends Row {
  top: number;
  height: number;
}

export interface Panel {
  /** In the first column: what is missing is said once in a row. */
  first: boolean;
  measure: Measure;
  placed: readonly Placed[];
  starts: readonly number[];
  seriesOf: (cell: ResultCell) => number | null;
  left: number;
  top: number;
  width: number;
  height: number;
}

/** One figure of all cells of a scenario. */
export function panel({
  first,
  measure,
  placed,
  starts,
  seriesOf,
  left,
  top,
  width,
  height,
}: Panel): Node {
  const { metric, label, format } = measure;
  const right = left + width - FIGURE_PX;
  const scale = distributionScale(
    placed.map(({ cell }) => cell),
    metric,
    [left, right],
  );
  const ticks = ticksOf(scale, format, "x");
  const bottom = top + height;
  const between = placed.slice(1).map((row) => top + row.top - ROW_GAP / 2);
  const tall = placed.length > TALL;
  const drawn = placed.map((row) => {
    const seen = row.cell.metrics[metric];
    return { row, seen: seen !== undefined && seen.samples.length > 0 ? seen : undefined };
  });
  const most = Math.max(0, ...drawn.map(({ seen }) => seen?.samples.length ?? 0));
  const medians = drawn.map(({ seen, row }) =>
    seen === undefined
      ? ""
      : uprights([scale.at(seen.median)], top + row.top - 2, top + row.top + row.height + 2),
  );
  return html`<g>
    <text class="head" x=${px(left)} y=${px(top - (tall ? 22 : 8))}>${label}${
      scale.log ? html`<tspan class="muted"> (log scale)</tspan>` : null
    }</text>
    ${xAxis(ticks, { top, bottom })}
    ${tall && ticks.map(({ at, text }) => html`<text class="tick middle" x=${px(at)} y=${px(top - 5)}>${text}</text>`)}
    <path class="axis" d=${levels([bottom], left, right)} />
    ${between.length > 0 && html`<path class="grid" d=${levels(between, left, left + width)} />`}
    ${drawn.map(({ seen, row }) => seen !== undefined && interval(seen, scale, top + row.top, row.height))}
    ${dotPaths(
      drawn.flatMap(({ seen, row }) =>
        seen === undefined
          ? []
          : groupsOf(seen, {
              scale,
              starts,
              series: seriesOf(row.cell),
              top: top + row.top,
              height: row.height,
            }),
      ),
      most > DENSE,
    )}
    <path class="mark" d=${medians.join("")} />
    ${drawn.map(({ seen, row }) => {
      if (seen === undefined) return first && missing(row, left, top, width);
      const y = top + row.top + row.height / 2 + 4;
      return html`<text x=${px(right + 8)} y=${px(y)}>${format(seen.median)}${failure(row)}</text>`;
    })}
  </g>`;
}

/** Of all cells of a scenario: their samples and intervals. */
export function distributionScale(
  cells: readonly ResultCell[],
  metric: MetricName,
  range: readonly [number, number],
): Scale {
  const values = cells.flatMap((cell) => {
    const seen = cell.metrics[metric];
    return seen === undefined ? [] : [seen.median, ...seen.samples.map(({ value }) => value)];
  });
  // A dot at the very edge is whole, too.
  return scaleOf(values, [range[0] + 4, range[1] - 4]);
}

interface Inside {
  scale: Scale;
  starts: readonly number[];
  series: number | null;
  top: number;
  height: number;
}

/** Starts from top to bottom, in each its rounds in order. */
export function groupsOf(
  metric: Metric,
  { scale, starts, series, top, height }: Inside,
): DotGroup[] {
  const band = height / Math.max(1, starts.length);
  return byStart(metric, starts).map((samples, index) => ({
    className: colourOf(index, starts.length, series),
    points: samples.map(({ value }, order) => ({
      x: scale.at(value),
      y: top + band * (index + (order + 0.5) / samples.length),
    })),
  }));
}

function interval({ ci95 }: Metric, scale: Scale, top: number, height: number): Node {
  if (ci95 === null) return null;
  const [low, high] = ci95.map((value) => scale.at(value));
  if (low === undefined || high === undefined) return null;
  return html`<rect class="interval" x=${px(low)} y=${px(top - 2)} width=${px(Math.max(1, high - low))} height=${px(height + 4)} />`;
}

/** A cell that failed although it has samples. */
function failure({ cell }: Placed): Node {
  const { kind } = cell.outcome;
  if (kind === "pass" || kind === "not-run") return null;
  return html`<tspan class="bad"> ✕</tspan><title>${kind}</title>`;
}

/** Why a row is empty. */
function missing({ cell, top: rowTop, height }: Placed, left: number, top: number, width: number) {
  const { kind, reason } = cell.outcome;
  const text =
    kind === "pass" ? "–" : kind === "not-run" ? `not run: ${reason ?? "unknown"}` : kind;
  const className = kind === "pass" || kind === "not-run" ? "muted" : "bad";
  return html`<text class=${className} x=${px(left + 4)} y=${px(top + rowTop + height / 2 + 4)}>${fitted(text, width - 8)}</text>`;
}
