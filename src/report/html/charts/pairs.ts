/** The pairs of starts in order: base and head of each, joined, the one that ran first on the left. Pure. */
import type { ComparedMetric, Comparison, Result } from "../../../result.ts";
import { failureOf, startOf } from "../../comparison-strip.ts";
import { titles } from "../../comparison-words.ts";
import { plain } from "../../escape.ts";
import { list, plural } from "../../format.ts";
import { figure as formatted } from "../../history.ts";
import type { ReportedRun } from "../../reported.ts";
import { figure } from "../figure.ts";
import { html, type Node } from "../h.ts";
import { type Tick, ticksOf, yAxis } from "./axis.ts";
import { idOf, runId } from "./ids.ts";
import { crosses, dots, levels, type Point, px, segments, uprights } from "./px.ts";
import { type Scale, scaleOf } from "./scale.ts";
import { textWidth } from "./text.ts";

const LEFT = 84;
const WIDTH = 700;
const TOP = 22;
const HEIGHT = 150;
const BOTTOM = TOP + HEIGHT;
/** For what failed: it has no value. */
const FAILED_PX = 20;
const MOST_PITCH = 52;
const LEAST_PITCH = 13;

type Pair = Comparison["pairs"]["list"][number];
type Side = "base" | "head";

/** A pair with its place, and what there is to draw of it. */
export interface PairMarks {
  pair: Pair;
  x: Record<Side, number>;
  values: Record<Side, number | null>;
  /** It has no value, because its start failed. */
  failed: Record<Side, boolean>;
}

/** Of one figure; null with fewer than two pairs: one is told beside base. */
export function pairsOfStarts(run: ReportedRun, metric: ComparedMetric): Node {
  const { result } = run;
  const { comparison } = result;
  const pairs = [...(comparison?.pairs.list ?? [])].sort((a, b) => a.pair - b.pair);
  if (comparison === null || pairs.length < 2) return null;
  const pitch = pitchOf(pairs.length);
  const right = LEFT + pitch * pairs.length;
  const marks = marksOf(result, metric, pairs, pitch);
  const values = marks.flatMap((each) => [each.values.base ?? [], each.values.head ?? []].flat());
  if (values.length === 0 && marks.every(({ failed }) => !failed.base && !failed.head)) return null;
  const scale = scaleOf(values, [BOTTOM, TOP]);
  const format = (value: number) => formatted(value, metric.unit);
  const failing = marks.some(({ failed }) => failed.base || failed.head);
  const floor = BOTTOM + (failing ? FAILED_PX : 0);
  const title = plain(titles(result)(metric));
  return figure({
    id: idOf(runId(run), "pairs", metric.cell ?? "", metric.metric),
    title: `${title}, pair by pair`,
    summary: summaryOf(comparison, metric, marks, format),
    legend: [
      { label: plain(comparison.base), className: "series-1 round" },
      { label: plain(comparison.head), className: "series-2" },
      ...(failing ? [{ label: "failed", className: "crosses" }] : []),
      ...(looksMade(comparison).length > 0
        ? [{ label: "looked at after this pair", className: "look" }]
        : []),
    ],
    width: Math.max(WIDTH, right + 8),
    height: floor + 36,
    children: html`
      ${grounds(comparison, pairs, pitch, floor)}
      ${values.length > 0 && yAxis(ticksOf(scale, format, "y"), { left: LEFT, right })}
      <path class="axis" d=${levels([BOTTOM], LEFT, right)} />
      ${failing && html`<text class="bad end" x=${LEFT - 6} y=${px(floor - 6)}>failed</text>`}
      ${drawn(marks, scale, floor - FAILED_PX / 2)}
      ${numbers(pairs, pitch, floor)}
      <text class="muted" x=${LEFT} y=${px(floor + 32)}>pair of starts; of each pair the left one ran first${log(scale)}</text>`,
    table: {
      header: ["pair", "first", plain(comparison.base), plain(comparison.head), "note"],
      rows: marks.map(({ pair, values: { base, head }, failed }) => [
        String(pair.pair + 1),
        pair.first,
        base === null ? (failed.base ? "failed" : "–") : format(base),
        head === null ? (failed.head ? "failed" : "–") : format(head),
        pair.confirming ? "made to confirm a failure" : "",
      ]),
    },
  });
}

const log = (scale: Scale) => (scale.log ? "; logarithmic scale" : "");

function pitchOf(pairs: number): number {
  return Math.max(LEAST_PITCH, Math.min(MOST_PITCH, (WIDTH - LEFT - 8) / pairs));
}

/** Where everything lies: the side that ran first on the left. */
export function marksOf(
  result: Result,
  metric: ComparedMetric,
  pairs: readonly Pair[],
  pitch: number,
): PairMarks[] {
  const byPair = new Map(metric.pairs.map((each) => [each.pair, each]));
  return pairs.map((pair, index) => {
    const values = byPair.get(pair.pair);
    const middle = LEFT + pitch * (index + 0.5);
    const apart = Math.min(9, pitch / 4) * (pair.first === "base" ? 1 : -1);
    const failed = (side: Side) =>
      values === undefined
        ? failureOf(startOf(result, side, pair)) !== null
        : values[side] === null;
    return {
      pair,
      x: { base: middle - apart, head: middle + apart },
      values: { base: values?.base ?? null, head: values?.head ?? null },
      failed: { base: failed("base"), head: failed("head") },
    };
  });
}

