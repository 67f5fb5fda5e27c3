/** Head beside base: each figure's change with its interval, its threshold and what is said of it. Pure. */
import type { ComparedMetric, Result } from "../../../result.ts";
import {
  CHANGE_NOTE,
  changeText,
  claimText,
  claimWithInterval,
  INTERVAL_SURE,
  intervalText,
  isNoise,
  share,
  slowerBy,
  valueText,
  verdictWord,
} from "../../comparison-change.ts";
import { comparisonSentence, titles } from "../../comparison-words.ts";
import { plain } from "../../escape.ts";
import { list } from "../../format.ts";
import type { ReportedRun } from "../../reported.ts";
import { figure } from "../figure.ts";
import { html, type Node } from "../h.ts";
import { ticksOf, xAxis } from "./axis.ts";
import { idOf, runId } from "./ids.ts";
import { dots, levels, px, uprights } from "./px.ts";
import { type Scale, scaleOf } from "./scale.ts";
import { fitted, LINE_PX, wrapped } from "./text.ts";

const WIDTH = 700;
const NAMES = 186;
const WORDS = 200;
const LEFT = NAMES + 8;
const RIGHT = WIDTH - WORDS - 12;
const HEAD_PX = 36;
const ROW_PX = 44;

/** Null where nothing was compared. */
export function besideBase(run: ReportedRun): Node {
  const { result } = run;
  const { comparison } = result;
  if (comparison === null || comparison.metrics.length === 0) return null;
  const titleOf = titles(result);
  const primary = comparison.metrics.filter((metric) => metric.primary);
  const others = comparison.metrics.filter((metric) => !metric.primary);
  const shown = [...primary, ...others];
  const scale = changeScale(shown, [LEFT, RIGHT]);
  const gap = primary.length > 0 && others.length > 0 ? 26 : 0;
  const topOf = (index: number) => HEAD_PX + index * ROW_PX + (index < primary.length ? 0 : gap);
  const bottom = topOf(shown.length - 1) + ROW_PX;
  const ticks = ticksOf(scale, (value) => percentOf(value), "x");
  return figure({
    id: idOf(runId(run), "beside-base"),
    title: `Change of each figure, ${plain(comparison.head)} against ${plain(comparison.base)}`,
    summary: summaryOf(result, shown),
    legend: [
      { label: "within the threshold", className: "band" },
      { label: "base", className: "mark" },
      ...(shown.some(({ ratio }) => ratio?.level != null)
        ? [{ label: `change and its interval (${INTERVAL_SURE})`, className: "muted round" }]
        : []),
    ],
    width: WIDTH,
    height: bottom + 24,
    children: html`
      <text class="muted" x=${px(scale.at(0) - 8)} y="12" text-anchor="end">← head faster</text>
      <text class="muted" x=${px(scale.at(0) + 8)} y="12">head slower →</text>
      ${xAxis(ticks, { top: HEAD_PX - 6, bottom })}
      ${gap > 0 && html`<text class="muted" x="0" y=${px(topOf(primary.length) - 8)}>Not part of the verdict:</text>`}
      ${shown.map((metric, index) => row(metric, result, { scale, top: topOf(index), title: titleOf(metric) }))}
      <path class="mark" d=${uprights([scale.at(0)], HEAD_PX - 6, bottom)} />`,
    table: {
      header: ["figure", "base", "head", "change (interval)", "threshold", "verdict"],
      rows: shown.map((metric) => [
        titleOf(metric),
        valueText(metric, metric.base, metric.unit),
        valueText(metric, metric.head, metric.unit),
        claimWithInterval(metric),
        share(metric.threshold),
        wordFor(metric, result),
      ]),
    },
  });
}

/** Ends of the interval as shares by which head is slower; null: it has no end there. */
export function endsOf({ ratio, better }: ComparedMetric): [number | null, number | null] | null {
  if (ratio === null || ratio.level === null) return null;
  const { low, high } = ratio;
  if (better === "lower") return [low === null ? null : low - 1, high === null ? null : high - 1];
  return [high === null ? null : 1 - high, low === null ? null : 1 - low];
}

/** All thresholds and estimates are inside; an interval far wider than the others goes beyond it. */
export function changeScale(
  metrics: readonly ComparedMetric[],
  range: readonly [number, number],
): Scale {
  const estimates = metrics.flatMap((metric) => slowerBy(metric) ?? []);
  const thresholds = metrics.map(({ threshold }) => threshold);
  const ends = metrics.flatMap((metric) => endsOf(metric)?.filter((end) => end !== null) ?? []);
  const sizes = (values: readonly number[]) => values.map(Math.abs).filter(Number.isFinite);
  const most = 3 * Math.max(...sizes(estimates), ...sizes(thresholds), 0.01);
  const within = ends.map((end) => Math.min(most, Math.max(-most, end)));
  const around = Math.max(...thresholds, 0.01) * 1.3;
  return scaleOf([...estimates, ...within, around, -around], range, { logFrom: Infinity });
}

/** Which side is slower stands above the axis: a sign would be read as one of the figure. */
function percentOf(value: number): string {
  return Math.abs(value) < 1e-9 ? "0" : share(value);
}

