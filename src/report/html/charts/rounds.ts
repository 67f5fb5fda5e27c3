/** A cell's samples in the order in which they were taken: drift and warming up are seen in it. Pure. */
import { median } from "../../../analyze/statistics.ts";
import type { Metric, ResultCell } from "../../../result.ts";
import { capital, count, percent, plural } from "../../format.ts";
import type { ReportedRun } from "../../reported.ts";
import { figure } from "../figure.ts";
import { html, type Node } from "../h.ts";
import { ticksOf, yAxis } from "./axis.ts";
import { idOf, runId } from "./ids.ts";
import { MEASURES, type Measure } from "./measures.ts";
import { levels, type Point, px, uprights } from "./px.ts";
import { titleOf } from "./rows.ts";
import { type Scale, scaleOf } from "./scale.ts";
import { byStart, colourOf, DENSE, dotPaths, startsIn } from "./start-dots.ts";
import { textWidth } from "./text.ts";

const WIDTH = 700;
const GAP = 14;
const AXIS_PX = 76;
const HEAD_PX = 22;
const PLOT_PX = 84;
const BLOCK_PX = HEAD_PX + PLOT_PX + 34;

/** From so many starts on each figure has the whole width. */
const MANY = 8;

/** From so many samples of a run on a cell's chart has its first figure alone: the page stays light. */
const HEAVY = 20_000;

/** Null where nothing was measured. */
export function roundsOfCell(run: ReportedRun, cell: ResultCell): Node {
  const all = MEASURES.flatMap((measure) => {
    // The mean gap goes as decode's rate does.
    if (measure.metric === "itlMedianMs") return [];
    const metric = cell.metrics[measure.metric];
    return metric === undefined || metric.samples.length === 0 ? [] : [{ measure, metric }];
  });
  if (all.length === 0) return null;
  const shown = samplesOf(run) >= HEAVY ? all.slice(0, 1) : all;
  const starts = startsIn(shown.map(({ metric }) => metric));
  const abreast = starts.length > MANY ? 1 : Math.min(3, shown.length);
  const width = (WIDTH - GAP * (abreast - 1)) / abreast;
  const children = shown.map((each, index) => {
    const left = (index % abreast) * (width + GAP) + AXIS_PX;
    const top = Math.floor(index / abreast) * BLOCK_PX + HEAD_PX;
    return panel(each.measure, each.metric, { starts, left, right: left + width - AXIS_PX, top });
  });
  return figure({
    id: idOf(runId(run), "rounds", cell.id),
    title: `${titleOf(cell.scenario)}: samples in the order of starts and rounds`,
    summary: shown
      .slice(0, 2)
      .map((each) => sentence(each.measure, each.metric, starts))
      .join(" "),
    width: WIDTH,
    height: Math.ceil(shown.length / abreast) * BLOCK_PX,
    legend: [{ label: "median of a start", className: "mark" }],
    children,
    table: {
      header: ["figure", "samples", ...starts.map((start) => `median of start ${start}`)],
      rows: all.map(({ measure, metric }) => [
        measure.label,
        count(metric.n),
        ...byStart(metric, starts).map((samples) =>
          samples.length === 0 ? "–" : measure.format(median(samples.map(({ value }) => value))),
        ),
      ]),
    },
  });
}

function samplesOf({ result }: ReportedRun): number {
  const metrics = result.cells.flatMap((cell) =>
    MEASURES.flatMap(({ metric }) => cell.metrics[metric]?.samples.length ?? 0),
  );
  return metrics.reduce((sum, n) => sum + n, 0);
}

interface Place {
  starts: readonly number[];
  left: number;
  right: number;
  top: number;
}

