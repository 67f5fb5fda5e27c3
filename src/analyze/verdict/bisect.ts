/**
 * The root of an increasing or decreasing function between `low` and `high`, to the last bits of a
 * double. Where both ends have the same sign, the end that is nearer to zero.
 */
export function bisect(f: (x: number) => number, low: number, high: number): number {
  const atLow = f(low);
  const atHigh = f(high);
  if (Math.sign(atLow) === Math.sign(atHigh)) {
    return Math.abs(atLow) < Math.abs(atHigh) ? low : high;
  }
  let [left, right] = [low, high];
  for (let step = 0; step < 200; step++) {
    const middle = (left + right) / 2;
    if (middle === left || middle === right) break;
    if (Math.sign(f(middle)) === Math.sign(atLow)) left = middle;
    else right = middle;
  }
  return (left + right) / 2;
}
