import assert from "node:assert/strict";
import { test } from "node:test";
import { fold } from "../journal/fold.ts";
import { renderLive } from "../report/live.ts";
import { fakeComparison, fakeRun } from "../testing/fake-run.ts";
import { next } from "./next.ts";
import { toProgress } from "./progress.ts";

test("of two variants it is always told whose turn it is, and which pair", () => {
  const judge = () => ({ settled: false, confirm: [] });
  const { entries } = fakeRun(fakeComparison(), undefined, 8000, undefined, { judge });
  const at = entries.findIndex((each) => each.type === "attempt" && each.phase === "measure");
  const state = fold(entries.slice(0, at)) ?? assert.fail();
  const step = next(state, judge);
  assert.equal(step.kind, "measure");
  if (step.kind !== "measure") return;
  const cell = step.cells[0] ?? "";
  const progress = toProgress(state, step, { running: cell, finished: null });
  assert.match(progress.doing, new RegExp(`^${step.variant}: (chat|agent-turn) `));
  assert.deepEqual(progress.start, { number: 1, of: 8, kind: "measure" });
  assert.deepEqual(progress.round, { number: 1, of: 3 });
  const [head] = renderLive(progress, { columns: 120, rows: 20, color: false });
  assert.match(head ?? "", /(base|head) · pair 1 of 8, next look at 8 · round 1 of 3/);
  assert.ok(progress.cells.some(({ scenario }) => scenario === "base: chat"));
});
