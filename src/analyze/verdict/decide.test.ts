import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { near } from "../../testing/statistics/fixtures.ts";
import { decide, type MetricDecision } from "./decide.ts";
import type { Ended } from "./looks.ts";
import type { PairedStarts } from "./pairs.ts";

/** Pairs whose heads are worse by these shares; the scatter is 0.5% and known. */
function metric(worse: readonly number[], more: Partial<PairedStarts> = {}): PairedStarts {
  return {
    metric: "turnMs",
    better: "lower",
    primary: true,
    delta: 0.05,
    pairs: worse.map((share, i) => ({
      base: [100, 101, 99],
      head: [1, 1.01, 0.99].map((round) => 100 * round * (1 + share) * (1 + 0.001 * (i % 7))),
    })),
    ...more,
  };
}

const same = (share: number, pairs: number) => new Array<number>(pairs).fill(share);

function one(of: PairedStarts, maxStarts = 20, ended: Ended | null = null): MetricDecision {
  const [decision] = decide([of], { maxStarts, ended }).metrics;
  assert.ok(decision);
  return decision;
}

test("worse by more than delta is a regression, and it stops the run", () => {
  const decision = decide([metric(same(0.1, 8))], { maxStarts: 20 });
  assert.equal(decision.verdict, "regression");
  assert.equal(decision.settled, true);
  assert.deepEqual(decision.look, { pairs: 8, counts: [8], last: false });
  const [of] = decision.metrics;
  assert.equal(of?.because, "worse-by-more-than-delta");
  assert.equal(of?.p?.worse, 2 ** -8);
  near(of?.ratio?.estimate ?? 0, 1.103, 0.002);
  assert.ok((of?.ratio?.low ?? 0) > 1.09 && (of?.ratio?.high ?? 2) < 1.12);
});

test("a slower rate is worse, and its ratio is below 1", () => {
  const slower = metric(same(-0.1, 8), { metric: "decode", better: "higher" });
  const of = one(slower);
  assert.equal(of.verdict, "regression");
  assert.ok((of.ratio?.estimate ?? 2) < 0.92);
  assert.ok((of.ratio?.low ?? 2) <= (of.ratio?.high ?? 0));
});

test("better by more than delta is an improvement", () => {
  assert.equal(one(metric(same(-0.1, 8))).because, "better-by-more-than-delta");
});

test("no change is no regression, and so is one that is worse by less than delta", () => {
  assert.equal(one(metric([0.01, -0.01, 0.02, -0.02, 0, 0.01, -0.01, 0])).verdict, "no-regression");
  const slightly = one(metric(same(0.02, 8)));
  assert.equal(slightly.verdict, "no-regression");
  assert.equal(slightly.because, "worse-by-less-than-delta");
});

test("what may be an improvement waits for the last look", () => {
  // One opposite pair of the greatest size: not significant at 8, but no regression for sure.
  const pairs = [-0.08, -0.08, -0.07, -0.08, -0.08, -0.07, -0.08, 0.02];
  const waits = decide([metric(pairs), metric(same(0, 8)), metric(same(0, 8))], { maxStarts: 20 });
  assert.equal(waits.metrics[0]?.because, "may-be-an-improvement");
  assert.equal(waits.verdict, "inconclusive");
  assert.equal(waits.settled, false);
  const last = decide([metric(pairs), metric(same(0, 8)), metric(same(0, 8))], { maxStarts: 8 });
  assert.notEqual(last.metrics[0]?.verdict, "inconclusive");
  assert.equal(last.settled, true);
});

test("noise is inconclusive until the last look, and then it stays so", () => {
  const noisy = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 0.3 : -0.2));
  for (const [pairs, settled] of [
    [8, false],
    [12, false],
    [20, true],
  ] as const) {
    const decision = decide([metric(noisy.slice(0, pairs))], { maxStarts: 20 });
    assert.equal(decision.verdict, "inconclusive");
    assert.equal(decision.settled, settled);
  }
});

test("between two looks only what the earlier one had is judged", () => {
  const pairs = [...same(0, 8), ...same(0.5, 3)];
  const at = (count: number) => decide([metric(pairs.slice(0, count))], { maxStarts: 20 });
  for (const count of [9, 10, 11]) assert.deepEqual(at(count), at(8));
});

