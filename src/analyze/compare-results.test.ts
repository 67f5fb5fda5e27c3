import assert from "node:assert/strict";
import { test } from "node:test";
import type { Result } from "../result.ts";
import { failingCell, sampleCell } from "../testing/github/result.ts";
import { metricOf, runOf } from "../testing/history.ts";
import { compareResults } from "./compare-results.ts";
import { pairsOf } from "./pairs.ts";

const base = runOf(1000);

function withEngine(over: object): Partial<Result> {
  const [head] = base.variants;
  assert.ok(head !== undefined);
  return { variants: [{ ...head, engine: { ...head.engine, ...over } }] };
}

test("another version of the engine is what is tested: figures, ratios, and no more than inconclusive", () => {
  const head = runOf(1100, withEngine({ version: "2", sha256: "b".repeat(64) }));
  const compared = compareResults(base, head);
  assert.deepEqual(
    compared.tested.map(({ what }) => what),
    ["engine version", "engine SHA-256"],
  );
  assert.deepEqual(compared.differs, []);
  assert.equal(compared.withheld, null);
  assert.equal(compared.verdict, "inconclusive");
  assert.match(compared.because, /^Two separate runs/);
  const turn = compared.metrics.find(({ metric }) => metric === "turnMs");
  assert.deepEqual(
    [turn?.base, turn?.head, turn?.primary, turn?.mayBeNoise],
    [1000, 1100, true, false],
  );
  assert.ok(Math.abs((turn?.ratio ?? 0) - 1.1) < 1e-12);
});

test("something else differs: no verdict, and which; unless it was meant to", () => {
  const environment = { ...base.environment, fingerprint: "g", memoryBytes: 8 * 2 ** 30 };
  const plan = { ...base.plan, maxTokens: 16 };
  const head = runOf(1100, { environment, plan });
  const compared = compareResults(base, head);
  assert.equal(compared.verdict, null);
  assert.match(compared.withheld ?? "", /differ in .*: machine: memory, starts, rounds and length/);
  const meant = compareResults(base, head, ["machine", "amount"]);
  assert.equal(meant.verdict, "inconclusive");
  assert.ok(meant.differs.length === 2 && meant.differs.every(({ intended }) => intended));
  assert.equal(compareResults(base, head, ["machine"]).verdict, null);
});

test("another recommended combination comes of the figures: cells are compared with their like", () => {
  assert.ok(base.recommendation !== null);
  const compat = { requiresStringContent: false };
  const other = sampleCell({ compat, metrics: { turnMs: metricOf([[900], [910]]) } });
  const recommendation = { ...base.recommendation, compat };
  const head = runOf(1100, { cells: [other, ...runOf(1100).cells], recommendation });
  const compared = compareResults(base, head);
  assert.equal(compared.withheld, null);
  assert.deepEqual(
    compared.tested.map(({ what }) => what),
    ["recommended combination"],
  );
  assert.equal(compared.metrics.find(({ metric }) => metric === "turnMs")?.head, 1100);
});

test("starts that overlap, and single ones, may be noise", () => {
  const run = (starts: number[][]) =>
    runOf(1, { cells: [sampleCell({ metrics: { turnMs: metricOf(starts) } })] });
  const noise = (one: number[][], two: number[][]) =>
    compareResults(run(one), run(two)).metrics[0]?.mayBeNoise;
  assert.equal(noise([[100], [110]], [[105], [120]]), true);
  assert.equal(noise([[100], [110]], [[111], [120]]), false);
  assert.equal(noise([[100]], [[200]]), true);
});

test("what fails on one side is an outcome, and its figures are unknown there", () => {
  const failed = { ...failingCell("agent-turn", "out-of-memory", "killed") };
  const head = runOf(1, { cells: [{ ...failed, compat: { requiresStringContent: true } }] });
  const { outcomes, metrics } = compareResults(base, head);
  assert.deepEqual(outcomes, [
    { cell: "agent-turn [requiresStringContent=true]", base: "pass", head: "out-of-memory" },
  ]);
  assert.ok(metrics.every(({ head: value, ratio }) => value === null && ratio === null));
});

test("a run of one variant has no pairs", () => {
  assert.equal(pairsOf(base), null);
});
