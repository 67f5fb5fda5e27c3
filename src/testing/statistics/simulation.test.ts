/** The yardstick itself: what the simulation counts, and the rules that it is compared with. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { carryOutAll } from "./crew.ts";
import { near } from "./fixtures.ts";
import { proportionInterval } from "./proportion.ts";
import { requirements } from "./requirements.ts";
import { mannWhitney, welch } from "./rivals.ts";
import { family, ruleStudy, USUAL } from "./studies.ts";
import { carryOut } from "./study.ts";
import { trueSpread } from "./surveys.ts";
import { fill } from "./table.ts";

test("the interval of a share is SciPy's exact one", () => {
  // scipy.stats.binomtest(k, n).proportion_ci(method="exact"), SciPy 1.17.1
  const [low, high] = proportionInterval(5, 20);
  near(low, 0.08657146910143455, 1e-9);
  near(high, 0.49104587170795755, 1e-9);
  near(proportionInterval(0, 600)[1], 0.00612927133067019, 1e-9);
  assert.equal(proportionInterval(600, 600)[1], 1);
});

test("Welch's t and Mann-Whitney are SciPy's", () => {
  const [base, head] = [
    [10.1, 9.8, 10.4, 10.0, 9.9, 10.3],
    [10.5, 10.9, 9.95, 10.7, 10.6],
  ];
  near(welch(base ?? [], head ?? []), 0.02428034401905052, 1e-9);
  near(mannWhitney(base ?? [], head ?? []), 0.027617126859031914, 1e-9);
});

test("a study counts the same on a worker and at any time", async () => {
  const study = ruleStudy(USUAL, family(3, "decode", 1.05), 20);
  const [there] = await carryOutAll([study], 1);
  assert.deepEqual(there, carryOut(study));
});

test("the simulated pairs scatter as they should", () => {
  const tally = carryOut(ruleStudy(USUAL, family(1, "nothing"), 300, 20));
  near(tally.spread / tally.runs, trueSpread(USUAL), 0.12);
});

test("a requirement that is missed is told", async () => {
  const table = requirements(20, true);
  const { markdown, missed } = await fill([{ ...table, rows: table.rows.slice(0, 1) }], 1);
  // Twenty runs can't show that a share is below 5%: the interval reaches to 17%.
  assert.equal(missed.length, 1);
  assert.match(markdown, /\*\*missed\*\*/);
});
