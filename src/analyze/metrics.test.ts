import assert from "node:assert/strict";
import { test } from "node:test";
import { callOf, exchangeOf, plainOf, type StreamSays, streamOf, words } from "../testing/calls.ts";
import { attemptMetrics, decodeRate, perSecond } from "./metrics.ts";

const TOKENS = { prompt: 50, output: 5, first: 1 };
const call = (says: Partial<StreamSays> = {}, tokens: object = TOKENS) =>
  callOf(streamOf({ chunks: words(5, 100, 25), ...says }), tokens);

test("with a chunk for each token the decode rate is (n - 1) / (last - first)", () => {
  // 4 tokens in 100 ms.
  assert.equal(decodeRate(5, 1, call().trace), 40);
  const metrics = attemptMetrics([call()]);
  assert.equal(metrics.get("decodeTokensPerSecond"), 40);
  assert.equal(metrics.get("tpotMs"), 25);
});

test("tokens up to and with the first chunk belong to prefill", () => {
  // 20 tokens in 5 chunks of which the first holds 8: 12 in 100 ms.
  assert.equal(decodeRate(20, 8, call().trace), 120);
});

test("tokens without text are made until finish_reason, not until the last text", () => {
  const { trace } = call({ finish: [250, "stop"] });
  // 9 after the first, in 150 ms; with a token for each chunk the last text is the end.
  assert.equal(decodeRate(10, 1, trace), 60);
  assert.equal(decodeRate(5, 1, trace), 40);
  // A finish_reason that comes before the last text, or never, moves the end nowhere.
  assert.equal(decodeRate(10, 1, { chunkMs: [100, 200], finishMs: 150 }), 90);
  assert.equal(decodeRate(10, 1, { chunkMs: [100, 200], finishMs: null }), 90);
});

test("without a count, a first count, or time between chunks there is no decode rate", () => {
  const { trace } = call();
  const at = (...chunkMs: number[]) => ({ chunkMs, finishMs: null });
  assert.equal(decodeRate(null, 1, trace), null);
  assert.equal(decodeRate(5, null, trace), null);
  assert.equal(decodeRate(5, 1, at()), null);
  assert.equal(decodeRate(5, 1, at(100)), null);
  assert.equal(decodeRate(5, 1, at(100, 100)), null);
  assert.equal(decodeRate(1, 1, at(100, 200)), null);
  assert.equal(decodeRate(1, 2, at(100, 200)), null);
  const metrics = attemptMetrics([call({}, { output: 5, first: null })]);
  for (const name of ["decodeTokensPerSecond", "tpotMs"] as const) {
    assert.equal(metrics.has(name), false);
  }
});

test("a rate is of some tokens in some time", () => {
  assert.equal(perSecond(50, 100), 500);
  for (const [tokens, ms] of [
    [0, 100],
    [-1, 100],
    [5, 0],
    [5, -1],
    [1e300, 1e-300],
  ] as const) {
    assert.equal(perSecond(tokens, ms), null);
  }
});

test("prefill is prompt tokens by TTFT, without those of a cache", () => {
  assert.equal(attemptMetrics([call()]).get("prefillTokensPerSecond"), 500);
  const usage = { prompt_tokens: 50, prompt_tokens_details: { cached_tokens: 30 } };
  assert.equal(attemptMetrics([call({ usage })]).get("prefillTokensPerSecond"), 200);
  const all = { prompt_tokens: 50, prompt_tokens_details: { cached_tokens: 50 } };
  assert.equal(attemptMetrics([call({ usage: all })]).has("prefillTokensPerSecond"), false);
  assert.equal(attemptMetrics([call({}, {})]).has("prefillTokensPerSecond"), false);
});

