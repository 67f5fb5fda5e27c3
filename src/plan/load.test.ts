import assert from "node:assert/strict";
import { test } from "node:test";
import { ALONE, arrivalsOf, type Load, lightest, nameOfLoad, turnsOf, weightOf } from "./load.ts";

const users = (concurrency: number): Load => ({ kind: "closed", concurrency });
const rate = (requestsPerSecond: number): Load => ({ kind: "open", requestsPerSecond });

function dueOf(load: Load, seed: number): number[] {
  const arrivals = arrivalsOf(load, seed);
  return arrivals.kind === "open" ? arrivals.dueMs : [];
}

test("one user alone sends one turn, users together two each, an open loop sixteen", () => {
  assert.equal(turnsOf(ALONE), 1);
  assert.equal(turnsOf(users(2)), 4);
  assert.equal(turnsOf(users(16)), 32);
  assert.equal(turnsOf(rate(0.1)), 16);
  assert.deepEqual(arrivalsOf(users(4), 1), users(4));
  assert.equal(dueOf(rate(2), 1).length, 16);
});

test("arrivals begin at once and go on in order", () => {
  for (let seed = 0; seed < 200; seed++) {
    const due = dueOf(rate(3), seed);
    assert.equal(due[0], 0);
    assert.ok(due.every((ms, index) => index === 0 || ms > (due[index - 1] ?? 0)));
  }
});

test("the same seed gives the same arrivals, another one others", () => {
  assert.deepEqual(dueOf(rate(2), 7), dueOf(rate(2), 7));
  const seen = new Set(Array.from({ length: 500 }, (_, seed) => dueOf(rate(2), seed).join()));
  assert.equal(seen.size, 500);
});

test("the gaps are exponential with the asked mean: arrivals are a Poisson process", () => {
  for (const requestsPerSecond of [0.5, 2, 250]) {
    const gaps = Array.from({ length: 4000 }, (_, seed) => dueOf(rate(requestsPerSecond), seed))
      .flatMap((due) => due.slice(1).map((ms, index) => ms - (due[index] ?? 0)))
      // In units of the asked mean.
      .map((ms) => (ms * requestsPerSecond) / 1000);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    const beyond = (x: number) => gaps.filter((gap) => gap > x).length / gaps.length;
    // 60,000 gaps: the mean's standard error is 0.4%.
    assert.ok(Math.abs(mean - 1) < 0.02, `mean ${mean}`);
    assert.ok(Math.abs(variance - 1) < 0.06, `variance ${variance}`);
    for (const x of [0.1, 1, 3]) assert.ok(Math.abs(beyond(x) - Math.exp(-x)) < 0.01, `P(> ${x})`);
  }
});

test("gaps don't depend on the gap before", () => {
  const pairs = Array.from({ length: 4000 }, (_, seed) => dueOf(rate(1), seed)).map((due) => [
    (due[1] ?? 0) / 1000,
    ((due[2] ?? 0) - (due[1] ?? 0)) / 1000,
  ]);
  const mean = pairs.reduce((sum, [a = 0, b = 0]) => sum + (a - 1) * (b - 1), 0) / pairs.length;
  assert.ok(Math.abs(mean) < 0.06, `covariance ${mean}`);
});

test("loads have names, and one user alone has none", () => {
  assert.deepEqual([ALONE, users(4), rate(0.5)].map(nameOfLoad), ["", "concurrency=4", "rate=0.5"]);
});

test("the lightest of cells that differ only in their load: fewest users, open loops last", () => {
  const cell = (load: Load, over = {}) => ({
    variant: "head",
    scenario: "chat",
    compat: { a: true },
    load,
    ...over,
  });
  const cells = [
    cell(rate(0.1)),
    cell(users(8)),
    cell(users(2)),
    cell(users(4), { compat: { a: false } }),
    cell(rate(5), { scenario: "agent-turn" }),
    cell(rate(2), { scenario: "agent-turn" }),
    cell(users(64), { variant: "base" }),
  ];
  assert.deepEqual(lightest(cells), [cells[2], cells[3], cells[5], cells[6]]);
  const loads = [rate(2), users(256), rate(1), ALONE, users(2)];
  assert.deepEqual(
    loads.sort((a, b) => weightOf(a) - weightOf(b)),
    [ALONE, users(2), users(256), rate(1), rate(2)],
  );
});