test("before the first look nothing is decided, and the estimate is shown", () => {
  const of = one(metric(same(0.3, 7)));
  assert.deepEqual([of.verdict, of.because, of.p], ["inconclusive", "too-few-pairs", null]);
  assert.ok((of.ratio?.estimate ?? 0) > 1.29);
  const none = decide([metric([])], { maxStarts: 20 });
  assert.deepEqual([none.verdict, none.metrics[0]?.ratio], ["inconclusive", null]);
});

test("six planned pairs are judged by Student's t, at one look", () => {
  const of = one(metric(same(0.1, 6)), 6);
  assert.deepEqual([of.method, of.verdict], ["student-t", "regression"]);
  near(of.level?.difference ?? 0, 0.05, 1e-6);
  assert.equal(one(metric(same(0.1, 5)), 5).verdict, "inconclusive");
});

test("a run that ends early is judged by what it has", () => {
  const cut = metric(same(0.1, 10));
  const budget = decide([cut], { maxStarts: 20, ended: "time-budget" });
  const stopped = decide([cut], { maxStarts: 20, ended: "interrupted" });
  for (const decision of [budget, stopped]) {
    assert.deepEqual(decision.look, { pairs: 10, counts: [8, 10], last: true });
    assert.equal(decision.verdict, "regression");
  }
  // Whoever stops a run may have seen it: no more error may be spent than was due.
  const [byClock, byHand] = [budget, stopped].map((of) => of.metrics[0]?.level?.difference ?? 0);
  assert.ok((byHand ?? 1) < (byClock ?? 0));
  assert.equal(one(metric(same(0.1, 5)), 20, "time-budget").because, "too-few-pairs");
});

test("six metrics can't be decided with eight pairs, and it says so", () => {
  const family = Array.from({ length: 6 }, (_, i) => metric(same(0.1, 8), { metric: `m${i}` }));
  const at8 = decide(family, { maxStarts: 20 });
  assert.ok(at8.metrics.every((of) => of.because === "level-out-of-reach"));
  const longer = family.map((of) => ({ ...of, pairs: metric(same(0.1, 12)).pairs }));
  assert.equal(decide(longer, { maxStarts: 20 }).verdict, "regression");
});

test("metrics outside the family are advisory", () => {
  const bad = metric(same(0.5, 8), { metric: "loadMs", primary: false });
  const decision = decide([metric(same(0, 8)), bad], { maxStarts: 20 });
  assert.equal(decision.verdict, "no-regression");
  assert.equal(decision.metrics[1]?.verdict, "regression");
  assert.equal(decision.metrics[1]?.adjusted, 2 ** -7);
  assert.equal(decision.metrics[0]?.adjusted, null);
  assert.equal(decide([bad], { maxStarts: 20 }).verdict, "inconclusive");
});

test("failed requests are the worst, and never dropped", () => {
  const failing = (side: "base" | "head", better: "lower" | "higher" = "lower") => {
    const of = metric(same(0, 8), { better });
    const failed = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 100];
    return { ...of, pairs: of.pairs.map((pair) => ({ ...pair, [side]: failed })) };
  };
  const head = one(failing("head"));
  assert.deepEqual([head.verdict, head.ratio?.estimate], ["regression", Number.POSITIVE_INFINITY]);
  const rate = one(failing("head", "higher"));
  assert.deepEqual([rate.verdict, rate.ratio?.estimate], ["regression", 0]);
  assert.equal(one(failing("base")).because, "too-few-figures");
  const both = failing("head");
  const pairs = both.pairs.map(({ head }) => ({ base: head, head }));
  assert.deepEqual(one({ ...both, pairs }).p, null);
  // One of three doesn't move the median beyond the others.
  const flaky = metric(same(0, 8)).pairs.map(({ base }) => ({ base, head: [100, 101, Infinity] }));
  assert.equal(one(metric([], { pairs: flaky })).verdict, "no-regression");
});

test("what can't be a ratio is refused", () => {
  const wrong = (values: number[]) => metric([], { pairs: [{ base: values, head: [1] }] });
  for (const values of [[], [Number.NaN], [-1]]) {
    assert.throws(() => decide([wrong(values)], { maxStarts: 20 }), /turnMs: /);
  }
});