function row(
  metric: ComparedMetric,
  result: Result,
  { scale, top, title }: { scale: Scale; top: number; title: string },
): Node {
  const middle = top + ROW_PX / 2;
  const { threshold, unit } = metric;
  const [from, to] = [scale.at(-threshold), scale.at(threshold)];
  const values = `${valueText(metric, metric.base, unit)} → ${valueText(metric, metric.head, unit)}`;
  const name = wrapped(plain(title).split(" "), NAMES, 2);
  const tall = name.length * LINE_PX + LINE_PX;
  const first = middle - tall / 2 + 11;
  const interval = intervalText(metric);
  return html`<g>
    <title>${`${plain(title)}: ${claimWithInterval(metric)}, ${wordFor(metric, result)}`}</title>
    <path class="grid" d=${levels([top], 0, WIDTH)} />
    <rect class="band" x=${px(from)} y=${px(top + 6)} width=${px(to - from)} height=${px(ROW_PX - 12)} />
    ${name.map((line, index) => html`<text class=${metric.primary ? "head" : ""} x="0" y=${px(first + index * LINE_PX)}>${line}</text>`)}
    <text class="muted" x="0" y=${px(first + name.length * LINE_PX)}>${fitted(values, NAMES)}</text>
    ${marks(metric, result, scale, middle)}
    <text class=${classFor(metric, result)} x=${px(WIDTH - WORDS)} y=${px(middle - 3)}>${fitted(wordsFor(metric, result), WORDS)}</text>
    ${interval !== null && html`<text class="muted" x=${px(WIDTH - WORDS)} y=${px(middle + 12)}>${fitted(interval, WORDS)}</text>`}
  </g>`;
}

function marks(metric: ComparedMetric, result: Result, scale: Scale, y: number): Node {
  const slower = slowerBy(metric);
  const ends = endsOf(metric);
  const className = classFor(metric, result);
  const [low, high] = [scale.at(scale.domain[0]), scale.at(scale.domain[1])];
  const inside = (x: number) => Math.min(high, Math.max(low, x));
  const [from, to] = (ends ?? []).map((end, index) =>
    end === null ? (index === 0 ? low : high) : inside(scale.at(end)),
  );
  const beyond = ends?.some(
    (end) => end === null || end < scale.domain[0] - 1e-9 || end > scale.domain[1] + 1e-9,
  );
  return [
    from !== undefined &&
      to !== undefined &&
      html`<path class=${`interval ${className}`} d=${levels([y], from, to)} />`,
    beyond &&
      to !== undefined &&
      from !== undefined &&
      html`<path class=${`interval ${className}`} d=${arrows(ends, scale, y)} />`,
    slower !== null &&
      html`<path class=${`dots full ${className}`} d=${dots([{ x: scale.at(slower), y }])} />`,
    slower === null &&
      html`<text class="bad middle" x=${px((LEFT + RIGHT) / 2)} y=${px(y + 4)}>${changeText(metric)}</text>`,
  ];
}

/** Where an interval goes on beyond the drawing. */
function arrows(ends: [number | null, number | null] | null, scale: Scale, y: number): string {
  const [low, high] = scale.domain;
  const head = (x: number, back: number) =>
    `M${px(x + back)} ${px(y - 5)}L${px(x)} ${px(y)}L${px(x + back)} ${px(y + 5)}`;
  const [from, to] = ends ?? [0, 0];
  return [
    from === null || from < low - 1e-9 ? head(scale.at(low), 6) : "",
    to === null || to > high + 1e-9 ? head(scale.at(high), -6) : "",
  ].join("");
}

/** What is said of it; of what isn't judged, that it is no verdict. */
function wordFor(metric: ComparedMetric, result: Result): string {
  const word = verdictWord(metric, result);
  if (metric.primary || metric.because === "descriptive") return word;
  if (result.comparison?.withheld != null) return word;
  return isNoise(metric) ? "within noise" : "advisory";
}

function wordsFor(metric: ComparedMetric, result: Result): string {
  return metric.ratio === null || metric.ratio.estimate === null
    ? wordFor(metric, result)
    : `${claimText(metric)}: ${wordFor(metric, result)}`;
}

function classFor(metric: ComparedMetric, result: Result): string {
  switch (wordFor(metric, result)) {
    case "regression":
      return "bad";
    case "improvement":
    case "no regression":
      return "ok";
    case "inconclusive":
      return "warn";
    default:
      return "muted";
  }
}

function summaryOf(result: Result, shown: readonly ComparedMetric[]): string {
  const titleOf = titles(result);
  const said = comparisonSentence(result) ?? "";
  const worse = shown.filter((metric) => !metric.primary && wordFor(metric, result) === "advisory");
  const named = worse.map((metric) => `${titleOf(metric)} ${changeText(metric)}`);
  const also = named.length === 0 ? "" : ` Outside the verdict: ${list(named)}.`;
  const note = shown.some(({ ratio }) => ratio?.level != null) ? ` ${CHANGE_NOTE}.` : "";
  return plain(`${said}${also}${note}`);
}
