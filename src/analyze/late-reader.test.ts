import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClientLoad } from "../journal/events.ts";
import { callOf, streamOf, words } from "../testing/calls.ts";
import { turnOf } from "../testing/turns.ts";
import { metricsOfAttempt } from "./burst.ts";
import { decodeSpanMs, readLate } from "./late-reader.ts";
import { attemptMetrics } from "./metrics.ts";
import { metricsOfOne } from "./turn-metrics.ts";

const OF_CHUNKS = ["decodeTokensPerSecond", "tpotMs", "itlMedianMs", "itlMaxMs"] as const;
const load = (loopDelayMs: number): ClientLoad => ({ cpuMs: 30, loopDelayMs, tookMs: 1000 });
/** 16 tokens that a server sent within 75 ms, and that were read at once after it. */
const compressed = streamOf({ chunks: words(16, 475, 0.0025) });
const tokens = { output: 16, first: 1 };

test("tokens that were read at once, because the reader was late, have no rate and no gaps", () => {
  const call = callOf(compressed, tokens);
  const believed = attemptMetrics([call]);
  assert.ok((believed.get("decodeTokensPerSecond") ?? 0) > 100_000, "what it would be taken for");
  const metrics = attemptMetrics([call], load(75));
  for (const name of OF_CHUNKS) assert.equal(metrics.get(name), undefined, name);
  assert.equal(metrics.get("ttftMs"), 475);
  assert.equal(metrics.get("e2eMs"), believed.get("e2eMs"));
  const turn = turnOf();
  const real = metricsOfOne({ calls: [call], turns: [turn], client: load(75) });
  for (const name of OF_CHUNKS) assert.equal(real.get(name), undefined, name);
  assert.ok(real.has("turnMs"));
  assert.equal(metricsOfAttempt([call], false, load(75))[0]?.has("tpotMs"), false);
});

test("a reader that was late by less than half of the span leaves the rate at most 1.5 times too high", () => {
  const call = callOf(streamOf({ chunks: words(16, 400, 10) }), tokens);
  assert.equal(attemptMetrics([call], load(70)).get("decodeTokensPerSecond"), 100);
  for (const name of OF_CHUNKS) assert.ok(attemptMetrics([call], load(70)).has(name), name);
  assert.equal(attemptMetrics([call], load(75)).has("decodeTokensPerSecond"), false);
  // Whatever the server's true times are, and whenever the reader was kept away.
  for (let from = 330; from <= 560; from += 10) {
    for (const lateMs of [20, 50, 80, 150, 300]) {
      const read = words(16, 400, 10).map(([tMs, text], at): [number, string] => [
        tMs >= from && tMs < from + lateMs ? from + lateMs + at * 1e-3 : tMs,
        text,
      ]);
      const late = callOf(streamOf({ chunks: read }), tokens);
      const rate = attemptMetrics([late], load(lateMs)).get("decodeTokensPerSecond");
      assert.ok(rate === undefined || rate < 151, `${rate} with ${lateMs} ms from ${from} ms on`);
    }
  }
});

test("a burst's turns are judged each by its own span", () => {
  const slow = streamOf({ chunks: words(16, 400, 30), turn: 0 });
  const quick = streamOf({ chunks: words(16, 400, 2), turn: 1 });
  const calls = [slow, quick].map((each) => callOf(each, tokens));
  const [first, second, whole] = metricsOfAttempt(calls, false, load(60));
  assert.ok(first?.has("decodeTokensPerSecond"));
  assert.equal(second?.has("decodeTokensPerSecond"), false);
  assert.ok(whole?.has("throughputTokensPerSecond"));
});

test("journals that don't say how late the reader was are taken as they are", () => {
  assert.equal(readLate(0.04, null), false);
  assert.equal(readLate(0.04, load(0)), false);
  assert.equal(decodeSpanMs({ chunkMs: [], finishMs: 4 }, 2), null);
  assert.equal(decodeSpanMs({ chunkMs: [1, 3], finishMs: 9 }, 4), 8, "tokens without text follow");
  assert.equal(decodeSpanMs({ chunkMs: [1, 3], finishMs: 9 }, 2), 2);
});
