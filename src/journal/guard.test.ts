import assert from "node:assert/strict";
import { test } from "node:test";
import { toResult } from "../analyze/result.ts";
import { fakePlan, fakeRun } from "../testing/fake-run.ts";
import type { JournalEntry } from "./events.ts";
import { fold } from "./fold.ts";

const context = { renderConfig: () => "", guideCompat: {} };
const means = { cgroup: 1, why: null, oomScoreAdj: 500, watchdogBytes: 9 } as const;

/** A whole run's journal, with what a real engine's has besides. */
function entries(): JournalEntry[] {
  return fakeRun(fakePlan()).entries.flatMap((entry): JournalEntry[] => {
    const { seq, tMs } = entry;
    if (entry.type === "start-ready") return [{ ...entry, portsTaken: 1 }];
    if (entry.type !== "start-begun") return [entry];
    const { variant, start } = entry;
    const spawned = { variant, start, pid: 7, startTime: "1", workDir: "w", guard: means };
    const lock = { type: "lock-taken", waitedMs: 3, holder: 4, seq, tMs } as const;
    return [
      ...(start === 0 ? [lock] : []),
      entry,
      { type: "engine-spawned", ...spawned, seq, tMs },
    ];
  });
}

test("guard, wait and taken ports reach the result", () => {
  const state = fold(entries());
  assert.ok(state !== null);
  const result = toResult(state, context);
  assert.deepEqual(result.guard, { limitBytes: null, ...means });
  assert.equal(result.lockWaitMs, 3);
  assert.deepEqual(
    result.starts.map((start) => start.portsTaken),
    result.starts.map(() => 1),
  );
  assert.ok(
    state.busy.some(([from, to]) => to - from === 3),
    "the wait is not this tool's overhead",
  );
});

test("a journal of an older version says nothing of them", () => {
  const state = fold(fakeRun(fakePlan()).entries);
  assert.ok(state !== null);
  const { guard, lockWaitMs, memorySampling, starts } = toResult(state, context);
  assert.deepEqual([guard, lockWaitMs, memorySampling], [null, null, null]);
  assert.ok(starts.every((start) => start.portsTaken === 0 && start.failure === null));
});
