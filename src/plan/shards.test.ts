import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fakePlan, fakeScenario } from "../testing/fake-run.ts";
import { combinations } from "./matrix.ts";
import { shardMatrix } from "./shards.ts";
import { BASE, HEAD, type Plan } from "./types.ts";

/** A start costs a minute; a cell as many seconds as its id is long, so that no two are alike. */
const estimateMs = (plan: Plan) =>
  60_000 + plan.cells.reduce((sum, cell) => sum + (cell.applicable ? 1000 * cell.id.length : 0), 0);
const options = { shards: null, label: null, estimateMs };
const sides = [BASE, HEAD].map((name) => ({ ...fakePlan().variants[0], name }));
const COMPARISON = { kind: "self", intended: [], thresholds: { default: 0.05 }, rounds: null };
const compared = (over: Parameters<typeof fakePlan>[0] = {}) =>
  fakePlan({ variants: sides, comparison: COMPARISON, ...over } as typeof over);
const lines = (cell: string) => cell.split("\n");

const anyPlan = fc
  .record({
    scenarios: fc.integer({ min: 1, max: 5 }),
    tooled: fc.boolean(),
    plain: fc.boolean(),
    flags: fc.integer({ min: 1, max: 4 }),
    loads: fc.integer({ min: 1, max: 3 }),
    two: fc.boolean(),
    turn: fc.constantFrom("scripted" as const, "real" as const),
    shards: fc.option(fc.integer({ min: 1, max: 256 })),
  })
  .map(({ scenarios, tooled, plain, flags, loads, two, turn, shards }) => {
    const names = Array.from({ length: scenarios }, (_, index) => `s${"x".repeat(index * 7)}`);
    const axes = ["supportsTools", "a", "b", "c"].slice(0, flags);
    const plan = (two ? compared : fakePlan)({
      turn,
      scenarios: [
        ...names.map((name) => fakeScenario(name)),
        ...(tooled ? [fakeScenario("tools", { needsTools: true })] : []),
        ...(plain ? [fakeScenario("smoke", { combinations: false })] : []),
      ],
      combinations: combinations(
        axes.map((flag) => ({ flag, values: [true, false] })),
        [],
        [],
      ),
      loads: [1, 4, 8]
        .slice(0, loads)
        .map((concurrency) => ({ kind: "closed" as const, concurrency })),
    });
    return { plan, shards };
  });

test("every cell is in exactly one job, and no job is without one that can be asked", () => {
  fc.assert(
    fc.property(anyPlan, ({ plan, shards }) => {
      const { include } = shardMatrix(plan, { ...options, shards });
      const own = plan.cells.filter(({ variant }) => variant === HEAD);
      const all = include.flatMap(({ cell }) => lines(cell));
      assert.deepEqual(all.toSorted(), own.map(({ id }) => id).toSorted());
      const asked = own.filter(({ applicable }) => applicable);
      assert.equal(
        include.reduce((sum, { cells }) => sum + cells, 0),
        asked.length,
      );
      assert.ok(include.every(({ cells }) => cells > 0));
      assert.ok(include.length <= Math.min(shards ?? 8, asked.length, 256));
      assert.equal(new Set(include.map(({ label }) => label)).size, include.length);
      assert.deepEqual(shardMatrix(plan, { ...options, shards }), { include });
    }),
  );
});

test("the longest job is at most a part longer than an even spread", () => {
  fc.assert(
    fc.property(anyPlan, ({ plan, shards }) => {
      fc.pre(plan.comparison == null && plan.turn === "scripted");
      const { include } = shardMatrix(plan, { ...options, shards });
      const costs = plan.cells.filter((cell) => cell.applicable).map((cell) => cell.id.length);
      const even = costs.reduce((sum, cost) => sum + cost, 0) / include.length;
      const longest = Math.max(...include.map(({ minutes }) => minutes));
      assert.ok(longest <= (60 + even + Math.max(...costs)) / 60 + 0.1);
    }),
  );
});

test("in a comparison a combination stays whole, and what has none goes with the first", () => {
  const plan = compared({
    scenarios: [
      fakeScenario("smoke", { combinations: false }),
      fakeScenario("chat"),
      fakeScenario("agent-turn"),
    ],
  });
  const { include } = shardMatrix(plan, { ...options, shards: 8 });
  assert.equal(include.length, 4);
  for (const { cell } of include) {
    const keys = lines(cell).map((id) => id.split("/").slice(2).join("/"));
    assert.equal(new Set(keys.filter((key) => key !== "")).size, 1);
  }
  assert.equal(include.filter(({ cell }) => lines(cell).includes("head/smoke")).length, 1);
});

test("as few jobs as end in about ten minutes", () => {
  const minutes = (each: number) => (plan: Plan) => 30_000 + plan.cells.length * each * 60_000;
  const jobs = (each: number) =>
    shardMatrix(fakePlan(), { ...options, estimateMs: minutes(each) }).include.map(
      ({ cells, minutes: longest }) => [cells, longest],
    );
  assert.deepEqual(jobs(1), [[8, 8.5]]);
  assert.deepEqual(jobs(2), [
    [4, 8.5],
    [4, 8.5],
  ]);
  assert.equal(jobs(9).length, 8);
  // None ends in ten minutes: a job for each, for they are as long.
  assert.equal(jobs(30).length, 8);
});

test("where splitting saves no time there is one job", () => {
  const plan = compared();
  const { include } = shardMatrix(plan, { ...options, estimateMs: () => 3_600_000 });
  assert.deepEqual(
    include.map(({ label, cells }) => [label, cells]),
    [["all", 8]],
  );
});

test("labels can stand in an artifact's name", () => {
  const labels = (label: string | null) =>
    shardMatrix(fakePlan(), { ...options, shards: 2, label }).include.map((job) => job.label);
  assert.deepEqual(labels(null), ["1-of-2", "2-of-2"]);
  assert.deepEqual(labels("metal"), ["metal-1-of-2", "metal-2-of-2"]);
});

test("a large matrix stays under GitHub's limits", () => {
  const values = Array.from({ length: 5 }, (_, index) => `value${index}`);
  const axes = ["a", "b", "c", "d"].map((flag) => ({ flag, values }));
  const plan = fakePlan({ combinations: combinations(axes, [], []) });
  const matrix = shardMatrix(plan, { ...options, shards: 256 });
  assert.equal(matrix.include.length, 256);
  assert.ok(JSON.stringify(matrix).length < 1_000_000);
});
