import assert from "node:assert/strict";
import { test } from "node:test";
import type { Exchange } from "../drive/types.ts";
import type { Attempt, CellState } from "../journal/state.ts";
import { callOf, plainOf, type StreamSays, streamOf, words } from "../testing/calls.ts";
import { calibrationOf, judgeLost, nextQuestion, twinsOf } from "./knowledge.ts";

const WHOLE = "w0 w1 w2 w3 w4 ";
const counted = { usage: { prompt_tokens: 9, completion_tokens: 5 } };

function attempt(exchanges: Exchange[], over: Partial<Attempt> = {}): Attempt {
  return {
    phase: "probe",
    start: 0,
    round: 0,
    variation: 0,
    limit: null,
    finding: { kind: "pass", evidence: null },
    calls: exchanges.map((exchange) => callOf(exchange)),
    requestDigest: "same",
    peak: null,
    peakVramBytes: null,
    span: null,
    client: null,
    turns: null,
    ...over,
  };
}

const stream = (over: Partial<StreamSays> = {}) =>
  streamOf({ chunks: words(5, 50, 10), maxTokens: 5, ...over });
const probe = (over: Partial<Attempt> = {}, says: Partial<StreamSays> = {}) =>
  attempt([stream(says)], over);
const plain = (over: Partial<Attempt> = {}) =>
  attempt([plainOf(WHOLE, { ...counted, maxTokens: 5 })], { phase: "calibrate", ...over });
const failed = { kind: "http-error", evidence: "HTTP 400: no" } as const;
const lossy = { chunks: words(5, 50, 10).filter((_, index) => index !== 2) };

function cell(id: string, attempts: Attempt[], variant = "head"): CellState {
  const load = { kind: "closed", concurrency: 1 } as const;
  return {
    spec: { id, variant, scenario: "chat", compat: {}, load, applicable: true },
    attempts,
  };
}

const ids = (cells: CellState[]) => cells.map(({ spec }) => spec.id);

test("twins are the cells of the same variant that send the same bytes", () => {
  const a = cell("a", [probe()]);
  const cells = [
    a,
    cell("b", [probe({ finding: failed, requestDigest: "cut off" }), probe()]),
    cell("other bytes", [probe({ requestDigest: "other" })]),
    cell("other variant", [probe()], "base"),
    cell("never answered", [probe({ finding: failed })]),
    cell("answered, with a call as text", [
      probe({ finding: { kind: "tool-call-as-text", evidence: "{}" } }),
    ]),
  ];
  assert.deepEqual(ids(twinsOf(cells, a)), ["a", "b", "answered, with a call as text"]);
  const alone = cells[4];
  assert.ok(alone);
  assert.deepEqual(ids(twinsOf(cells, alone)), ["never answered"]);
});

test("a twin's plain reply counts for all of them", () => {
  const a = cell("a", [probe()]);
  const b = cell("b", [probe(), plain()]);
  assert.deepEqual(calibrationOf([a, b], a).plain, [
    {
      variation: 0,
      limit: null,
      calls: [
        { promptTokens: 9, outputTokens: 5, maxTokens: 5, reply: WHOLE, finishReason: "length" },
      ],
    },
  ]);
  assert.equal(nextQuestion([a, b], a), null);
  assert.deepEqual(nextQuestion([a], a), { variation: 0, limit: null });
});

test("a plain request that failed is not asked again, and taught nothing", () => {
  const a = cell("a", [probe(), plain({ finding: failed })]);
  assert.deepEqual(calibrationOf([a], a).plain, [{ variation: 0, limit: null, calls: [] }]);
  assert.equal(nextQuestion([a], a), null);
  // One without text is an answer: so many tokens have none.
  const b = cell("b", [plain({ finding: { kind: "empty-reply", evidence: null } })]);
  assert.equal(calibrationOf([b], b).plain[0]?.calls.length, 1);
});