test("any failure that is head's own comes before every speed", () => {
  const failures = { base: 0, head: 1, p: null, level: null, starts: null };
  const broken = { cell: "a", failures, state: "broken", because: "confirmed", pairs: 3 } as const;
  const confirm = { cell: "a", failures, state: "confirm", pairs: 3 } as const;
  const faster = [metric(same(-0.2, 8))];
  assert.equal(decide(faster, { maxStarts: 20 }).verdict, "improvement");
  assert.equal(decide(faster, { maxStarts: 20, success: [broken] }).verdict, "broken");
  const open = decide(faster, { maxStarts: 8, success: [confirm] });
  assert.deepEqual([open.verdict, open.settled], ["inconclusive", false]);
  const slower = decide([metric(same(0.2, 8))], { maxStarts: 8, success: [confirm] });
  assert.deepEqual([slower.verdict, slower.settled], ["regression", false]);
});

const noisy = fc
  .tuple(fc.double({ min: -0.2, max: 0.2, noNaN: true }), fc.nat(2 ** 31))
  .map(([shift, seed]) =>
    Array.from({ length: 12 }, (_, i) => shift + (((seed + 1) * (i + 3) * 7919) % 997) / 9970),
  );

test("swapping base and head mirrors everything", () => {
  fc.assert(
    fc.property(noisy, (shares) => {
      const of = metric(shares);
      const pairs = of.pairs.map(({ base, head }) => ({ base: head, head: base }));
      const [there, back] = [one(of, 12), one({ ...of, pairs }, 12)];
      assert.deepEqual(
        [back.p?.worse, back.p?.better, back.p?.equivalent],
        [there.p?.better, there.p?.worse, there.p?.equivalent],
      );
      near(-(back.centre ?? 1), there.centre ?? 0, 1e-9);
      assert.equal(back.verdict === "improvement", there.verdict === "regression");
      assert.equal(back.verdict === "regression", there.verdict === "improvement");
    }),
  );
});

test("the unit makes no difference, nor whether a time or a rate is told", () => {
  fc.assert(
    fc.property(noisy, (shares) => {
      const of = metric(shares);
      const map = (change: (value: number) => number) =>
        of.pairs.map(({ base, head }) => ({ base: base.map(change), head: head.map(change) }));
      const scaled = one({ ...of, pairs: map((value) => value / 1000) }, 12);
      const rate = one({ ...of, better: "higher", pairs: map((value) => 1 / value) }, 12);
      for (const other of [scaled, rate]) {
        near(other.centre ?? 1, one(of, 12).centre ?? 0, 1e-9);
        assert.equal(other.verdict, one(of, 12).verdict);
      }
    }),
  );
});

test("a head that is worse in every pair never gets a better verdict", () => {
  const order = ["improvement", "no-regression", "inconclusive", "regression"];
  fc.assert(
    fc.property(noisy, fc.double({ min: 1, max: 1.5, noNaN: true }), (shares, factor) => {
      const of = metric(shares);
      const pairs = of.pairs.map(({ base, head }) => ({ base, head: head.map((v) => v * factor) }));
      const [before, after] = [one(of, 12), one({ ...of, pairs }, 12)];
      // From inconclusive it may go to either side of it, but not to a green one.
      assert.ok(order.indexOf(after.verdict) >= order.indexOf(before.verdict));
    }),
  );
});

test("pairs in which both sides failed are no evidence", () => {
  const dead = { base: [Infinity, Infinity, Infinity], head: [Infinity, Infinity, Infinity] };
  const nothing = one(metric([], { pairs: new Array(8).fill(dead) }));
  assert.deepEqual(
    [nothing.verdict, nothing.because, nothing.differences],
    ["inconclusive", "too-few-figures", []],
  );
  // Eight that are equal beside twelve without a number.
  const few = metric(same(0, 8));
  const mostly = one({ ...few, pairs: [...few.pairs, ...new Array(12).fill(dead)] });
  assert.equal(mostly.because, "too-few-figures");
  const some = one({ ...few, pairs: [...new Array(3).fill(dead), ...few.pairs] });
  assert.equal(some.verdict, "no-regression");
});
