/** What a prompt takes by its length: measured rungs, the curve, and the limits that it meets. Pure. */
import { area, line } from "d3-shape";
import { LIMITED_BY } from "../../../analyze/fit/words.ts";
import type { VariantFit } from "../../../result.ts";
import { plain } from "../../escape.ts";
import { count, plural } from "../../format.ts";
import type { ReportedRun } from "../../reported.ts";
import { figure } from "../figure.ts";
import { html, type Node } from "../h.ts";
import { ticksOf, xAxis, yAxis } from "./axis.ts";
import {
  type CurveData,
  type CurvePoint,
  type CurveTurn,
  memoryCurve,
  timeCurve,
} from "./curves.ts";
import { idOf, runId } from "./ids.ts";
import { crosses, dots, levels, type Point, px, segments, uprights } from "./px.ts";
import { type Scale, scaleOf } from "./scale.ts";
import { LINE_PX, textWidth } from "./text.ts";

const WIDTH = 700;
const LEFT = 66;
const RIGHT = WIDTH - 16;
const HEIGHT = 230;
const STEPS = 36;
/** A limit this many times further away is told and not drawn: what was measured would lie in a corner. */
const FAR = 4;
/** A turn that was not sent is what the chart is looked at for: it may be further away. */
const FAR_TURN = 12;

/** Both charts of a variant; null where no ladder was asked, or nothing came of it. */
export function promptLength(run: ReportedRun, fit: VariantFit): Node {
  const several = (run.result.fit ?? []).length > 1;
  const { cells } = run.result;
  const made = [memoryCurve(fit, cells), timeCurve(fit, cells)].flatMap((data) =>
    data === null ? [] : [chart(run, fit, data, several)],
  );
  return made.length === 0 ? null : made;
}

export interface CurveScales {
  x: Scale;
  y: Scale;
}

/** What was measured, the turns, and every limit that is near enough. */
export function curveScales(data: CurveData, top: number, bottom: number): CurveScales {
  const { measured, failed, turns, longest, limit, window } = data;
  const asked = Math.max(1, ...[...measured, ...failed, ...turns].map(({ tokens }) => tokens));
  const near = (value: number | null | undefined, of: number) =>
    value != null && value <= FAR * of ? [value] : [];
  const xs = [asked, ...near(longest?.tokens, asked), ...near(window, asked / 2)];
  const x = scaleOf([0, Math.max(...xs) * 1.06], [LEFT, RIGHT], { zero: true, logFrom: Infinity });
  const seen = Math.max(
    ...measured.map(({ value }) => value),
    ...[...failed, ...turns].map((each) => ("measured" in each ? each.measured : each.value) ?? 0),
  );
  const foretold = turns.flatMap((turn) => {
    const value = isForetold(turn) ? turn.foretold?.value : undefined;
    return value === undefined || value > FAR_TURN * seen ? [] : [value];
  });
  const high = Math.max(seen, ...foretold);
  // Where the curve meets its limit is what it is looked at for.
  const meets = longest !== null && longest.limitedBy !== "window" && longest.tokens <= FAR * asked;
  const ys = [high, ...(meets && limit !== null ? [limit.value] : near(limit?.value, high))];
  const y = scaleOf([0, Math.max(...ys) * 1.06], [bottom, top], { zero: true, logFrom: Infinity });
  return { x, y };
}

/** What would have been, where nothing was measured or not to its end. */
function isForetold({ measured, failed }: CurveTurn): boolean {
  return measured === null || failed;
}

const TITLES = { memory: "Memory by prompt length", time: "Time to first token by prompt length" };

function chart(run: ReportedRun, fit: VariantFit, data: CurveData, several: boolean): Node {
  const labels = turnLabels(data, curveScales(data, 0, 1).x);
  const top = 8 + LINE_PX * labels.rows;
  const bottom = top + HEIGHT;
  const scales = curveScales(data, top, bottom);
  const points = curveOf(data, scales);
  const title = several ? `${TITLES[data.kind]}: ${plain(fit.variant)}` : TITLES[data.kind];
  const { x, y } = scales;
  return figure({
    id: idOf(runId(run), data.kind, fit.variant),
    title,
    summary: summaryOf(fit, data, scales),
    legend: [
      { label: "measured on the ladder", className: "series-1 round" },
      ...(points.length > 0
        ? [{ label: "fitted, with its 90% interval", className: "series-1" }]
        : []),
      ...(data.failed.length > 0 || data.turns.some(({ failed }) => failed)
        ? [{ label: "not answered", className: "crosses" }]
        : []),
      ...(data.turns.some((turn) => turn.measured !== null && !turn.failed)
        ? [{ label: "turns of this run", className: "series-2" }]
        : []),
      ...(data.turns.some((turn) => isForetold(turn) && turn.foretold !== null)
        ? [{ label: "turns as foretold", className: "hole series-2" }]
        : []),
      ...(data.longest === null ? [] : [{ label: "doesn't fit", className: "forbidden" }]),
    ],
    width: WIDTH,
    height: bottom + 38,
    children: html`
      ${forbidden(data, scales)}
      ${xAxis(ticksOf(x, count, "x"), { top, bottom })}
      ${yAxis(ticksOf(y, data.format, "y"), { left: LEFT, right: RIGHT })}
      <path class="axis" d=${levels([bottom], LEFT, RIGHT)} />
      <text class="muted end" x=${RIGHT} y=${px(bottom + 34)}>prompt tokens</text>
      ${labels.drawn(top, bottom)}
      ${fitted(points, scales)}
      ${limits(data, scales)}
      ${measuredMarks(data, scales)}`,
    table: tableOf(data),
  });
}

