import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fixtures, near } from "../../testing/statistics/fixtures.ts";
import { signedRank } from "./signed-rank.ts";
import { hodgesLehmann, walshAverages, walshInterval, walshUpper } from "./walsh.ts";

test("estimate and interval are those of R's wilcox.test", () => {
  for (const { values, level, estimate, low, high } of fixtures.walsh) {
    const averages = walshAverages(values);
    near(hodgesLehmann(averages), estimate, 1e-9, `${values}`);
    const interval = walshInterval(averages, values.length, level);
    assert.ok(interval, `${values}`);
    near(interval.low, low, 1e-9, `${values}, ${level}`);
    near(interval.high, high, 1e-9, `${values}, ${level}`);
    assert.ok(interval.coverage >= level);
  }
});

test("five values have no interval at 95%, six have", () => {
  assert.equal(walshInterval(walshAverages([1, 2, 3, 4, 5]), 5, 0.95), null);
  const six = walshInterval(walshAverages([1, 2, 3, 4, 5, 6]), 6, 0.95);
  assert.deepEqual([six?.low, six?.high], [1, 6]);
  assert.equal(six?.coverage, 1 - 2 / 64);
});

test("a failed start raises the estimate without being a number", () => {
  const inf = Number.POSITIVE_INFINITY;
  assert.equal(hodgesLehmann(walshAverages([inf, -inf, 1])), 0.5);
  assert.equal(hodgesLehmann(walshAverages([inf, inf, inf, 1])), inf);
  assert.ok(Number.isFinite(hodgesLehmann(walshAverages([1, 2, 3, 4, 5, 6, inf]))));
});

const sample = fc.uniqueArray(fc.integer({ min: -5000, max: 5000 }), {
  minLength: 6,
  maxLength: 22,
});

test("the upper limit is where the test of a shift turns", () => {
  fc.assert(
    fc.property(sample, fc.constantFrom(0.02, 0.025, 0.05), (values, alpha) => {
      const upper = walshUpper(walshAverages(values), values.length, alpha);
      if (upper === null) return;
      // A little beyond it no difference ties with another: those would change the distribution.
      assert.ok(signedRank(values, upper + 0.137).better <= alpha);
      assert.ok(signedRank(values, upper - 0.137).better > alpha);
    }),
  );
});

test("mirror, shift and scale move estimate and interval along", () => {
  fc.assert(
    fc.property(sample, fc.integer({ min: -100, max: 100 }), (values, shift) => {
      const of = (list: number[]) => {
        const averages = walshAverages(list);
        const interval = walshInterval(averages, list.length, 0.9);
        return [interval?.low ?? 0, hodgesLehmann(averages), interval?.high ?? 0] as const;
      };
      const [low, centre, high] = of(values);
      assert.ok(low <= centre && centre <= high);
      const [mirrorLow, mirrored, mirrorHigh] = of(values.map((value) => -value));
      assert.deepEqual([mirrorLow + high, mirrored + centre, mirrorHigh + low], [0, 0, 0]);
      assert.deepEqual(
        of(values.map((value) => 2 * value + shift)),
        [low, centre, high].map((value) => 2 * value + shift),
      );
    }),
  );
});
