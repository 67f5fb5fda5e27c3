/** Whatever a server says, the analysis neither throws nor gives a figure that is none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Exchange } from "../drive/types.ts";
import { anyAttempt } from "../testing/any-reply.ts";
import { callOf, exchangeOf } from "../testing/calls.ts";
import { metricsOfAttempt, queuesOf, turnsIn } from "./burst.ts";
import { type Calibration, countTokens, lostTokens, openQuestion, replyOf } from "./calibrate.ts";
import { classify } from "./classify.ts";
import { readCrosscheck } from "./crosscheck.ts";
import { attemptMetrics, type Call } from "./metrics.ts";

function knownFrom(calls: readonly Call[], limit: number | null): Calibration {
  const said = calls.map(({ trace, exchange: { maxTokens = null } }) => ({
    promptTokens: trace.usage?.promptTokens ?? null,
    outputTokens: trace.usage?.outputTokens ?? null,
    maxTokens,
    reply: replyOf(trace),
    finishReason: trace.finishReason,
    chunks: trace.chunkMs.length,
  }));
  return {
    plain: [
      { variation: 0, limit: null, calls: said },
      { variation: 0, limit, calls: said.slice(0, 1) },
    ],
    streamed: [{ variation: 0, calls: said }],
  };
}

function assertFigure(value: number | null | undefined, what: string): void {
  const figure = value == null || (Number.isFinite(value) && value >= 0);
  assert.ok(figure, `${what} is ${value}`);
}

function analyse(exchanges: readonly Exchange[], other: readonly Exchange[]): void {
  const first = exchanges.map((each) => callOf(each));
  const knowns = [
    null,
    knownFrom(first, 1),
    knownFrom(
      other.map((each) => callOf(each)),
      null,
    ),
  ];
  for (const known of knowns) {
    const calls = first.map((call, index) => {
      const tokens = countTokens(call, index, 0, known);
      for (const [what, count] of Object.entries(tokens)) {
        if (typeof count !== "string") assertFigure(count, what);
      }
      if (known !== null) openQuestion(call, index, 0, known);
      if (known !== null) lostTokens(call, index, 0, known);
      return { ...call, tokens };
    });
    for (const [name, value] of attemptMetrics(calls)) assertFigure(value, name);
    for (const metrics of metricsOfAttempt(calls)) {
      for (const [name, value] of metrics) assertFigure(value, name);
    }
    const turns = turnsIn(calls);
    for (const [index, queueMs] of (queuesOf(turns) ?? []).entries()) {
      assertFigure(queueMs, "queueMs");
      const ttftMs = turns[index]?.[0]?.trace.ttftMs ?? 0;
      assert.ok((queueMs ?? 0) <= ttftMs, `a queue of ${queueMs} in a TTFT of ${ttftMs}`);
    }
  }
  const traces = first.map(({ trace }) => trace);
  for (const { engineMs } of traces) {
    assertFigure(engineMs?.prefill, "the engine's prefill");
    assertFigure(engineMs?.decode, "the engine's decode");
  }
  const facts = { toolNames: ["read"], exit: null, silentCpuMs: null, attached: false };
  classify({ exchanges, traces, ...facts });
  const { prefillTokensPerSecond, decodeTokensPerSecond, promptTokens, outputTokens } =
    readCrosscheck({ exchanges, loggedPromptTokens: [null] });
  for (const figures of [
    prefillTokensPerSecond,
    decodeTokensPerSecond,
    promptTokens,
    outputTokens,
  ]) {
    for (const [what, value] of Object.entries(figures)) assertFigure(value, what);
  }
}

test("no reply, of whatever shape, throws or gives NaN, Infinity or a negative figure", () => {
  fc.assert(fc.property(anyAttempt, anyAttempt, analyse), { numRuns: 2000 });
});

test("a reply of any size or depth is read", () => {
  const type = (name: string) => ({ headers: { "content-type": name } });
  const lines = (body: string) => [{ tNs: 1e6, bytes: Buffer.from(body) }];
  const chunk = 'data: {"choices":[{"delta":{"content":"a"}}]}\n\n';
  const long = exchangeOf({ segments: lines(chunk.repeat(300_000)) });
  const longCall = callOf(long, { output: 300_000, first: 1 });
  assert.equal(longCall.trace.chunkMs.length, 300_000);
  assert.equal(attemptMetrics([longCall]).get("itlMaxMs"), 0);
  const call = '{"function":{"name":"a","arguments":{}}}';
  const message = (calls: string) => `{"message":{"content":"","tool_calls":[${calls}]}}\n`;
  const many = callOf(
    exchangeOf({
      ...type("application/x-ndjson"),
      segments: lines(message(`${call},`.repeat(199_999) + call)),
    }),
  );
  assert.equal(many.trace.toolCalls.length, 200_000);
  const deep = `{"function":{"name":"a","arguments":${"[".repeat(50_000)}${"]".repeat(50_000)}}}`;
  const nested = exchangeOf({ ...type("application/x-ndjson"), segments: lines(message(deep)) });
  assert.equal(callOf(nested).trace.toolCalls[0]?.name, "a");
});
