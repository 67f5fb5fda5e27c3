import assert from "node:assert/strict";
import { test } from "node:test";
import type { Attempt, RunState } from "../journal/state.ts";
import { callOf, plainOf, type StreamSays, streamOf, words } from "../testing/calls.ts";
import { fakePlan, fakeRun } from "../testing/fake-run.ts";
import type { Crosscheck } from "./crosscheck.ts";
import { toResult } from "./result.ts";

const context = { renderConfig: () => "{}", guideCompat: { requiresStringContent: true } };

/** A whole run of one cell of which every streamed attempt got these replies, and every plain one that. */
function stateWith(streams: StreamSays[], plain: ReturnType<typeof plainOf> | null): RunState {
  const { state } = fakeRun(
    fakePlan({ combinations: [{}], scenarios: fakePlan().scenarios.slice(0, 1) }),
  );
  for (const cell of state.cells.values()) {
    cell.attempts = cell.attempts.flatMap((attempt): Attempt[] => {
      if (attempt.phase !== "calibrate") {
        return [{ ...attempt, calls: streams.map((says) => callOf(streamOf(says))) }];
      }
      return plain === null ? [] : [{ ...attempt, calls: [callOf(plain)] }];
    });
  }
  return state;
}

const warningsOf = (state: RunState) =>
  Object.fromEntries(toResult(state, context).warnings.map(({ code, text }) => [code, text]));
const codes = (state: RunState) => Object.keys(warningsOf(state));

const five: StreamSays = { chunks: words(5, 50, 10) };
const stopped: StreamSays = { ...five, finish: [100, "stop"] };
const usage = { prompt_tokens: 12, completion_tokens: 5 };
const WHOLE = "w0 w1 w2 w3 w4 ";

test("counts that are sure need no warning", () => {
  assert.deepEqual(codes(stateWith([{ ...five, usage }], null)), []);
  assert.deepEqual(codes(stateWith([stopped], plainOf(WHOLE, { usage, finish: "stop" }))), []);
});

test("a server that counts nowhere: chunks are named as such, and there are no tokens/s", () => {
  const state = stateWith([stopped], plainOf(WHOLE, { finish: "stop" }));
  const warnings = warningsOf(state);
  assert.deepEqual(Object.keys(warnings), ["tokens-by-chunks"]);
  assert.match(warnings["tokens-by-chunks"] ?? "", /head\/chat/);
  const [cell] = toResult(state, context).cells;
  assert.deepEqual([cell?.tokens.output, cell?.tokens.outputSource], [5, "chunks"]);
  assert.equal(cell?.metrics.decodeTokensPerSecond, undefined);
});

test("a reply that can't be told from another one has no count, and says so", () => {
  const other = plainOf("another reply", { usage, finish: "stop" });
  const warnings = warningsOf(stateWith([stopped], other));
  assert.deepEqual(Object.keys(warnings), ["tokens-unknown"]);
});

test("a count without a rate says why", () => {
  const bundles: StreamSays = {
    chunks: [
      [50, "w0 w1 w2 "],
      [80, "w3 w4 "],
    ],
    usage,
  };
  assert.deepEqual(codes(stateWith([bundles], plainOf(WHOLE, { usage }))), ["decode-unknown"]);
  const one: StreamSays = { chunks: [[50, "w0"]], usage: { ...usage, completion_tokens: 1 } };
  assert.deepEqual(codes(stateWith([one], null)), [], "a reply of one token has no rate to miss");
});

test("a prompt that came from a cache for its most part is told", () => {
  const cached = (cached_tokens: number): StreamSays => ({
    ...five,
    usage: { ...usage, prompt_tokens_details: { cached_tokens } },
  });
  assert.deepEqual(codes(stateWith([cached(7)], null)), ["prompt-cached"]);
  assert.deepEqual(codes(stateWith([cached(6)], null)), []);
});

test("routes that don't agree are told, with the variant and what it is", () => {
  const unknown = { ours: null, engine: null };
  const none = { stream: null, plain: null, ollama: null };
  const crosscheck: Crosscheck = {
    promptTokens: { ...none, log: null },
    outputTokens: { ...none, chunks: null },
    prefillTokensPerSecond: unknown,
    decodeTokensPerSecond: unknown,
    disagreements: ["prompt tokens: 12 by its log, 13 by the plain reply"],
  };
  const state = stateWith([{ ...five, usage }], null);
  const variant = state.variants.get("head");
  assert.ok(variant);
  variant.crosscheck = { ...crosscheck, disagreements: [] };
  assert.deepEqual(codes(state), []);
  variant.crosscheck = crosscheck;
  const text = warningsOf(state)["counts-disagree"] ?? "";
  assert.match(text, /^head: .*: prompt tokens: 12 by its log, 13 by the plain reply\.$/);
});

test("requests of an open loop that were sent late are counted, with the worst", () => {
  const sent = (...lateMs: number[]) =>
    stateWith(
      lateMs.map((ms, turn) => ({
        ...five,
        usage,
        turn,
        dueMs: 100 * turn,
        sentMs: 100 * turn + ms,
      })),
      null,
    );
  assert.deepEqual(codes(sent(0, 5, 1, 2)), [], "5 ms is not yet late");
  // Six measured attempts of four turns.
  const text = warningsOf(sent(0, 6, 31, 2))["sent-late"] ?? "";
  assert.match(text, /^12 of 24 requests .* by up to 31 ms/);
  const few = Array.from({ length: 20 }, (_, turn) => (turn === 0 ? 40 : 0));
  assert.deepEqual(codes(sent(...few)), [], "one in twenty");
});

test("a turn's later requests wait for its first ones: they are not late for that", () => {
  const turn = [0, 500].map((sentMs) => ({ ...five, usage, turn: 0, dueMs: 0, sentMs }));
  assert.deepEqual(codes(stateWith(turn, null)), []);
});
