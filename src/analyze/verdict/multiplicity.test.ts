import assert from "node:assert/strict";
import { test } from "node:test";
import { fixtures, near } from "../../testing/statistics/fixtures.ts";
import { benjaminiHochberg, holm } from "./multiplicity.ts";

test("Holm and Benjamini-Hochberg are those of statsmodels", () => {
  for (const { p, holm05, benjaminiHochberg: adjusted } of fixtures.multiplicity) {
    assert.deepEqual(
      holm(p, (left) => 0.05 / left).map((step) => step.rejected),
      holm05,
    );
    for (const [i, value] of benjaminiHochberg(p).entries()) near(value, adjusted[i] ?? 0, 1e-12);
  }
});

test("Holm stops at the first that fails, and says what it was compared with", () => {
  const steps = holm([0.001, 0.03, 0.02], (left) => 0.05 / left);
  assert.deepEqual(steps, [
    { rejected: true, level: 0.05 / 3 },
    { rejected: true, level: 0.05 },
    { rejected: true, level: 0.025 },
  ]);
  const stopped = holm([0.001, 0.04, 0.026], (left) => 0.05 / left);
  assert.deepEqual(
    stopped.map((step) => step.rejected),
    [true, false, false],
  );
  assert.deepEqual(
    holm([], () => 0.05),
    [],
  );
});
