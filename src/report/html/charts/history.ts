/** A run after the earlier ones: each figure by date, and where it was expected. Pure. */
import { scaleUtc } from "d3-scale";
import { line } from "d3-shape";
import { interval } from "../../../analyze/fit/words.ts";
import type { HistoryMetric } from "../../../analyze/history/compare.ts";
import type { HistoryReport } from "../../../analyze/history/report.ts";
import type { Trend } from "../../../analyze/history/trend.ts";
import { plain } from "../../escape.ts";
import { plural } from "../../format.ts";
import { figure as formatted } from "../../history.ts";
import type { ReportedRun } from "../../reported.ts";
import { figure } from "../figure.ts";
import { html, type Node } from "../h.ts";
import { ticksOf, xAxis, yAxis } from "./axis.ts";
import { idOf, runId } from "./ids.ts";
import { dots, levels, type Point, px } from "./px.ts";
import { type Scale, scaleOf } from "./scale.ts";
import { fitted, LINE_PX } from "./text.ts";

const WIDTH = 700;
const LEFT = 76;
const WORDS = 170;
const RIGHT = WIDTH - WORDS - 14;
const HEAD_PX = 24;
const PLOT_PX = 84;
const PANEL_PX = HEAD_PX + PLOT_PX + 14;
const DAY_MS = 86_400_000;

interface Panel {
  trend: Trend;
  metric: HistoryMetric | undefined;
}

/** Null without an earlier run. */
export function historyChart(run: ReportedRun): Node {
  const { history } = run;
  if (history === null) return null;
  const panels = history.trends
    .filter(({ points }) => points.length > 1)
    .map((trend) => ({ trend, metric: metricOf(history, trend) }));
  if (panels.length === 0) return null;
  const times = panels.flatMap(({ trend }) => trend.points.map(({ at }) => Date.parse(at)));
  const x = scaleOf(times, [LEFT, RIGHT], { logFrom: Infinity, leastSpan: 0 });
  const bottom = PANEL_PX * (panels.length - 1) + HEAD_PX + PLOT_PX;
  return figure({
    id: idOf(runId(run), "history"),
    title: "This run after the earlier ones",
    summary: plain(history.comparison?.words.join(" ") ?? ""),
    legend: [
      { label: "runs with the same key", className: "series-1 round" },
      ...(panels.some(({ trend }) => trend.points.some(({ key }) => key === null))
        ? [{ label: "of unknown machine and settings", className: "series-6 round" }]
        : []),
      ...(panels.some(({ metric }) => metric?.expected != null)
        ? [{ label: "where this run was expected", className: "band" }]
        : []),
    ],
    width: WIDTH,
    height: bottom + 24,
    children: panels.map((each, index) => {
      const last = index === panels.length - 1;
      return panel(each, x, PANEL_PX * index + HEAD_PX, last);
    }),
    table: tableOf(panels),
  });
}

function metricOf({ comparison }: HistoryReport, trend: Trend): HistoryMetric | undefined {
  return comparison?.metrics.find(
    ({ name, unit, better }) =>
      name === trend.name && unit === trend.unit && better === trend.better,
  );
}

/** Of a figure: its values, and the range where this run's was expected. */
export function historyScale({ trend, metric }: Panel, top: number): Scale {
  const values = [...trend.points.map(({ value }) => value), ...(metric?.expected ?? [])];
  return scaleOf(values, [top + PLOT_PX, top]);
}

