import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fixtures, near } from "../../testing/statistics/fixtures.ts";
import { signFlip } from "./sign-flip.ts";
import { signedRank } from "./signed-rank.ts";
import { tangoInterval } from "./tango.ts";
import { tost } from "./tost.ts";

test("the sign-flip test is SciPy's, over all permutations", () => {
  for (const { values, p } of fixtures.signFlip) near(signFlip(values), p, 1e-12, `${values}`);
});

test("of ranks, the sign-flip test is the signed-rank test", () => {
  const ranks = fc
    .array(fc.boolean(), { minLength: 1, maxLength: 18 })
    .map((signs) => signs.map((sign, i) => (sign ? i + 1 : -i - 1)));
  fc.assert(
    fc.property(ranks, (values) => near(signFlip(values), signedRank(values).worse, 1e-10)),
  );
});

test("beyond thirty differences the sign-flip test is near the exact one", () => {
  const values = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? -1 : 1));
  // Binomial: P(at least 40 of 60 heads) is 0.00674.
  assert.ok(Math.abs(signFlip(values) - 0.00674) < 0.003);
});

test("Tango's interval is that of a likelihood maximised numerically", () => {
  for (const { b, c, n, level, low, high } of fixtures.tango) {
    const interval = tangoInterval(b, c, n, level);
    near(interval[0], low, 1e-5, `${b}, ${c}, ${n}`);
    near(interval[1], high, 1e-5, `${b}, ${c}, ${n}`);
  }
});

test("Tango's interval is the published one", () => {
  // Airway hyper-responsiveness (Bentur et al. 2009), in Fagerland, Lydersen & Laake, Recommended
  // tests and confidence intervals for paired binomial proportions (2014).
  const [low, high] = tangoInterval(1, 7, 21, 0.95);
  assert.deepEqual([low.toFixed(3), high.toFixed(3)], ["-0.517", "-0.026"]);
});

test("Tango's interval exists without discordant pairs, and swapping the two mirrors it", () => {
  const [low, high] = tangoInterval(0, 0, 20, 0.95);
  // The score test then rejects where n d^2 / (d (1 - d)) = z^2 with d in place of both: z^2 / (n + z^2).
  near(high, 3.8414588 / (20 + 3.8414588), 1e-6);
  near(low, -high, 1e-9);
  const mirrored = tangoInterval(5, 1, 20, 0.9);
  const [first, second] = tangoInterval(1, 5, 20, 0.9);
  near(first, -mirrored[1], 1e-9);
  near(second, -mirrored[0], 1e-9);
  assert.ok(tangoInterval(20, 0, 20, 0.95)[1] <= 1);
});

test("equivalence is the weaker of its two sides", () => {
  const values = [0.01, -0.02, 0.03, -0.01, 0.005, -0.004, 0.012, -0.013];
  const p = tost((shift) => signedRank(values, shift), -0.05, 0.05);
  assert.equal(p, 2 ** -8);
  assert.ok(tost((shift) => signedRank(values, shift), -0.05, 0.001) > 0.3);
});
