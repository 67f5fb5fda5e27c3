import assert from "node:assert/strict";
import { test } from "node:test";
import type { Exchange } from "../drive/types.ts";
import { exchangeOf, plainOf, type StreamSays, streamOf, words } from "../testing/calls.ts";
import { readCrosscheck } from "./crosscheck.ts";

const TEXT = "w0 w1 w2 w3 w4 ";
const counts = (prompt_tokens: number, completion_tokens: number) => ({
  usage: { prompt_tokens, completion_tokens },
});

/** Five tokens in 100 ms after a TTFT of 50 ms. */
const stream = (over: Partial<StreamSays> = {}) => streamOf({ chunks: words(5, 50, 25), ...over });

/** Durations on the wire are nanoseconds. */
function ollama(content: string, over: object = {}): Exchange {
  const said = {
    message: { role: "assistant", content },
    done: true,
    done_reason: "length",
    prompt_eval_count: 20,
    eval_count: 5,
    prompt_eval_duration: 40e6,
    eval_duration: 80e6,
    ...over,
  };
  return exchangeOf({
    path: "/api/chat",
    stream: false,
    headers: { "content-type": "application/json" },
    segments: [{ tNs: 5e6, bytes: Buffer.from(JSON.stringify(said)) }],
  });
}

const check = (exchanges: Exchange[], loggedPromptTokens: (number | null)[] = []) =>
  readCrosscheck({ exchanges, loggedPromptTokens });

test("routes that agree: each one's counts, and our rates beside the engine's own", () => {
  const agreed = check([stream(), plainOf(TEXT, counts(20, 5)), ollama(TEXT)], [20, 20, null]);
  assert.deepEqual(agreed, {
    promptTokens: { log: 20, stream: null, plain: 20, ollama: 20 },
    outputTokens: { stream: null, chunks: 5, plain: 5, ollama: 5 },
    // 20 / 50 ms, and 20 / 40 ms.
    prefillTokensPerSecond: { ours: 400, engine: 500 },
    // 4 / 100 ms, and 4 / 80 ms: the first token was made by the prefill.
    decodeTokensPerSecond: { ours: 40, engine: 50 },
    disagreements: [],
  });
});

test("counts that differ are named with their routes", () => {
  const { disagreements } = check(
    [stream(counts(21, 5)), plainOf(TEXT, counts(22, 6)), ollama(TEXT, { prompt_eval_count: 21 })],
    [null, 21, 21],
  );
  assert.deepEqual(disagreements, [
    "prompt tokens: 21 by its log, 21 by the stream's usage, 22 by the plain reply, 21 by /api/chat",
    "output tokens: 5 by the stream's usage, 6 by the plain reply, 5 by /api/chat",
  ]);
});

test("chunks are no count: bundles, or an end mark, contradict nothing", () => {
  const bundles = stream({
    chunks: [
      [50, "w0 w1 w2 "],
      [75, "w3 w4 "],
    ],
  });
  const bundled = check([bundles, plainOf(TEXT, counts(20, 5))]);
  assert.deepEqual(bundled.disagreements, []);
  assert.equal(bundled.decodeTokensPerSecond.ours, null, "what the first chunk holds is unknown");
  const ended = stream({ finish: [175, "stop"] });
  const marked = check([ended, plainOf(TEXT, { ...counts(20, 6), finish: "stop" })]);
  // Five more tokens until the finish_reason, 125 ms after the first.
  assert.equal(marked.decodeTokensPerSecond.ours, 40);
  const cutShort = stream({ finish: [175, "length"] });
  assert.equal(check([cutShort, plainOf(TEXT, counts(20, 6))]).decodeTokensPerSecond.ours, null);
});

test("other texts are told, by the routes that differ", () => {
  const plain = plainOf("another", counts(20, 5));
  assert.deepEqual(check([stream(), plain, ollama("another")]).disagreements, [
    "the streamed reply and the plain one have different texts",
  ]);
  assert.deepEqual(check([stream(), plainOf(TEXT), ollama("another")]).disagreements, [
    "the plain reply and the /api/chat one have different texts",
  ]);
});

test("a route that isn't there, fails or breaks off has no counts and contradicts nothing", () => {
  const missing = { ...ollama("not found"), status: 404 };
  const wrong = plainOf("x", counts(99, 99));
  const failed = { ...wrong, status: 500 };
  const words = Buffer.from('{"error":{"message":"no"}}');
  const error = { ...wrong, segments: [{ tNs: 1, bytes: words }] };
  const all = stream(counts(20, 5));
  const broken = { ...all, segments: all.segments.slice(0, 3) };
  const told = [{ tNs: 1, bytes: Buffer.from('data: {"error":"worker died"}\n\n') }];
  const died = { ...all, segments: [...told, ...all.segments] };
  const moved = { ...all, status: 302 };
  const others = [broken, died, moved, failed, error, missing];
  const { disagreements, ...rest } = check(others, [null]);
  assert.deepEqual(disagreements, []);
  for (const figures of Object.values(rest)) {
    assert.ok(
      Object.values(figures).every((figure) => figure === null),
      JSON.stringify(rest),
    );
  }
  assert.deepEqual(check([]).disagreements, []);
});

test("a stream that ends with finish_reason and without [DONE] is whole, as everywhere", () => {
  const all = stream(counts(20, 5));
  const undone = { ...all, segments: all.segments.slice(0, -1) };
  assert.equal(check([undone]).outputTokens.stream, 5);
});

test("the stream's own prompt count gives its prefill rate where nothing else counts", () => {
  const { prefillTokensPerSecond } = check([stream(counts(20, 5)), plainOf(TEXT)]);
  assert.equal(prefillTokensPerSecond.ours, 400);
});

test("a reply of no token, of one, or made in no time has no rate", () => {
  for (const eval_count of [0, 1]) {
    assert.equal(check([ollama("", { eval_count })]).decodeTokensPerSecond.engine, null);
  }
  const instant = check([ollama(TEXT, { prompt_eval_duration: 0, eval_duration: -1 })]);
  assert.equal(instant.prefillTokensPerSecond.engine, null);
  assert.equal(instant.decodeTokensPerSecond.engine, null);
});
