import assert from "node:assert/strict";
import { test } from "node:test";
import type { Attempt, RunState } from "../journal/state.ts";
import { fakePlan, fakeRun } from "../testing/fake-run.ts";
import { overheadOf } from "./overhead.ts";

/** A run with these stretches at work, and measured attempts that took so long. */
function stateOf(
  busy: [number, number][],
  elapsedMs: number,
  spans: (Attempt["span"] | "probe")[] = [],
): RunState {
  const { state } = fakeRun(fakePlan());
  const [cell] = state.cells.values();
  const [attempt] = cell?.attempts ?? [];
  assert.ok(cell && attempt);
  for (const each of state.cells.values()) each.attempts = [];
  cell.attempts = spans.map((span) =>
    span === "probe"
      ? { ...attempt, phase: "probe", span: [0, elapsedMs] }
      : { ...attempt, phase: "measure", span },
  );
  return { ...state, busy, elapsedMs };
}

test("what neither engine nor requests were at is idle, of the whole run", () => {
  assert.deepEqual(
    overheadOf(
      stateOf(
        [
          [100, 500],
          [600, 900],
        ],
        1000,
      ),
    ),
    {
      wallMs: 1000,
      idleMs: 300,
      share: 0.3,
      measuring: null,
    },
  );
});

test("requests that were in flight together count once", () => {
  const burst: [number, number][] = [
    [500, 700],
    [100, 400],
    [150, 200],
    [300, 550],
    [700, 800],
  ];
  const overhead = overheadOf(stateOf(burst, 1000));
  assert.equal(overhead?.idleMs, 300);
});

test("the measuring part is from the first measured request to the end of the last", () => {
  const busy: [number, number][] = [
    [0, 300],
    [350, 500],
    [550, 700],
    [900, 1000],
  ];
  const state = stateOf(busy, 1000, ["probe", [550, 700], null, [350, 500]]);
  const overhead = overheadOf(state);
  assert.deepEqual(overhead?.measuring, { wallMs: 350, idleMs: 50, share: 50 / 350 });
  assert.equal(overhead?.idleMs, 300);
});

test("what was in flight beyond the measured part doesn't count within it", () => {
  const overhead = overheadOf(stateOf([[0, 1000]], 1000, [[200, 400]]));
  assert.deepEqual(overhead?.measuring, { wallMs: 200, idleMs: 0, share: 0 });
});

test("a journal that knows of engine starts only gives none", () => {
  const { state } = fakeRun(fakePlan());
  assert.ok(state.busy.length > 0);
  assert.equal(overheadOf(state), null);
});

test("a journal that never recorded it gives none, and no time gives no share", () => {
  assert.equal(overheadOf(stateOf([], 1000)), null);
  assert.deepEqual(overheadOf(stateOf([[0, 0]], 0)), {
    wallMs: 0,
    idleMs: 0,
    share: 0,
    measuring: null,
  });
});