/** Points of the curve within the drawing. */
export function curveOf(data: CurveData, { x, y }: CurveScales): CurvePoint[] {
  const { at } = data;
  if (at === null) return [];
  const [, most] = x.domain;
  const lengths = Array.from({ length: STEPS + 1 }, (_, step) => Math.round((most * step) / STEPS));
  const [, highest] = y.domain;
  return lengths
    .filter((tokens) => tokens > 0)
    .map(at)
    .filter(({ low }) => low <= highest);
}

function fitted(points: readonly CurvePoint[], { x, y }: CurveScales): Node {
  if (points.length < 2) return null;
  const [, highest] = y.domain;
  const place = (value: number) => y.at(Math.min(value, highest));
  const band = area<CurvePoint>()
    .x(({ tokens }) => x.at(tokens))
    .y0(({ low }) => place(low))
    .y1(({ high }) => place(high))
    .digits(1);
  const middle = line<CurvePoint>()
    .defined(({ value }) => value <= highest)
    .x(({ tokens }) => x.at(tokens))
    .y(({ value }) => place(value))
    .digits(1);
  return html`<path class="area series-1" d=${band(points) ?? ""} />
    <path class="line series-1" d=${middle(points) ?? ""} />`;
}

/** Twice from where it may not fit: the surer, the darker. */
function forbidden({ longest }: CurveData, { x, y }: CurveScales): Node {
  if (longest === null) return null;
  const [top, bottom] = [y.at(y.domain[1]), y.at(0)];
  return [...new Set([longest.low, longest.high])].map((tokens) => {
    const from = x.at(tokens);
    if (!(from < RIGHT)) return null;
    return html`<rect class="forbidden" x=${px(from)} y=${px(top)} width=${px(RIGHT - from)} height=${px(bottom - top)} />`;
  });
}

function limits({ limit, window }: CurveData, { x, y }: CurveScales): Node {
  const [top, bottom] = [y.at(y.domain[1]), y.at(0)];
  const inside = limit !== null && limit.value <= y.domain[1];
  const drawsWindow = window !== null && window <= x.domain[1];
  // Above its line, but for one at the very top.
  const above = limit !== null && y.at(limit.value) - top > LINE_PX ? -5 : 14;
  return [
    inside && html`<path class="limit" d=${levels([y.at(limit.value)], LEFT, RIGHT)} />`,
    inside &&
      html`<text class="bad over" x=${LEFT + 8} y=${px(y.at(limit.value) + above)}>${limit.label}</text>`,
    drawsWindow && html`<path class="limit" d=${uprights([x.at(window)], top, bottom)} />`,
    drawsWindow &&
      html`<text class="bad over end" x=${px(x.at(window) - 5)} y=${px(bottom - 8)}>window: ${count(window)}</text>`,
  ];
}

