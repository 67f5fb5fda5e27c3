/** Where lengths and values lie in a chart by prompt length: what is near enough has a place. Pure. */
import type { CurveData, CurveTurn } from "./curves.ts";
import { type Scale, scaleOf } from "./scale.ts";

/** Ends of the drawing. */
export const LEFT = 66;
export const RIGHT = 684;
/** A limit this many times further away is told and not drawn: what was measured would lie in a corner. */
const FAR = 4;
/** A turn that was not sent is what the chart is looked at for: it may be further away. */
const FAR_TURN = 12;

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
  const curved = longest?.limitedBy === "memory" || longest?.limitedBy === "time";
  const meets = longest !== null && curved && longest.tokens <= FAR * asked;
  const ys = [high, ...(meets && limit !== null ? [limit.value] : near(limit?.value, high))];
  const y = scaleOf([0, Math.max(...ys) * 1.06], [bottom, top], { zero: true, logFrom: Infinity });
  return { x, y };
}

/** What would have been, where nothing was measured or not to its end. */
export function isForetold({ measured, failed }: CurveTurn): boolean {
  return measured === null || failed;
}
