import assert from "node:assert/strict";
import { test } from "node:test";
import { median, medianInterval, quantile, summarize } from "./statistics.ts";

test("the median of an even number is the mean of the middle two", () => {
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([5, 1, 3]), 3);
});

test("quantiles interpolate as R's type 7 does", () => {
  // R: quantile(c(1, 2, 4, 8), 0.9, type = 7) is 6.8
  assert.ok(Math.abs(quantile([8, 1, 4, 2], 0.9) - 6.8) < 1e-12);
});

test("the median's interval takes the order statistics of the published tables", () => {
  // Conover, table A3 (binomial, p = 1/2): at 95% n = 6 takes ranks 1 and 6, n = 9 ranks 2 and 8,
  // n = 15 ranks 4 and 12, n = 20 ranks 6 and 15, n = 25 ranks 8 and 18.
  const ranks = (n: number) => medianInterval(Array.from({ length: n }, (_, index) => index + 1));
  assert.equal(ranks(5), null);
  assert.deepEqual(ranks(6), [1, 6]);
  assert.deepEqual(ranks(9), [2, 8]);
  assert.deepEqual(ranks(15), [4, 12]);
  assert.deepEqual(ranks(20), [6, 15]);
  assert.deepEqual(ranks(25), [8, 18]);
});

test("a long run has an interval too", () => {
  const of = (n: number) => medianInterval(Array.from({ length: n }, (_, index) => index + 1));
  const [low = 0, high = 0] = of(1000) ?? [];
  const [longLow = 0, longHigh = 0] = of(1001) ?? [];
  assert.ok(Math.abs(low - longLow) <= 2 && Math.abs(high - longHigh) <= 2);
  assert.ok((of(5000)?.[0] ?? 0) > 2400);
});

test("percentiles are given only with enough samples", () => {
  const of = (n: number) =>
    summarize(Array.from({ length: n }, (_, value) => ({ start: 0, round: value, value })));
  assert.equal(of(0), null);
  assert.equal(of(19)?.p90, undefined);
  assert.equal(typeof of(20)?.p90, "number");
  assert.equal(of(99)?.p99, undefined);
  assert.equal(typeof of(100)?.p99, "number");
});
