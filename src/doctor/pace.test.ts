import assert from "node:assert/strict";
import { test } from "node:test";
import type { Trace } from "../analyze/trace.ts";
import { Pace } from "./pace.ts";

const trace = (over: Partial<Trace>) => ({ chunkMs: [], usage: null, ...over }) as unknown as Trace;
const usage = (promptTokens: number, outputTokens: number) =>
  ({ usage: { promptTokens, outputTokens, cachedTokens: null, from: "usage" } }) as const;

test("nothing was measured: nothing is foretold, and as much is asked as is wanted", () => {
  const pace = new Pace();
  assert.equal(pace.goesOnMs({ promptTokens: 10, maxTokens: 10, stream: true }), null);
  assert.equal(pace.tokensWithin(1000, 2, 16), 16);
});

test("a plain reply tells the time of a token; a slow server is asked for few", () => {
  const pace = new Pace();
  pace.learn(trace({ ...usage(20, 4), totalMs: 20_000 }), 80);
  assert.equal(pace.decodeMsPerToken, 5000);
  assert.equal(pace.tokensWithin(4000, 2, 16), 2);
  assert.equal(pace.goesOnMs({ promptTokens: 0, maxTokens: 16, stream: false }), 80_000);
});

test("a stream tells prefill and decoding apart; after a hang-up only the prefill goes on", () => {
  const pace = new Pace();
  pace.learn(trace({ ...usage(100, 3), firstEventMs: 1, chunkMs: [1000, 1100, 1200] }), 400);
  assert.equal(pace.goesOnMs({ promptTokens: 4000, maxTokens: 64, stream: true }), 40_000);
  assert.equal(pace.goesOnMs({ promptTokens: 0, maxTokens: 64, stream: false }), 6400);
  assert.equal(pace.tokensOf(4000), 1000);
});
