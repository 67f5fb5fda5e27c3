import assert from "node:assert/strict";
import { test } from "node:test";
import { near } from "../../testing/statistics/fixtures.ts";
import { decide } from "./decide.ts";
import type { PairedStarts } from "./pairs.ts";
import { settledThreshold, visibleChange } from "./planning.ts";
import { roundsPerStart, varianceParts } from "./rounds.ts";
import { sensitivity } from "./sensitivity.ts";
import { spreadInterval, spreadOf } from "./spread.ts";
import { whatWouldDecide } from "./what-would-decide.ts";

/** Normal scores: a sample of this spread without any luck in it. */
const scores = (n: number, spread: number, shift = 0) =>
  Array.from({ length: n }, (_, i) => shift + spread * quantile((i * 7 + 3) % n, n));
const quantile = (i: number, n: number) => {
  const p = (i + 0.5) / n;
  // Tukey's lambda is near enough to the normal quantile.
  return (p ** 0.135 - (1 - p) ** 0.135) / 0.1975;
};

function metric(differences: readonly number[], more: Partial<PairedStarts> = {}): PairedStarts {
  const pairs = differences.map((d) => ({ base: [100], head: [100 * Math.exp(d)] }));
  return { metric: "turnMs", better: "lower", primary: true, delta: 0.05, pairs, ...more };
}

test("the spread is that of the sample, and one wild start hardly moves it", () => {
  for (const n of [8, 12, 20, 40]) near(spreadOf(scores(n, 0.04)) ?? 0, 0.04, 0.15, `n = ${n}`);
  const wild = [...scores(19, 0.04), 3];
  near(spreadOf(wild) ?? 0, 0.04, 0.35);
  near(spreadOf([1, 2, 3, 4, 5, 6]) ?? 0, Math.sqrt(3.5), 1e-9);
  assert.equal(spreadOf([1]), null);
});

test("the spread's interval is the chi-squared one", () => {
  // Quantiles of chi-squared with 11 degrees of freedom at 0.1 and 0.9: 5.578 and 17.275.
  const [low, high] = spreadInterval(1, 12);
  near(low, Math.sqrt(11 / 17.275), 0.01);
  near(high, Math.sqrt(11 / 5.578), 0.01);
});

test("more pairs, less spread and fewer metrics show smaller changes", () => {
  const base = { spread: 0.08, delta: 0.05, family: 3 };
  const at = (pairs: number, more = {}) => visibleChange(pairs, { ...base, ...more }) ?? 9;
  assert.ok(at(20) < at(12) && at(12) < at(8));
  assert.ok(at(12, { spread: 0.04 }) < at(12));
  assert.ok(at(12, { family: 1 }) < at(12));
  // However quiet: below delta nothing is a regression.
  assert.ok(at(20, { spread: 1e-6 }) > 0.05);
  assert.equal(visibleChange(8, { ...base, family: 9 }), null);
  assert.equal(visibleChange(5, base), null);
  assert.ok((settledThreshold(20, 0.08) ?? 9) < (settledThreshold(8, 0.08) ?? 0));
});

test("an A/A run tells what it could have seen, and how many pairs the wanted change needs", () => {
  const [noisy] = sensitivity([metric(scores(12, 0.1))], { maxStarts: 20 });
  assert.ok(noisy);
  assert.equal(noisy.wanted.change, 0.1);
  assert.deepEqual(
    noisy.plans.map((plan) => plan.pairs),
    [8, 12, 20],
  );
  const [best, worst] = noisy.wanted.between;
  assert.ok(noisy.wanted.pairs !== null && best !== null && worst !== null);
  assert.ok(best <= noisy.wanted.pairs && noisy.wanted.pairs <= worst);
  // t of 0.0234 two-sided and z of 0.8 are about 3.3: (3.3 x 0.11 / ln 1.1)^2 is about 15.
  assert.ok(noisy.wanted.pairs >= 12 && noisy.wanted.pairs <= 18, `${noisy.wanted.pairs}`);
  assert.ok((noisy.pairsToSettle ?? 0) >= 24, `${noisy.pairsToSettle}`);
  const [below] = sensitivity([metric(scores(12, 0.1))], { maxStarts: 20, wanted: 0.05 });
  assert.equal(below?.wanted.pairs, null, "a change that isn't above delta is none");
  assert.deepEqual(sensitivity([metric([0.1])], { maxStarts: 20 }), []);
});