test("of each prompt one stream is kept; warm-ups and failures teach nothing", () => {
  const measured = (variation: number, over: Partial<Attempt> = {}) =>
    probe({ phase: "measure", variation, ...over });
  const a = cell("a", [
    probe(),
    probe({}, { chunks: words(3, 50, 10) }),
    measured(1, { phase: "warmup" }),
    measured(2, { finding: failed }),
    measured(3),
  ]);
  assert.deepEqual(
    calibrationOf([a], a).streamed.map(({ variation, calls }) => [variation, calls[0]?.chunks]),
    [
      [0, 5],
      [3, 5],
    ],
  );
});

test("prompts are asked for in the order in which they were sent, each only where it is open", () => {
  // A reply that ends by itself: of the first prompt an end mark is learned, not for bundles.
  const ended = (count: number): Partial<StreamSays> => ({
    chunks: words(count, 50, 10),
    finish: [120, "stop"],
  });
  const a = cell("a", [
    probe({}, ended(5)),
    probe({ phase: "measure", variation: 2 }, ended(4)),
    probe({ phase: "measure", variation: 3 }, ended(3)),
  ]);
  assert.deepEqual(nextQuestion([a], a), { variation: 0, limit: null });
  const answer = (content: string, completion_tokens: number, variation: number) =>
    attempt([plainOf(content, { usage: { completion_tokens }, finish: "stop" })], {
      phase: "calibrate",
      variation,
    });
  const learned = { ...a, attempts: [...a.attempts, answer(WHOLE, 6, 0)] };
  assert.equal(nextQuestion([learned], learned), null);
  const other = { ...a, attempts: [...a.attempts, answer("another reply", 6, 0)] };
  assert.deepEqual(nextQuestion([other], other), { variation: 2, limit: null });
});

test("of a burst only the first turn is asked about", () => {
  const turns = [0, 1, 2].map((turn) => stream({ turn, usage: { completion_tokens: 5 } }));
  const bundled = stream({ turn: 1, chunks: [[50, WHOLE]], usage: { completion_tokens: 5 } });
  const a = cell("a", [attempt([...turns.slice(0, 1), bundled])]);
  assert.equal(nextQuestion([a], a), null);
  const first = cell("b", [attempt([{ ...bundled, turn: 0 }, ...turns.slice(1)])]);
  assert.deepEqual(nextQuestion([first], first), { variation: 0, limit: null });
});

test("a stream that lost tokens is no pass, in whichever cell and whenever the reply was known", () => {
  const a = cell("a", [probe(), probe({}, lossy), probe({ phase: "measure" }, lossy)]);
  const b = cell("b", [probe({}, lossy), plain()]);
  judgeLost([a, b], a);
  assert.deepEqual(
    [...a.attempts, ...b.attempts].map(({ finding }) => finding.kind),
    ["pass", "tokens-lost", "tokens-lost", "tokens-lost", "pass"],
  );
  assert.match(a.attempts[1]?.finding.evidence ?? "", /^4 chunks/);
});

test("where this tool was late to read, lost tokens are its own fault", () => {
  const lagged = (loopDelayMs: number) =>
    probe({ client: { cpuMs: 1, loopDelayMs, tookMs: 1000 } }, lossy);
  const a = cell("a", [lagged(49), lagged(50), plain()]);
  judgeLost([a], a);
  assert.deepEqual(
    a.attempts.map(({ finding }) => finding.kind),
    ["tokens-lost", "client-lagged", "pass"],
  );
});

test("another failure keeps its name, and without a plain reply nothing is judged", () => {
  const a = cell("a", [probe({ finding: failed }, lossy), probe(), plain()]);
  judgeLost([a], a);
  assert.equal(a.attempts[0]?.finding.kind, "http-error");
  const b = cell("b", [probe({}, lossy)]);
  judgeLost([b], b);
  assert.equal(b.attempts[0]?.finding.kind, "pass");
});
