import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClientLoad } from "../journal/events.ts";
import { attemptsOf } from "../journal/state.ts";
import { callOf, streamOf, words } from "../testing/calls.ts";
import { fakePlan, fakeRun } from "../testing/fake-run.ts";
import { clientWarnings } from "./client-warnings.ts";
import { derivedWarnings } from "./warnings.ts";

const IDLE: ClientLoad = {
  cpuMs: 30,
  loopDelayMs: 9,
  loopDelayP99Ms: 2,
  loopBusy: 0.02,
  tookMs: 3000,
};

/** A run of which every attempt saw the same, but for the first `count` measured ones of one cell. */
function warningsWith(over: Partial<ClientLoad>, count: number): string[] {
  const { state } = fakeRun(fakePlan());
  for (const [index, cell] of [...state.cells.values()].entries()) {
    for (const [nth, attempt] of attemptsOf(cell, "measure").entries()) {
      attempt.client = index === 1 && nth < count ? { ...IDLE, ...over } : IDLE;
    }
  }
  const id = [...state.cells.keys()][1];
  const warnings = clientWarnings(state);
  for (const { text } of warnings)
    assert.ok(text.includes(`${count} of 6 measured attempts of ${id}`), text);
  return warnings.map(({ code }) => code);
}

test("a tool that waits for the engine is no bottleneck, however slow the engine is", () => {
  assert.deepEqual(warningsWith({}, 6), []);
  assert.deepEqual(warningsWith({ loopDelayMs: 55 }, 6), [], "a hiccup of under 2% of the attempt");
});

test("one busy cell among many idle ones is named", () => {
  assert.deepEqual(warningsWith({ cpuMs: 2700 }, 6), ["client-bottleneck"]);
  assert.deepEqual(warningsWith({ loopDelayMs: 70 }, 6), ["client-late"]);
});

test("where others take the CPU, the event loop tells what the CPU time doesn't", () => {
  assert.deepEqual(warningsWith({ cpuMs: 1300, loopBusy: 0.97 }, 6), ["client-bottleneck"]);
});

test("many delays that are short for the attempt are long for its tokens", () => {
  assert.deepEqual(warningsWith({ loopDelayMs: 55, loopDelayP99Ms: 21 }, 6), ["client-late"]);
});

test("one bad attempt among six leaves the medians as they are, two don't", () => {
  assert.deepEqual(warningsWith({ loopDelayMs: 200 }, 1), []);
  assert.deepEqual(warningsWith({ loopDelayMs: 200 }, 2), ["client-late"]);
});

test("journals of before, which knew less, are judged by what they have", () => {
  const old: ClientLoad = { cpuMs: 2900, loopDelayMs: 100, tookMs: 3000 };
  const { state } = fakeRun(fakePlan());
  for (const cell of state.cells.values()) {
    for (const attempt of attemptsOf(cell, "measure")) attempt.client = old;
  }
  const warnings = clientWarnings(state);
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ["client-late", "client-bottleneck"],
  );
  for (const { text } of warnings) assert.doesNotMatch(text, /event loop|hundred/);
});

test("a run that recorded nothing of this tool warns of nothing", () => {
  assert.deepEqual(clientWarnings(fakeRun(fakePlan()).state), []);
});

test("streams that were read late are counted and named, also one of them", () => {
  const { state } = fakeRun(fakePlan());
  const [cell] = state.cells.values();
  const attempts = cell === undefined ? [] : attemptsOf(cell, "measure");
  for (const attempt of attempts) {
    attempt.calls = [callOf(streamOf({ chunks: words(11, 400, 2) }))];
    attempt.client = IDLE;
  }
  const codes = () => derivedWarnings(state, []).map(({ code }) => code);
  assert.ok(!codes().includes("decode-read-late"));
  const [first] = attempts;
  if (first) first.client = { ...IDLE, loopDelayMs: 10 };
  const told = derivedWarnings(state, []).find(({ code }) => code === "decode-read-late");
  assert.match(told?.text ?? "", /1 of 6 measured attempts of /);
});