test("gaps between chunks have a median and a maximum, and from 100 on a 99th percentile", () => {
  const chunks: [number, string][] = [
    [100, "a"],
    [110, "b"],
    [150, "c"],
    [170, "d"],
  ];
  const few = attemptMetrics([call({ chunks })]);
  assert.equal(few.get("itlMedianMs"), 20);
  assert.equal(few.get("itlMaxMs"), 40);
  assert.equal(few.has("itlP99Ms"), false);
  const gaps = (count: number) =>
    attemptMetrics([
      call({ chunks: [...words(count, 100, 10), [100 + 10 * count + 490, "late"]] }),
    ]);
  assert.equal(gaps(99).has("itlP99Ms"), false);
  // 99 gaps of 10 and one of 500: type 7 gives 10 + 0.01 * 490.
  assert.ok(Math.abs((gaps(100).get("itlP99Ms") ?? 0) - 14.9) < 1e-9);
  const one = attemptMetrics([call({ chunks: words(1, 100, 0) })]);
  assert.equal(one.has("itlMedianMs"), false);
  assert.equal(one.get("ttftMs"), 100);
});

test("in an open loop latencies count from when the request was due, gaps and rates don't", () => {
  const says = { sentMs: 530, totalMs: 300, chunks: words(5, 100, 25) };
  const late = attemptMetrics([call({ ...says, dueMs: 500, turn: 0 })]);
  const punctual = attemptMetrics([call(says)]);
  assert.equal(late.get("sendLagMs"), 30);
  assert.equal(punctual.has("sendLagMs"), false);
  for (const name of ["firstEventMs", "ttftMs", "ttfoMs", "e2eMs", "totalMs", "turnMs"] as const) {
    assert.equal(late.get(name), (punctual.get(name) ?? 0) + 30, name);
  }
  for (const name of ["decodeTokensPerSecond", "tpotMs", "itlMedianMs", "itlMaxMs"] as const) {
    assert.equal(late.get(name), punctual.get(name), name);
  }
});

test("a tool call costs what the turn takes beyond its first reply, by call", () => {
  const turn = (dueMs?: number) =>
    [0, 400, 1000].map((sentMs) =>
      call({
        sentMs: 100 + sentMs,
        totalMs: 300,
        ...(dueMs === undefined ? {} : { dueMs, turn: 0 }),
      }),
    );
  const metrics = attemptMetrics(turn());
  assert.equal(metrics.get("turnMs"), 1300);
  assert.equal(metrics.get("toolCallMs"), 500);
  // What a late start costs is in the turn, and in no tool call.
  const late = attemptMetrics(turn(60));
  assert.equal(late.get("turnMs"), 1340);
  assert.equal(late.get("toolCallMs"), 500);
  assert.equal(attemptMetrics([call()]).has("toolCallMs"), false);
});

test("the repeated prompt's TTFT is that of the second call", () => {
  const second = call({ sentMs: 400, chunks: words(5, 30, 25) });
  const metrics = attemptMetrics([call(), second, call({ sentMs: 800 })]);
  assert.equal(metrics.get("repeatTtftMs"), 30);
  assert.equal(metrics.get("ttftMs"), 100, "request figures are those of the first");
});

test("a reply without streaming has an end, and neither TTFT nor rates", () => {
  const plain = callOf(plainOf("Hi", { usage: { prompt_tokens: 5, completion_tokens: 2 } }), {
    ...TOKENS,
  });
  assert.deepEqual(Object.fromEntries(attemptMetrics([plain])), {
    firstEventMs: 5,
    e2eMs: 5,
    totalMs: 5,
    turnMs: 5,
  });
});

test("a stream that broke has no total and no turn", () => {
  const end = { kind: "reset", tNs: 2e9, error: "other side closed" } as const;
  const broken = callOf({ ...streamOf({ chunks: words(5, 100, 25) }), end }, TOKENS);
  const metrics = attemptMetrics([broken]);
  assert.equal(metrics.get("ttftMs"), 100);
  for (const name of ["totalMs", "turnMs"] as const) assert.equal(metrics.has(name), false);
  assert.deepEqual(attemptMetrics([]), new Map());
});

test("setting up a connection is measured apart, where one was set up", () => {
  const connected = callOf(exchangeOf({ connectMs: 3 }));
  assert.equal(attemptMetrics([connected]).get("connectMs"), 3);
  assert.equal(attemptMetrics([call()]).has("connectMs"), false);
});
