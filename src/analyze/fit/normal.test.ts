import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../plan/random.ts";
import { aboveOf, normalQuantile, upperTail } from "./normal.ts";
import { drawPosterior } from "./posterior.ts";

const near = (actual: number, expected: number, share: number) =>
  assert.ok(
    Math.abs(actual - expected) <= share * Math.abs(expected),
    `${actual}, not ${expected}`,
  );

test("tails and quantiles are those of the tables", () => {
  for (const [t, tail] of [
    [0, 0.5],
    [1, 0.158655254],
    [1.644853627, 0.05],
    [3, 0.001349898],
    [-2, 0.977249868],
    [8, 6.220961e-16],
  ] as const) {
    near(upperTail(t), tail, 1e-6);
    if (t < 8) near(normalQuantile(1 - tail) + 1, t + 1, 1e-5);
  }
});

test("a draw above a bound is above it, and in the far tail barely", () => {
  for (const t of [-3, 0, 2, 5.9, 6.1, 30]) {
    for (const u of [0, 0.3, 0.999]) assert.ok(aboveOf(t, u) >= t - 1e-6, `${t} ${u}`);
  }
  near(aboveOf(30, 0.5), 30 + Math.LN2 / 30, 1e-3);
});

test("draws of a line have its coefficients, none below 0", () => {
  const x = [1, 2, 3, 4, 5];
  const draws = drawPosterior(
    {
      columns: x.map((each) => [1, each]),
      y: x.map((each) => 10 + 2 * each),
      sd: x.map(() => 0.1),
      scales: [100, 100],
    },
    400,
    seededRandom(1),
  );
  const mean = (index: number) =>
    draws.reduce((sum, { coefficients }) => sum + (coefficients[index] ?? 0), 0) / draws.length;
  near(mean(0), 10, 0.02);
  near(mean(1), 2, 0.02);
  const falling = drawPosterior(
    {
      columns: x.map((each) => [1, each]),
      y: x.map((each) => 10 - each),
      sd: x.map(() => 0.5),
      scales: [100, 100],
    },
    100,
    seededRandom(1),
  );
  assert.ok(falling.every(({ coefficients }) => coefficients.every((each) => each >= 0)));
});
