/** Axes whose labels never touch each other. Pure. */
import { scaleLinear } from "d3-scale";
import { html } from "../h.ts";
import { levels, px, uprights } from "./px.ts";
import type { Scale } from "./scale.ts";
import { FONT_PX, textWidth } from "./text.ts";

export type Format = (value: number) => string;

export interface Tick {
  value: number;
  at: number;
  text: string;
}

/** Free room between two labels. */
const GAP_PX = 10;
const MOST = 7;

/**
 * As many round values as have room, each with a label of its own.
 * @param sets of values, the most first
 */
export function ticksOf(
  scale: Scale,
  format: Format,
  along: "x" | "y",
  sets: Iterable<number[]> = candidates(scale),
): Tick[] {
  for (const values of sets) {
    const ticks = values.map((value) => ({ value, at: scale.at(value), text: format(value) }));
    if (ticks.length >= 2 && areApart(ticks, along)) return ticks;
  }
  const middle = scale.of.invert((scale.at(scale.domain[0]) + scale.at(scale.domain[1])) / 2);
  return [{ value: middle, at: scale.at(middle), text: format(middle) }];
}

function* candidates({ domain, log }: Scale): Generator<number[]> {
  if (log) {
    for (const mantissas of [[1, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]]) {
      yield powers(domain, mantissas);
    }
    for (const each of [2, 3, 4])
      yield powers(domain, [1]).filter((_, index) => index % each === 0);
  }
  const linear = scaleLinear(domain, [0, 1]);
  for (let count = MOST; count >= 2; count--) yield linear.ticks(count);
  // Long labels: every second or third of them, as long as two are left.
  for (const each of [2, 3, 4]) yield linear.ticks(MOST).filter((_, index) => index % each === 0);
  yield [...domain];
}

function powers([from, to]: [number, number], mantissas: number[]): number[] {
  const values: number[] = [];
  const first = Math.floor(Math.log10(from));
  for (let power = first; power <= Math.ceil(Math.log10(to)); power++) {
    for (const mantissa of mantissas) {
      const value = Number(`${mantissa}e${power}`);
      if (value >= from && value <= to) values.push(value);
    }
  }
  return values;
}

function areApart(ticks: readonly Tick[], along: "x" | "y"): boolean {
  return ticks.every((tick, index) => {
    const before = ticks[index - 1];
    if (before === undefined) return true;
    const needed =
      along === "y" ? FONT_PX * 1.8 : (textWidth(before.text) + textWidth(tick.text)) / 2 + GAP_PX;
    return before.text !== tick.text && Math.abs(tick.at - before.at) >= needed;
  });
}

/** Grid lines from top to bottom, and the labels under them (or over them). */
export function xAxis(
  ticks: readonly Tick[],
  { top, bottom, above = false }: { top: number; bottom: number; above?: boolean },
) {
  const places = ticks.map(({ at }) => at);
  const y = above ? top - 5 : bottom + FONT_PX + 4;
  return html`<path class="grid" d=${uprights(places, top, bottom)} />${ticks.map(
    ({ at, text }) => html`<text class="tick middle" x=${px(at)} y=${px(y)}>${text}</text>`,
  )}`;
}

/** Grid lines from left to right, and the labels before them. */
export function yAxis(ticks: readonly Tick[], { left, right }: { left: number; right: number }) {
  const places = ticks.map(({ at }) => at);
  return html`<path class="grid" d=${levels(places, left, right)} />${ticks.map(
    ({ at, text }) =>
      html`<text class="tick end" x=${px(left - 6)} y=${px(at + FONT_PX / 3)}>${text}</text>`,
  )}`;
}
