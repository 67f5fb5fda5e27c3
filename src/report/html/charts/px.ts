/** Numbers and paths as SVG has them, short: a page has tens of thousands of points. Pure. */

export interface Point {
  x: number;
  y: number;
}

/** Tenths of a pixel are finer than anybody sees; `.5` instead of `0.5`. */
export function px(value: number): string {
  const tenths = Math.round(value * 10);
  // Infinity and NaN are no coordinates: a browser would drop the whole path.
  if (!Number.isFinite(tenths)) return "0";
  const text = String(tenths / 10);
  return text.replace(/^(-?)0\./, "$1.");
}

/** Two numbers need nothing between them where the second has a sign of its own. */
function pair(x: number, y: number): string {
  const [first, second] = [px(x), px(y)];
  const joined = second.startsWith("-") || (second.startsWith(".") && first.includes("."));
  return joined ? `${first}${second}` : `${first} ${second}`;
}

/**
 * Each point as a closed path of no length, which a round or square cap makes a dot
 * (https://www.w3.org/TR/SVG2/paths.html#ZeroLengthSegments).
 * @param step places are rounded to whole ones of it; pixels of many small dots are short to write
 */
export function dots(points: readonly Point[], step: 0.1 | 1 = 0.1): string {
  const rounded = (value: number) => (Math.round(value / step) * Math.round(step * 10)) / 10;
  let before: Point = { x: 0, y: 0 };
  return points
    .map((point, index) => {
      // Steps between rounded places: what rounding takes never adds up.
      const at = { x: rounded(point.x), y: rounded(point.y) };
      const text = `${index === 0 ? "M" : "m"}${pair(at.x - before.x, at.y - before.y)}z`;
      before = at;
      return text;
    })
    .join("");
}

/** Lines from point to point, each of its own. */
export function segments(lines: readonly (readonly [Point, Point])[]): string {
  return lines.map(([a, b]) => `M${pair(a.x, a.y)}L${pair(b.x, b.y)}`).join("");
}

/** Upright lines of one length: ticks, grid lines, medians. */
export function uprights(xs: readonly number[], top: number, bottom: number): string {
  return xs.map((x) => `M${pair(x, top)}V${px(bottom)}`).join("");
}

/** Level lines of one length. */
export function levels(ys: readonly number[], left: number, right: number): string {
  return ys.map((y) => `M${pair(left, y)}H${px(right)}`).join("");
}

/** A cross: what failed. */
export function crosses(points: readonly Point[], reach = 4): string {
  return points
    .map(({ x, y }) => {
      const [left, right, top, bottom] = [x - reach, x + reach, y - reach, y + reach];
      return `M${pair(left, top)}L${pair(right, bottom)}M${pair(right, top)}L${pair(left, bottom)}`;
    })
    .join("");
}
