/**
 * Non-negative weighted least squares with its uncertainty: draws of the coefficients, and how well
 * the shape explains the points. Pure.
 *
 * With normal noise of known size and half-normal priors the coefficients are normal, cut off at 0.
 * Draws and the mass above 0 are had by the simulator of Geweke, Hajivassiliou and Keane (Hajivassiliou
 * & Ruud 1994, Handbook of Econometrics IV, section 5.4): one coefficient after the other from its
 * truncated conditional, each draw weighted by the product of the masses that were left.
 */
import { aboveOf, upperTail } from "./normal.ts";

export interface Linear {
  /** A row for each point. */
  columns: readonly number[][];
  y: readonly number[];
  /** Standard deviation of each point. */
  sd: readonly number[];
  /** Scale of each coefficient's half-normal prior. */
  scales: readonly number[];
}

export interface Weighted {
  coefficients: number[];
  /** Natural logarithm; comparable between all shapes and noises of the same points. */
  logWeight: number;
}

/** @returns `count` draws whose weights add up to the marginal likelihood of the points */
export function drawPosterior(
  { columns, y, sd, scales }: Linear,
  count: number,
  random: () => number,
): Weighted[] {
  const size = scales.length;
  const precision = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => {
      const data = columns.reduce(
        (sum, row, k) => sum + ((row[i] ?? 0) * (row[j] ?? 0)) / (sd[k] ?? 1) ** 2,
        0,
      );
      return data + (i === j ? 1 / (scales[i] ?? 1) ** 2 : 0);
    }),
  );
  const moment = Array.from({ length: size }, (_, i) =>
    columns.reduce((sum, row, k) => sum + ((row[i] ?? 0) * (y[k] ?? 0)) / (sd[k] ?? 1) ** 2, 0),
  );
  const inverse = invert(precision);
  const mean = inverse.map((row) => row.reduce((sum, each, j) => sum + each * (moment[j] ?? 0), 0));
  // The last coefficient first: the fastest growth decides what is left for the others.
  const order = mean.map((_, index) => size - 1 - index);
  const root = cholesky(order.map((i) => order.map((j) => inverse[i]?.[j] ?? 0)));
  const fit = y.map((each, k) => {
    const of = (columns[k] ?? []).reduce((sum, value, i) => sum + value * (mean[i] ?? 0), 0);
    return ((each - of) / (sd[k] ?? 1)) ** 2;
  });
  const shrink = mean.map((each, i) => (each / (scales[i] ?? 1)) ** 2);
  const determinant = root.reduce((sum, row, i) => sum + Math.log(row[i] ?? 1), 0);
  const constant =
    -0.5 * (total(fit) + total(shrink)) +
    determinant -
    total(sd.map(Math.log)) -
    total(scales.map(Math.log)) +
    size * Math.LN2 -
    Math.log(count);
  return Array.from({ length: count }, () => {
    const z: number[] = [];
    let mass = 1;
    const coefficients = new Array<number>(size).fill(0);
    for (const [step, which] of order.entries()) {
      const row = root[step] ?? [];
      const given = z.reduce((sum, each, j) => sum + (row[j] ?? 0) * each, mean[which] ?? 0);
      const spread = row[step] ?? 1;
      const from = -given / spread;
      mass *= upperTail(from);
      const drawn = aboveOf(from, random());
      z.push(drawn);
      coefficients[which] = Math.max(0, given + spread * drawn);
    }
    return { coefficients, logWeight: constant + Math.log(Math.max(mass, Number.MIN_VALUE)) };
  });
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Lower triangle whose product with its transpose is the matrix. */
function cholesky(matrix: readonly (readonly number[])[]): number[][] {
  const root: number[][] = [];
  for (const [i, row] of matrix.entries()) {
    const line: number[] = [];
    for (let j = 0; j <= i; j++) {
      const other = j === i ? line : (root[j] ?? []);
      let left = row[j] ?? 0;
      for (let k = 0; k < j; k++) left -= (line[k] ?? 0) * (other[k] ?? 0);
      line.push(j === i ? Math.sqrt(Math.max(left, Number.MIN_VALUE)) : left / (other[j] ?? 1));
    }
    root.push(line);
  }
  return root;
}

/** Of a small positive definite matrix, by its root. */
function invert(matrix: readonly (readonly number[])[]): number[][] {
  const root = cholesky(matrix);
  const size = matrix.length;
  const columns = Array.from({ length: size }, (_, column) => {
    const forward: number[] = [];
    for (let i = 0; i < size; i++) {
      let left = i === column ? 1 : 0;
      for (let k = 0; k < i; k++) left -= (root[i]?.[k] ?? 0) * (forward[k] ?? 0);
      forward.push(left / (root[i]?.[i] ?? 1));
    }
    const back = new Array<number>(size).fill(0);
    for (let i = size - 1; i >= 0; i--) {
      let left = forward[i] ?? 0;
      for (let k = i + 1; k < size; k++) left -= (root[k]?.[i] ?? 0) * (back[k] ?? 0);
      back[i] = left / (root[i]?.[i] ?? 1);
    }
    return back;
  });
  return columns;
}