function drawn(marks: readonly PairMarks[], scale: Scale, failedY: number): Node {
  const points = (side: Side) =>
    marks.flatMap(({ x, values }): Point[] => {
      const value = values[side];
      return value === null ? [] : [{ x: x[side], y: scale.at(value) }];
    });
  const joined = marks.flatMap(({ x, values: { base, head } }): [Point, Point][] =>
    base === null || head === null
      ? []
      : [
          [
            { x: x.base, y: scale.at(base) },
            { x: x.head, y: scale.at(head) },
          ],
        ],
  );
  const failed = (side: Side) =>
    marks.flatMap((each) => (each.failed[side] ? [{ x: each.x[side], y: failedY }] : []));
  return html`<path class="link" d=${segments(joined)} />
    <path class="dots full series-1" d=${dots(points("base"))} />
    <path class="dots full square series-2" d=${dots(points("head"))} />
    <path class="crosses series-1" d=${crosses(failed("base"))} />
    <path class="crosses series-2" d=${crosses(failed("head"))} />`;
}

/** What isn't judged has a ground of its own; looks are lines. */
function grounds(comparison: Comparison, pairs: readonly Pair[], pitch: number, floor: number) {
  const edge = (index: number) => LEFT + pitch * index;
  let counted = 0;
  const last = { judged: -1 };
  const looks: number[] = [];
  const made = looksMade(comparison);
  for (const [index, { confirming }] of pairs.entries()) {
    if (confirming) continue;
    counted++;
    if (made.includes(counted)) looks.push(edge(index + 1));
    if (counted === comparison.pairs.judged) last.judged = index;
  }
  const ground = (label: string, which: number[]) => {
    const [from, to] = [which[0], which.at(-1)];
    if (from === undefined || to === undefined) return null;
    const [left, right] = [edge(from), edge(to + 1)];
    return html`<rect class="band" x=${px(left)} y=${TOP - 4} width=${px(right - left)} height=${px(floor - TOP + 4)} />
      <text class="muted end" x=${px(Math.max(right, LEFT + textWidth(label)))} y="12">${label}</text>`;
  };
  const indices = pairs.map((_, index) => index);
  const confirming = indices.filter((index) => pairs[index]?.confirming === true);
  const unjudged =
    last.judged < 0 || comparison.pairs.judged === 0
      ? []
      : indices.filter((index) => index > last.judged && pairs[index]?.confirming === false);
  return html`${ground("confirming", confirming)}${ground("not judged", unjudged)}
    <path class="look" d=${uprights(looks, TOP - 4, floor)} />`;
}

/** At how many pairs it was looked at. */
function looksMade({ pairs }: Comparison): number[] {
  return pairs.looks.filter((look) => look <= pairs.judged);
}

function numbers(pairs: readonly Pair[], pitch: number, floor: number): Node {
  const every = [1, 2, 5, 10, 20].find((each) => each * pitch >= 26) ?? 50;
  const ticks: Tick[] = pairs.flatMap((pair, index) => {
    const number = pair.pair + 1;
    // With every second one there is no room for the first before it.
    if (number % every !== 0 && (number !== 1 || every === 2)) return [];
    const text = `${number}${pair.confirming ? "*" : ""}`;
    return [{ value: number, at: LEFT + pitch * (index + 0.5), text }];
  });
  return ticks.map(
    ({ at, text }) =>
      html`<text class="tick middle" x=${px(at)} y=${px(floor + 16)}>${text}</text>`,
  );
}

function summaryOf(
  comparison: Comparison,
  { better }: ComparedMetric,
  marks: readonly PairMarks[],
  format: (value: number) => string,
): string {
  const both = marks.flatMap(({ values: { base, head } }) =>
    base === null || head === null ? [] : [{ base, head }],
  );
  const slower = both.filter(({ base, head }) => (better === "lower" ? head > base : head < base));
  const failures = failuresOf(marks, comparison, false).map((text) => ` ${text}.`);
  const all = both.flatMap(({ base, head }) => [base, head]);
  const span =
    all.length === 0
      ? []
      : [
          `Head was slower in ${slower.length} of ${plural(both.length, "pair")}; all values lie between ${format(Math.min(...all))} and ${format(Math.max(...all))}.`,
        ];
  const confirming = marks.filter(({ pair }) => pair.confirming).length;
  const seen = list(failuresOf(marks, comparison, true)) || "neither failed";
  const extra =
    confirming === 0
      ? ""
      : ` In ${plural(confirming, "pair")} more, marked *, it was asked whether it fails again: ${seen}.`;
  return `${span.join("")}${failures.join("")}${extra}`.trim();
}

/** `head failed in 3 pairs`, of those that were judged or of those made to confirm. */
function failuresOf(
  marks: readonly PairMarks[],
  comparison: Comparison,
  confirming: boolean,
): string[] {
  const of = marks.filter(({ pair }) => pair.confirming === confirming);
  return (["base", "head"] as const).flatMap((side) => {
    const count = of.filter(({ failed }) => failed[side]).length;
    return count === 0 ? [] : [`${plain(comparison[side])} failed in ${plural(count, "pair")}`];
  });
}
