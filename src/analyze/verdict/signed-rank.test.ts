import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fixtures, near } from "../../testing/statistics/fixtures.ts";
import { coinSums, doubledRanks, signedRank } from "./signed-rank.ts";

test("p-values are SciPy's, of untied, of tied and of values with zeros", () => {
  for (const { kind, values, worse, better } of fixtures.signedRank) {
    const p = signedRank(values);
    near(p.worse, worse, 1e-11, `${kind} ${values}`);
    near(p.better, better, 1e-11, `${kind} ${values}`);
  }
});

test("p-values of tied values are those of R's exactRankTests", () => {
  for (const { values, worse, better } of fixtures.signedRankTiedByR) {
    near(signedRank(values).worse, worse, 1e-11, `${values}`);
    near(signedRank(values).better, better, 1e-11, `${values}`);
  }
});

test("the null distribution is that of the published table", () => {
  // Hollander & Wolfe 1999, table A.4: P(T+ >= x).
  const tail = (n: number, x: number) =>
    coinSums(Array.from({ length: n }, (_, i) => i + 1))
      .slice(x)
      .reduce((sum, p) => sum + p, 0);
  assert.equal(tail(5, 15).toFixed(3), "0.031");
  assert.equal(tail(8, 31).toFixed(3), "0.039");
  assert.equal(tail(8, 33).toFixed(3), "0.020");
  assert.equal(tail(10, 45).toFixed(3), "0.042");
  assert.equal(tail(12, 65).toFixed(3), "0.021");
  assert.equal(tail(15, 90).toFixed(3), "0.047");
});

test("all on one side is as rare as that many heads", () => {
  const ascending = Array.from({ length: 12 }, (_, i) => i + 1);
  assert.equal(signedRank(ascending).worse, 2 ** -12);
  assert.equal(signedRank(ascending).better, 1);
});

test("nothing but zeros is no evidence, and neither is nothing", () => {
  assert.deepEqual(signedRank([0, 0, 0, 0]), { worse: 1, better: 1 });
  assert.deepEqual(signedRank([]), { worse: 1, better: 1 });
});

test("a failed start is the highest rank, not a number", () => {
  const inf = Number.POSITIVE_INFINITY;
  assert.deepEqual(signedRank([-1, 2, 3, inf]), signedRank([-1, 2, 3, 1000]));
  assert.deepEqual(doubledRanks([inf, 1, inf]), [5, 2, 5]);
});

test("more than a hundred differences are taken as normal, with an error below 0.001", () => {
  let worst = 0;
  for (let size = 0; size <= 40; size++) {
    const sign = (i: number) => ((i * 7919) % 101 < 50 + size / 4 ? 1 : -1);
    const values = Array.from({ length: 101 }, (_, i) => sign(i) * (i + 1));
    const weights = values.map((_, i) => i + 1);
    const sum = values.reduce((total, value) => total + Math.max(0, value), 0);
    const exact = coinSums(weights)
      .slice(sum)
      .reduce((total, p) => total + p, 0);
    worst = Math.max(worst, Math.abs(exact - signedRank(values).worse));
  }
  assert.ok(worst < 1e-3, `${worst}`);
});

const sample = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
  minLength: 1,
  maxLength: 25,
});
/** No two of the same size, none zero. */
const untied = fc
  .uniqueArray(fc.integer({ min: 1, max: 10_000 }), {
    minLength: 1,
    maxLength: 25,
  })
  .chain((sizes) =>
    fc
      .array(fc.boolean(), { minLength: sizes.length, maxLength: sizes.length })
      .map((signs) => sizes.map((size, i) => (signs[i] ? size : -size))),
  );

test("swapping the sides swaps the p-values", () => {
  fc.assert(
    fc.property(sample, (values) => {
      const p = signedRank(values);
      const mirrored = signedRank(values.map((value) => -value));
      assert.deepEqual(mirrored, { worse: p.better, better: p.worse });
    }),
  );
});

test("a greater difference is never weaker evidence of worse", () => {
  fc.assert(
    fc.property(untied, fc.nat(), fc.integer({ min: 1, max: 30_000 }), (values, pick, more) => {
      const raised = values.map((value, i) => (i === pick % values.length ? value + more : value));
      // Only where the raise makes neither a tie nor a zero: those change the distribution itself.
      fc.pre(new Set(raised.map(Math.abs)).size === values.length && !raised.includes(0));
      assert.ok(signedRank(raised).worse <= signedRank(values).worse + 1e-12);
    }),
  );
});

test("the unit makes no difference", () => {
  fc.assert(
    fc.property(untied, (values) => {
      assert.deepEqual(signedRank(values.map((value) => value * 4)), signedRank(values));
    }),
  );
});

test("a worse pair that shrinks to no difference is never more evidence", () => {
  fc.assert(
    fc.property(untied, fc.nat(), (values, pick) => {
      const index = pick % values.length;
      fc.pre((values[index] ?? 0) > 0);
      const shrunk = values.map((value, i) => (i === index ? 0 : value));
      assert.ok(signedRank(shrunk).worse >= signedRank(values).worse - 1e-12);
    }),
    { numRuns: 1000 },
  );
});