/** Each start with its samples' places, from left to right. */
export function inOrder(
  metric: Metric,
  starts: readonly number[],
  y: Scale,
  left: number,
  right: number,
) {
  const groups = byStart(metric, starts);
  const step = (right - left) / Math.max(1, metric.samples.length);
  let taken = 0;
  return groups.map((samples, index) => {
    const from = left + step * taken;
    const points = samples.map(
      ({ value }, order): Point => ({ x: from + step * (order + 0.5), y: y.at(value) }),
    );
    taken += samples.length;
    const middle = samples.length === 0 ? null : median(samples.map(({ value }) => value));
    return { start: starts[index] ?? 0, from, to: from + step * samples.length, points, middle };
  });
}

function panel(measure: Measure, metric: Metric, { starts, left, right, top }: Place): Node {
  const bottom = top + PLOT_PX;
  const y = scaleOf(
    metric.samples.map(({ value }) => value),
    [bottom - 3, top + 3],
  );
  const placed = inOrder(metric, starts, y, left, right);
  const medians = placed.flatMap(({ from, to, middle }) =>
    middle === null ? [] : [levels([y.at(middle)], from + 1, to - 1)],
  );
  const edges = placed.slice(1).map(({ from }) => from);
  return html`<g>
    <text class="head" x=${px(left - AXIS_PX)} y=${px(top - 9)}>${measure.label}${
      y.log ? html`<tspan class="muted"> (log scale)</tspan>` : null
    }</text>
    <path class="grid" d=${uprights(edges, top, bottom)} />
    ${yAxis(ticksOf(y, measure.format, "y"), { left, right })}
    <path class="axis" d=${levels([bottom], left, right)} />
    ${dotPaths(
      placed.map(({ points }, index) => ({
        className: colourOf(index, starts.length, null),
        points,
      })),
      metric.samples.length > DENSE,
    )}
    <path class="mark" d=${medians.join("")} />
    ${startNames(placed, bottom + 15)}
  </g>`;
}

/** `start 1` where there is room for all, else numbers, as many as have room. */
function startNames(
  placed: readonly { start: number; from: number; to: number }[],
  y: number,
): Node {
  const narrowest = Math.min(...placed.map(({ from, to }) => to - from));
  const long = textWidth(`start ${placed.at(-1)?.start ?? 0}`) + 8 <= narrowest;
  let end = Number.NEGATIVE_INFINITY;
  return placed.map(({ start, from, to }, index) => {
    const text = long || index === 0 ? `start ${start}` : String(start);
    const half = textWidth(text) / 2;
    // The first says what the numbers are, and begins where its start does.
    const at = index === 0 ? Math.max((from + to) / 2, from + half) : (from + to) / 2;
    if (at - half < end + 8) return null;
    end = at + half;
    return html`<text class="tick middle" x=${px(at)} y=${px(y)}>${text}</text>`;
  });
}

function sentence({ label, format }: Measure, metric: Metric, starts: readonly number[]): string {
  const groups = byStart(metric, starts).filter((samples) => samples.length > 0);
  const { n, min, max } = metric;
  if (n === 1) return `${capital(label)}: one sample, ${format(metric.median)}.`;
  const medians = groups.map((samples) => median(samples.map(({ value }) => value)));
  const [low, high] = [Math.min(...medians), Math.max(...medians)];
  const by =
    groups.length < 2
      ? `median ${format(metric.median)}`
      : `medians of ${plural(groups.length, "start")} from ${format(low)} to ${format(high)}`;
  return `${capital(label)}: ${plural(n, "sample")} between ${format(min)} and ${format(max)}, ${by}${warmth(groups)}.`;
}

/** How the first round of a start compares with its others; empty where that can't be told. */
function warmth(groups: readonly { value: number }[][]): string {
  const shares = groups.flatMap((samples) => {
    const [first, ...rest] = samples.map(({ value }) => value);
    if (first === undefined || rest.length < 2) return [];
    const others = median(rest);
    return others > 0 ? [first / others - 1] : [];
  });
  if (shares.length === 0) return "";
  const share = median(shares);
  if (Math.abs(share) < 0.0005) return "; first rounds as the others";
  return `; first rounds ${percent(Math.abs(share))} ${share > 0 ? "above" : "below"} the others`;
}
