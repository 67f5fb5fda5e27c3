import assert from "node:assert/strict";
import { test } from "node:test";
import { callOf, type StreamSays, streamOf, words } from "../testing/calls.ts";
import { metricsOfAttempt, queuesOf, turnsIn } from "./burst.ts";
import type { CallTokens } from "./metrics.ts";

const TOKENS = { prompt: 50, output: 5, first: 1 };

/** A turn of five chunks, 10 ms apart, the first so long after it was sent. */
const turn = (
  index: number,
  firstMs: number,
  over: Partial<StreamSays> = {},
  tokens: Partial<CallTokens> = {},
) =>
  callOf(streamOf({ chunks: words(5, firstMs, 10), turn: index, ...over }), {
    ...TOKENS,
    ...tokens,
  });

const queues = (...calls: ReturnType<typeof turn>[]) => queuesOf(turnsIn(calls));

test("an engine that serves one request at a time: what it did before ours is the queue", () => {
  const calls = [turn(0, 100), turn(1, 240), turn(2, 380)];
  assert.deepEqual(queues(...calls), [0, 140, 280]);
  const each = metricsOfAttempt(calls);
  assert.deepEqual(
    each.map((metrics) => metrics.get("queueMs")),
    [0, 140, 280, undefined],
  );
  // 50 tokens in 100 ms each: the wait is no prefill.
  for (const metrics of each.slice(0, 3)) assert.equal(metrics.get("prefillTokensPerSecond"), 500);
  assert.deepEqual(
    each.slice(0, 3).map((metrics) => metrics.get("ttftMs")),
    [100, 240, 380],
  );
});

test("a request that is sent when the engine is free has no queue", () => {
  assert.deepEqual(queues(turn(0, 100), turn(1, 100, { sentMs: 200 })), [0, 0]);
  assert.deepEqual(queues(turn(0, 100), turn(1, 150, { sentMs: 90 })), [0, 50]);
});

test("the engine is at work on others until their finish_reason, not only until their last text", () => {
  const late = turn(0, 100, { finish: [170, "stop"] });
  assert.deepEqual(queues(late, turn(1, 240)), [0, 170]);
});

test("streams that touch follow each other; streams that overlap tell nothing", () => {
  assert.deepEqual(queues(turn(0, 100), turn(1, 140)), [0, 140]);
  const overlapping = [turn(0, 100), turn(1, 139)];
  assert.equal(queues(...overlapping), null);
  for (const metrics of metricsOfAttempt(overlapping)) {
    assert.equal(metrics.has("queueMs"), false);
    assert.equal(metrics.has("prefillTokensPerSecond"), false);
  }
});

test("one stream of many that overlaps another leaves all queues unknown", () => {
  assert.equal(queues(turn(0, 100), turn(1, 600), turn(2, 380), turn(3, 610)), null);
});

test("replies of one chunk can't overlap, so they tell nothing", () => {
  const one = (index: number, firstMs: number) =>
    turn(index, firstMs, { chunks: [[firstMs, "w"]] });
  assert.equal(queues(one(0, 100), one(1, 101)), null);
  assert.deepEqual(queues(turn(0, 100), one(1, 240)), [0, 140]);
});

test("a turn that never streamed a token leaves all queues unknown", () => {
  assert.equal(queues(turn(0, 100), turn(1, 240, { chunks: [] })), null);
});

test("later calls of another turn keep the engine busy too", () => {
  const again = callOf(streamOf({ chunks: words(5, 100, 10), turn: 0, sentMs: 140 }), TOKENS);
  assert.deepEqual(queues(turn(0, 100), again, turn(1, 400)), [0, 280]);
});

test("the engine's own prefill tells the queue, also of streams that overlap", () => {
  const told = (index: number, firstMs: number, prompt_ms: number) =>
    turn(index, firstMs, { timings: { prompt_ms } });
  const calls = [told(0, 100, 100), told(1, 105, 60)];
  assert.deepEqual(queues(...calls), [0, 45]);
  const [, second] = metricsOfAttempt(calls);
  assert.equal(second?.get("prefillTokensPerSecond"), 50 / 0.06);
  // Clocks differ: a prefill that is longer than the TTFT is no queue of less than nothing.
  assert.deepEqual(queues(told(0, 100, 130), told(1, 105, 60)), [0, 45]);
  // One that says nothing: back to what can be seen, and that tells nothing here.
  assert.equal(queues(told(0, 100, 100), turn(1, 105)), null);
});

test("prompt tokens that came from a cache were not prefilled", () => {
  const usage = { prompt_tokens: 50, prompt_tokens_details: { cached_tokens: 40 } };
  const [first, second] = metricsOfAttempt([turn(0, 100), turn(1, 240, { usage })]);
  assert.equal(first?.get("prefillTokensPerSecond"), 500);
  assert.equal(second?.get("prefillTokensPerSecond"), 100);
});

test("throughput counts all turns, from the first request to the last byte", () => {
  const calls = [
    turn(0, 100, { sentMs: 50 }),
    turn(1, 240, { sentMs: 20, totalMs: 1020 }),
    turn(2, 100, { sentMs: 500 }),
  ];
  const whole = metricsOfAttempt(calls).at(-1);
  // From 20 ms to 1040 ms.
  assert.equal(whole?.get("throughputTokensPerSecond"), 15 / 1.02);
  assert.equal(whole?.get("requestsPerSecond"), 3 / 1.02);
});

test("a count that is unknown, or is of chunks, leaves the throughput unknown", () => {
  const odd = [{ output: null }, { output: 5, outputSource: "chunks" as const }];
  for (const tokens of odd) {
    const whole = metricsOfAttempt([turn(0, 100), turn(1, 240, {}, tokens)]).at(-1);
    assert.equal(whole?.has("throughputTokensPerSecond"), false);
    assert.equal(whole?.has("requestsPerSecond"), true);
  }
});

test("one turn alone has no figures of a burst, and its whole TTFT is prefill", () => {
  const alone = callOf(streamOf({ chunks: words(5, 100, 10) }), TOKENS);
  const maps = metricsOfAttempt([alone]);
  assert.equal(maps.length, 1);
  assert.equal(maps[0]?.get("prefillTokensPerSecond"), 500);
  for (const name of ["queueMs", "throughputTokensPerSecond", "requestsPerSecond"] as const) {
    assert.equal(maps[0]?.has(name), false);
  }
  assert.deepEqual(metricsOfAttempt([]), []);
});

test("one turn alone that is compared with many has a throughput, too", () => {
  const alone = callOf(streamOf({ chunks: words(5, 100, 10) }), TOKENS);
  const [, whole] = metricsOfAttempt([alone], true);
  const seconds = alone.exchange.end.tNs / 1e9;
  assert.equal(whole?.get("throughputTokensPerSecond"), (alone.tokens.output ?? 0) / seconds);
  assert.equal(whole?.get("requestsPerSecond"), 1 / seconds);
  assert.deepEqual(metricsOfAttempt([], true), []);
});

test("calls are put together by their turn, in whatever order they come", () => {
  const calls = [turn(1, 240), turn(0, 100), turn(1, 300)];
  assert.deepEqual(
    turnsIn(calls).map((each) => each.map(({ exchange }) => exchange.turn)),
    [[1, 1], [0]],
  );
});