function measuredMarks({ measured, failed, turns }: CurveData, { x, y }: CurveScales): Node {
  const place = (tokens: number, value: number): Point => ({ x: x.at(tokens), y: y.at(value) });
  const inside = (value: number) => value <= y.domain[1];
  const foretold = turns.flatMap((turn) =>
    !isForetold(turn) || turn.foretold === null || !inside(turn.foretold.value)
      ? []
      : [{ tokens: turn.tokens, ...turn.foretold }],
  );
  const seen = turns.flatMap(({ tokens, measured: value, failed: broke }) =>
    value === null || broke ? [] : [place(tokens, value)],
  );
  const broken = turns.flatMap(({ tokens, measured: value, failed: broke }) =>
    value !== null && broke ? [place(tokens, value)] : [],
  );
  const ranges = foretold.map(({ tokens, low, high }): [Point, Point] => [
    place(tokens, low),
    place(tokens, Math.min(high, y.domain[1])),
  ]);
  const hollow = foretold.map(({ tokens, value }) => place(tokens, value));
  return html`<path class="dots full series-1" d=${dots(measured.map(({ tokens, value }) => place(tokens, value)))} />
    ${ranges.length > 0 && html`<path class="interval series-2" d=${segments(ranges)} />`}
    ${hollow.length > 0 && html`<path class="dots full square series-2" d=${dots(hollow)} /><path class="dots hole" d=${dots(hollow)} />`}
    ${seen.length > 0 && html`<path class="dots full square series-2" d=${dots(seen)} />`}
    ${failed.length > 0 && html`<path class="crosses bad" d=${crosses(failed.map(({ tokens, value }) => place(tokens, value ?? 0)))} />`}
    ${broken.length > 0 && html`<path class="crosses series-2" d=${crosses(broken)} />`}`;
}

const MOST_ROWS = 4;

interface TurnLabel {
  name: string;
  at: number;
  left: number;
  /** From the lowest up; null: there is no room for it. */
  row: number | null;
}

/** Names over their lines, in as many rows as keep them apart; those without room are in the table. */
function turnLabels({ turns }: CurveData, x: Scale) {
  const ends = Array.from({ length: MOST_ROWS }, () => Number.NEGATIVE_INFINITY);
  const sorted = [...turns].sort((a, b) => a.tokens - b.tokens);
  const placed = sorted.map(({ name, tokens }): TurnLabel => {
    const at = x.at(tokens);
    const width = textWidth(name);
    const left = Math.max(LEFT, Math.min(RIGHT - width, at - width / 2));
    const row = ends.findIndex((end) => left > end + 8);
    if (row < 0) return { at, name, left, row: null };
    ends[row] = left + width;
    return { at, name, left, row };
  });
  const rows = Math.max(0, ...placed.map(({ row }) => (row ?? 0) + 1));
  return {
    rows,
    drawn: (top: number, bottom: number): Node =>
      placed.map(({ at, name, left, row }) => {
        const y = top - 6 - (row ?? 0) * LINE_PX;
        return html`<g><title>${name}</title>
          <path class="spot" d=${uprights([at], row === null ? top : y + 3, bottom)} />
          ${row !== null && html`<text x=${px(left)} y=${px(y)}>${name}</text>`}</g>`;
      }),
  };
}

function summaryOf(fit: VariantFit, data: CurveData, { x, y }: CurveScales): string {
  const { measured, limit, window, kind, format } = data;
  const first = measured.reduce((least, each) => (each.tokens < least.tokens ? each : least));
  const last = measured.reduce((most, each) => (each.tokens > most.tokens ? each : most));
  const span =
    measured.length === 1
      ? `One prompt of ${count(first.tokens)} tokens: ${format(first.value)}.`
      : `From ${format(first.value)} at ${count(first.tokens)} tokens to ${format(last.value)} at ${count(last.tokens)}, by ${plural(measured.length, "prompt")}.`;
  const longest =
    data.longest === null
      ? ""
      : ` Up to about ${count(data.longest.tokens)} tokens fit, limited ${LIMITED_BY[data.longest.limitedBy]}.`;
  const far = [
    limit !== null && limit.value > y.domain[1] ? limit.label : null,
    window !== null && window > x.domain[1] ? `window: ${count(window)} tokens` : null,
  ].filter((text) => text !== null);
  const beyond = far.length === 0 ? "" : ` Beyond this chart: ${far.join("; ")}.`;
  const simulated =
    kind === "memory" && fit.memory?.kind === "simulated"
      ? " Simulated: no memory was really used."
      : "";
  return `${span}${longest}${beyond}${simulated}`;
}

function tableOf({ measured, failed, turns, format }: CurveData) {
  const told = (of: { value: number; low: number; high: number } | null) =>
    of === null ? "–" : `${format(of.value)} (${format(of.low)} to ${format(of.high)})`;
  return {
    header: ["prompt", "tokens", "measured", "foretold (90% interval)"],
    rows: [
      ...measured.map(({ tokens, value }) => ["ladder", count(tokens), format(value), ""]),
      ...failed.map(({ tokens, value, outcome }) => [
        `ladder: ${outcome}`,
        count(tokens),
        value === null ? "–" : format(value),
        "",
      ]),
      ...turns.map(({ name, tokens, measured: seen, foretold, failed: broke }) => [
        name,
        count(tokens),
        seen === null ? "–" : `${format(seen)}${broke ? " when it failed" : ""}`,
        told(foretold),
      ]),
    ],
  };
}
