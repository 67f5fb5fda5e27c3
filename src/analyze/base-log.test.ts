import assert from "node:assert/strict";
import { test } from "node:test";
import type { EngineExit } from "../engine/types.ts";
import type { RunState, StartState } from "../journal/state.ts";
import { fakePlan, fakeRun } from "../testing/fake-run.ts";
import { toResult } from "./result.ts";

const context = { renderConfig: () => "", guideCompat: {} };

/** The starts that are given, each with a log, in a run that compares or doesn't. */
function tails(starts: Partial<StartState>[], compares = true): Record<string, number> {
  const { state } = fakeRun(fakePlan());
  const [measured] = state.starts.filter(({ phase }) => phase === "measure");
  assert.ok(measured?.exit);
  const exit: EngineExit = { ...measured.exit, logTail: ["its last line"] };
  const comparison = {
    kind: "variants" as const,
    intended: [],
    thresholds: { default: 0.05 },
    rounds: null,
  };
  const run: RunState = {
    ...state,
    plan: { ...state.plan, comparison: compares ? comparison : null },
    starts: starts.map((over, start) => ({ ...measured, exit, start, ...over })),
  };
  return Object.fromEntries(
    toResult(run, context).starts.map(({ variant, start, end }) => [
      `${variant} ${start}`,
      end?.logTail.length ?? 0,
    ]),
  );
}

const PANICKED: EngineExit = {
  exitCode: 101,
  signal: null,
  by: "itself",
  oomKills: 0,
  peak: null,
  logTail: ["it panicked"],
  limitBytes: null,
};

test("where head died, base's log of the same pair is kept, and of other pairs it isn't", () => {
  const starts: Partial<StartState>[] = [
    { variant: "base", pair: 0 },
    { variant: "head", pair: 0 },
    { variant: "base", pair: 1 },
    { variant: "head", pair: 1, exit: PANICKED },
  ];
  assert.deepEqual(tails(starts), { "base 0": 0, "head 1": 0, "base 2": 1, "head 3": 1 });
});

test("both logs of a pair that was made because head failed are kept, and of the probes", () => {
  const starts: Partial<StartState>[] = [
    { variant: "base", pair: null, phase: "probe" },
    { variant: "base", pair: 0, confirming: true },
    { variant: "head", pair: 0, confirming: true },
  ];
  assert.deepEqual(tails(starts), { "base 0": 1, "base 1": 1, "head 2": 1 });
});

test("where nothing is compared, what ended as asked keeps no log", () => {
  const starts: Partial<StartState>[] = [{ phase: "probe" }, { exit: PANICKED }];
  assert.deepEqual(tails(starts, false), { "head 0": 0, "head 1": 1 });
});