test("an inconclusive metric says what would decide it, and that does decide it", () => {
  const of = metric(scores(12, 0.1, 0.01));
  const [decision] = decide([of], { maxStarts: 12 }).metrics;
  assert.ok(decision);
  assert.equal(decision.verdict, "inconclusive");
  const would = whatWouldDecide(decision, 1);
  assert.equal(would?.towards, "no-regression");
  assert.ok((would?.pairs ?? 0) > 12);
  // The same centre with the bearable spread.
  const needed = would?.spread.needed ?? 0;
  assert.ok(needed > 0 && needed < (would?.spread.now ?? 0));
  const quiet = decide([metric(scores(12, needed, 0.01))], { maxStarts: 12 });
  assert.equal(quiet.verdict, "no-regression");
  const threshold = would?.threshold ?? 0;
  const verdict = (delta: number) => decide([{ ...of, delta }], { maxStarts: 12 }).verdict;
  assert.equal(verdict(threshold), "no-regression");
  assert.equal(verdict(threshold - 0.011), "inconclusive");
});

test("a change next to the threshold is decided by no number of pairs", () => {
  const [decision] = decide([metric(scores(12, 0.1, Math.log1p(0.05)))], { maxStarts: 12 }).metrics;
  assert.ok(decision);
  const would = whatWouldDecide(decision, 1);
  assert.equal(would?.pairs, null);
  assert.ok((would?.threshold ?? 0) > 0.05);
});

test("a decided metric needs nothing", () => {
  const [decision] = decide([metric(scores(12, 0.01, 0.2))], { maxStarts: 12 }).metrics;
  assert.ok(decision);
  assert.equal(decision.verdict, "regression");
  assert.equal(whatWouldDecide(decision, 1), null);
});

test("an inconclusive regression and improvement are told apart", () => {
  const towards = (shift: number) => {
    const [decision] = decide([metric(scores(8, 0.2, shift))], { maxStarts: 20 }).metrics;
    return decision && whatWouldDecide(decision, 3)?.towards;
  };
  assert.deepEqual([towards(0.1), towards(-0.1)], ["regression", "improvement"]);
});

test("rounds per start follow the costs", () => {
  const of = (startCost: number, within: number, between: number) =>
    roundsPerStart({ within, between, startCost, roundCost: 1 });
  // sqrt(10 x 9 / 4) is 4.7.
  assert.equal(of(10, 9, 4), 5);
  assert.equal(of(1, 1, 1), 1);
  assert.equal(of(4, 1, 1), 3);
  assert.equal(of(1, 1, 100), 1);
  assert.equal(of(100, 1, 0), 15);
  assert.equal(of(1, 0, 0), 3);
});

test("variance is told apart within starts and between", () => {
  const e = Math.exp;
  // Starts at 0, 1 and 2, rounds 0.1 about them: s^2 = 0.01, t^2 = 1 - 0.01 / 3.
  const starts = [0, 1, 2].map((level) => [e(level - 0.1), e(level), e(level + 0.1)]);
  const parts = varianceParts([...starts, [Number.POSITIVE_INFINITY]]);
  near(parts?.within ?? 0, 0.01, 1e-9);
  near(parts?.between ?? 0, 1 - 0.01 / 3, 1e-9);
  assert.equal(varianceParts([[1, 2]]), null);
  assert.equal(
    varianceParts([
      [1, 2],
      [1, 2],
    ])?.between,
    0,
  );
});
