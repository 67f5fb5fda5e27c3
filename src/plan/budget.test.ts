import assert from "node:assert/strict";
import { test } from "node:test";
import { overheadOf } from "../analyze/overhead.ts";
import { toResult } from "../analyze/result.ts";
import type { JournalEntry, JournalEvent } from "../journal/events.ts";
import { fold } from "../journal/fold.ts";
import { resultSchema } from "../result.ts";
import { fakePlan, fakeRun } from "../testing/fake-run.ts";
import { UNKNOWN_MOMENT } from "../testing/moment.ts";
import { isOverBudget } from "./budget.ts";

const context = { renderConfig: () => "{}", guideCompat: {} };
const [begun, provisioned] = fakeRun(fakePlan({ timeBudgetMs: 1000 })).entries;
const moment = { ...UNKNOWN_MOMENT, load1: 0 };

/** A journal with these events at these times. */
function stateAt(...events: [number, JournalEvent][]) {
  assert.ok(begun);
  const entries = events.map(([tMs, event], index) => ({ ...event, seq: index + 1, tMs }));
  const state = fold([{ ...begun, seq: 0, tMs: 0 }, ...(entries as JournalEntry[])]);
  assert.ok(state);
  return state;
}

function fetched(): JournalEvent {
  assert.ok(provisioned?.type === "provisioned");
  return structuredClone(provisioned);
}

const warned: JournalEvent = { type: "warning", warning: { code: "c", text: "on the way" } };
const waited: JournalEvent = { type: "lock-taken", waitedMs: 30_000, holder: 7 };
const start = { variant: "head", start: 0, phase: "probe" } as const;
const starting: JournalEvent = { type: "start-begun", ...start };

test("neither the download nor the wait for another run takes of the time for measuring", () => {
  const until = [
    [40_000, warned],
    [90_000, fetched()],
    [120_000, waited],
  ] as [number, JournalEvent][];
  const state = stateAt(...until, [120_900, starting]);
  assert.equal(state.provisionMs, 90_000);
  assert.equal(isOverBudget(state), false);
  assert.equal(isOverBudget(stateAt(...until, [121_100, starting])), true);
});

test("journals that read the machine before the download count from there", () => {
  const first: [number, JournalEvent] = [500, { type: "moment", at: "start", moment }];
  const state = stateAt(first, [90_000, fetched()]);
  assert.equal(state.provisionMs, 89_500);
  assert.deepEqual(state.busy, [[500, 90_000]]);
});

test("looking at the machine takes nothing of it, whether before the download or after it", () => {
  const looked: JournalEvent = { type: "moment", at: "start", moment, tookMs: 5000 };
  const after = [
    [10, fetched()],
    [5010, looked],
  ] as [number, JournalEvent][];
  assert.equal(isOverBudget(stateAt(...after, [6000, starting])), false);
  assert.equal(isOverBudget(stateAt(...after, [6020, starting])), true);
  const before = [
    [5000, looked],
    [5010, fetched()],
  ] as [number, JournalEvent][];
  assert.equal(isOverBudget(stateAt(...before, [6000, starting])), false);
  assert.equal(isOverBudget(stateAt(...before, [6020, starting])), true);
});

test("a budget doesn't end while it is found out what has to be fetched", () => {
  assert.equal(isOverBudget(stateAt([40_000, warned])), false);
  assert.equal(isOverBudget(stateAt([40_000, warned], [90_000, fetched()])), false);
});

test("a lock that isn't had is no provisioning, though told by the same event", () => {
  const failed: JournalEvent = { type: "provision-failed", variant: "head", message: "taken" };
  const state = stateAt([10, fetched()], [600_000, failed]);
  assert.equal(state.provisionMs, 10);
});

test("the download is not idle time", () => {
  const state = stateAt([90_000, fetched()], [90_000, { type: "run-ended" }]);
  assert.equal(overheadOf(state)?.idleMs, 0);
});

test("a budget that ends before anything is asked is no run that went well", () => {
  const state = stateAt(
    [10, fetched()],
    [20, starting],
    [5000, { type: "stopped", reason: "time-budget" }],
    [5001, { type: "run-ended" }],
  );
  const result = resultSchema.parse(toResult(state, context));
  assert.equal(result.exitReason, "setup-failed");
  assert.match(result.exitDetail ?? "", /--time-budget: got "1"; .*larger --time-budget/);
});
