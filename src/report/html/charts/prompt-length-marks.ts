/** The marks of a chart by prompt length: the curve, the limits, what was measured, the turns' names. Pure. */
import { area, line } from "d3-shape";
import { count } from "../../format.ts";
import { html, type Node } from "../h.ts";
import type { CurveData, CurvePoint } from "./curves.ts";
import { type CurveScales, isForetold, LEFT, RIGHT } from "./prompt-length-scales.ts";
import { crosses, dots, levels, type Point, px, segments, uprights } from "./px.ts";
import type { Scale } from "./scale.ts";
import { LINE_PX, textWidth } from "./text.ts";

const STEPS = 36;

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

export function fitted(points: readonly CurvePoint[], { x, y }: CurveScales): Node {
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
export function forbidden({ longest }: CurveData, { x, y }: CurveScales): Node {
  if (longest === null) return null;
  const [top, bottom] = [y.at(y.domain[1]), y.at(0)];
  return [...new Set([longest.low, longest.high])].map((tokens) => {
    const from = x.at(tokens);
    if (!(from < RIGHT)) return null;
    return html`<rect class="forbidden" x=${px(from)} y=${px(top)} width=${px(RIGHT - from)} height=${px(bottom - top)} />`;
  });
}

export function limits({ limit, window }: CurveData, { x, y }: CurveScales): Node {
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

export function measuredMarks({ measured, failed, turns }: CurveData, { x, y }: CurveScales): Node {
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
export function turnLabels({ turns }: CurveData, x: Scale) {
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