function panel(each: Panel, x: Scale, top: number, last: boolean): Node {
  const { trend, metric } = each;
  const bottom = top + PLOT_PX;
  const y = historyScale(each, top);
  const format = (value: number) => formatted(value, trend.unit);
  const ticks = ticksOf(x, dateFormat(x), "x", dates(x));
  const placed = trend.points.map(({ at, value, key }) => ({
    x: x.at(Date.parse(at)),
    y: y.at(value),
    own: key !== null,
  }));
  const now = placed.at(-1);
  const before = placed.slice(0, -1);
  const path = line<Point>()
    .x((point) => point.x)
    .y((point) => point.y)
    .digits(1);
  const outside = metric?.outside ?? null;
  const className = outside === "worse" ? "bad" : outside === "better" ? "ok" : "series-1";
  const own = before.filter((point) => point.own);
  return html`<g>
    <text class="head" x="0" y=${px(top - 10)}>${fitted(plain(trend.name), RIGHT)}${
      y.log ? html`<tspan class="muted"> (log scale)</tspan>` : null
    }</text>
    ${expectedBand(metric, y, own[0]?.x ?? LEFT)}
    ${last && xAxis(ticks, { top, bottom })}
    ${yAxis(ticksOf(y, format, "y"), { left: LEFT, right: RIGHT })}
    <path class="axis" d=${levels([bottom], LEFT, RIGHT)} />
    <path class="line series-1" d=${path(placed.filter((point) => point.own)) ?? ""} />
    <path class="dots series-6" d=${dots(before.filter((point) => !point.own))} />
    <path class="dots series-1" d=${dots(own)} />
    ${now !== undefined && html`<path class=${`dots full ${className}`} d=${dots([now])} />`}
    ${words(each, format, y, className)}
  </g>`;
}

function expectedBand(metric: HistoryMetric | undefined, y: Scale, from: number): Node {
  if (metric?.expected == null) return null;
  const [low, high] = metric.expected;
  const top = y.at(high);
  return html`<rect class="band" x=${px(from)} y=${px(top)} width=${px(RIGHT - from)} height=${px(Math.max(1.5, y.at(low) - top))} />`;
}

/** Beside the last dot: the value, and whether it was to be expected. */
function words(
  { trend, metric }: Panel,
  format: (value: number) => string,
  y: Scale,
  className: string,
): Node {
  const value = trend.points.at(-1)?.value;
  if (value === undefined) return null;
  const middle = Math.min(
    y.at(y.domain[0]) - LINE_PX,
    Math.max(y.at(y.domain[1]) + 12, y.at(value)),
  );
  const said = metric?.outside != null ? `${format(value)}: ${metric.outside}` : format(value);
  const expected =
    metric === undefined
      ? ""
      : metric.expected === null
        ? `${plural(metric.points, "earlier run")}: too few`
        : `expected ${rangeOf(metric.expected, trend.unit)}`;
  const tone = className === "series-1" ? "head" : `head ${className}`;
  return html`<text class=${tone} x=${px(RIGHT + 14)} y=${px(middle)}>${fitted(said, WORDS)}</text>
    <text class="muted" x=${px(RIGHT + 14)} y=${px(middle + LINE_PX)}>${fitted(expected, WORDS)}</text>`;
}

/** `491 to 509 ms`. */
function rangeOf([low, high]: readonly [number, number], unit: string): string {
  return interval({ low, high }, (value) => formatted(value, unit));
}

function* dates({ domain }: Scale): Generator<number[]> {
  const scale = scaleUtc(domain, [0, 1]);
  for (let wanted = 7; wanted >= 2; wanted--) yield scale.ticks(wanted).map(Number);
  yield [...domain];
}

/** Days, or times where all runs are of a few days. */
function dateFormat({ domain: [from, to] }: Scale): (value: number) => string {
  const days = to - from > 4 * DAY_MS;
  return (value) => {
    const text = new Date(value).toISOString();
    return days ? text.slice(0, 10) : text.slice(5, 16).replace("T", " ");
  };
}

function tableOf(panels: readonly Panel[]) {
  const moments = [
    ...new Set(panels.flatMap(({ trend }) => trend.points.map(({ at }) => at))),
  ].sort();
  const names = panels.map(({ trend }) => plain(trend.name));
  return {
    header: ["run", ...names],
    rows: [
      ...moments.map((at) => [
        at.slice(0, 16).replace("T", " "),
        ...panels.map(({ trend }) => {
          const found = trend.points.find((point) => point.at === at);
          return found === undefined ? "–" : formatted(found.value, trend.unit);
        }),
      ]),
      [
        "expected now",
        ...panels.map(({ trend, metric }) =>
          metric?.expected == null ? "–" : rangeOf(metric.expected, trend.unit),
        ),
      ],
    ],
  };
}
