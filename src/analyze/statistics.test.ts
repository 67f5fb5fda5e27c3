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

/** The highest k that covers 95%, by whole numbers: 2 (C(n,0) + ... + C(n,k-1)) / 2^n is at most 1/20. */
function exactRank(n: number): number {
  const whole = 1n << BigInt(n);
  let term = 1n;
  let below = 1n;
  let k = 0;
  while (40n * below <= whole) {
    k += 1;
    term = (term * BigInt(n - k + 1)) / BigInt(k);
    below += term;
  }
  return k;
}

const rankOf = (n: number) => medianInterval(upTo(n))?.[0] ?? 0;
const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1);

test("the interval's ranks are those of exact arithmetic, for short runs and long ones", () => {
  for (const [n, k] of [
    [6, 1],
    [10, 2],
    [20, 6],
    [100, 40],
  ] as const) {
    assert.equal(exactRank(n), k, "the yardstick itself, by the published table");
  }
  for (const n of [...sizesFrom(0, 200), 999, 1000, 1001, 1074, 1075, 1076, 2047, 5000]) {
    const k = exactRank(n);
    assert.deepEqual(medianInterval(upTo(n)), k === 0 ? null : [k, n + 1 - k], `n = ${n}`);
  }
});

test("the interval covers at least 95%, and the next narrower one less", () => {
  /** By sums of logarithms: another way than the code's. */
  const coverage = (n: number, k: number) => {
    let log = -n * Math.LN2;
    let below = 0;
    for (let j = 0; j < k; j++) {
      below += Math.exp(log);
      log += Math.log(n - j) - Math.log(j + 1);
    }
    return 1 - 2 * below;
  };
  for (const n of [...sizesFrom(6, 200), 1001, 1075, 5000, 100_000]) {
    const k = rankOf(n);
    assert.ok(coverage(n, k) >= 0.95, `n = ${n}, k = ${k}: ${coverage(n, k)}`);
    assert.ok(coverage(n, k + 1) < 0.95, `n = ${n}, k = ${k + 1}: ${coverage(n, k + 1)}`);
  }
});

function sizesFrom(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

test("a run of any length has a summary", () => {
  const samples = Array.from({ length: 300_000 }, (_, round) => ({
    start: 0,
    round,
    value: round,
  }));
  const summary = summarize(samples);
  assert.deepEqual([summary?.min, summary?.max], [0, 299_999]);
  assert.ok((summary?.ci95?.[0] ?? 0) > 149_000 && (summary?.ci95?.[1] ?? 0) < 151_000);
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
