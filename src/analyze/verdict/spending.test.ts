import assert from "node:assert/strict";
import { test } from "node:test";
import { fixtures, near } from "../../testing/statistics/fixtures.ts";
import { normalQuantile } from "./normal.ts";
import { boundaryLevels, pocockSpending } from "./spending.ts";

function pocock(counts: readonly number[], alpha: number, sides: 1 | 2): number[] {
  const last = counts.at(-1) ?? 1;
  const spent = counts.map((count) => pocockSpending(alpha, count / last));
  return boundaryLevels(counts, spent, sides);
}

test("levels are those of SciPy's multivariate normal distribution", () => {
  for (const { counts, alpha, sides, levels } of fixtures.levels) {
    for (const [look, level] of pocock(counts, alpha, sides).entries()) {
      // SciPy integrates by randomised points, to about four digits here.
      near(level, levels[look] ?? 0, 2e-4, `${counts}, ${alpha}, ${sides}, look ${look}`);
    }
  }
});

test("boundaries of five looks are the published ones", () => {
  // Lan & DeMets' Pocock-type function, two-sided 0.05: Reboussin, DeMets, Kim & Lan (2000).
  const z = pocock([1, 2, 3, 4, 5], 0.05, 2).map((level) => -normalQuantile(level / 2));
  assert.deepEqual(
    z.map((value) => value.toFixed(3)),
    ["2.438", "2.427", "2.410", "2.397", "2.386"],
  );
});

test("Pocock's constant boundary spends what it should", () => {
  // Pocock 1977: 2.413 at each of five looks, 2.289 at each of three, is 0.05 in all.
  for (const [looks, constant] of [
    [3, 2.289],
    [5, 2.413],
  ] as const) {
    const counts = Array.from({ length: looks }, (_, i) => i + 1);
    // Found from the other side: the spending that makes the boundary constant.
    let spent: number[] = [];
    for (const count of counts) {
      let [low, high] = [spent.at(-1) ?? 0, 0.06];
      for (let step = 0; step < 14; step++) {
        const middle = (low + high) / 2;
        const level = boundaryLevels(counts.slice(0, count), [...spent, middle], 2).at(-1) ?? 0;
        if (-normalQuantile(level / 2) > constant) low = middle;
        else high = middle;
      }
      spent = [...spent, low];
    }
    assert.equal(spent.at(-1)?.toFixed(3), "0.050");
  }
});

/** The table of the design, by how many metrics are left; then that of no-regression. */
const DESIGN: Record<number, number[]> = {
  1: [0.0256, 0.0174, 0.0228],
  2: [0.0128, 0.00815, 0.0107],
  3: [0.00852, 0.00524, 0.00686],
  4: [0.00638, 0.00384, 0.00505],
  5: [0.0051, 0.003, 0.00397],
  6: [0.00425, 0.00249, 0.00326],
};

test("levels are the design's, which are lower by 2 to 3.5% than the function gives", () => {
  const close = (levels: number[], table: number[]) => {
    for (const [look, level] of levels.entries()) {
      const share = level / (table[look] ?? 0);
      assert.ok(share > 1.015 && share < 1.035, `${level} against ${table[look]}: ${share}`);
    }
  };
  for (const [left, table] of Object.entries(DESIGN)) {
    close(pocock([8, 12, 20], 0.05 / Number(left), 2), table);
  }
  close(pocock([8, 12, 20], 0.05, 1), [0.0257, 0.0189, 0.025]);
});

test("one look has the whole level, and a look that may spend nothing has none", () => {
  near(pocock([7], 0.05, 2)[0] ?? 0, 0.05, 1e-9);
  const levels = boundaryLevels([8, 12, 20], [0.02, 0.02, 0.05], 2);
  assert.ok((levels[1] ?? 1) < 1e-100);
});

test("spending grows to the whole", () => {
  assert.equal(pocockSpending(0.05, 0), 0);
  near(pocockSpending(0.05, 1), 0.05, 1e-12);
  near(pocockSpending(0.05, 1.4), 0.05, 1e-12);
});
