import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Exchange, Segment } from "../drive/types.ts";
import { exchangeOf } from "../testing/calls.ts";
import { traceExchange } from "./trace.ts";

const chunk = (delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: "chatcmpl-1", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

function exchange(pieces: (string | [number, string])[], over: Partial<Exchange> = {}): Exchange {
  const segments = pieces.map((piece, index): Segment => {
    const [tMs, text] = typeof piece === "string" ? [10 * (index + 1), piece] : piece;
    return { tNs: tMs * 1e6, bytes: Buffer.from(text) };
  });
  return exchangeOf({ segments, ...over });
}

test("inferrs's role chunk before prefill is an event and no token", () => {
  const trace = traceExchange(
    exchange([
      [1, chunk({ role: "assistant" })],
      [400, chunk({ content: "He" })],
      [420, chunk({ content: "llo" })],
      [421, chunk({}, "stop")],
      [421, "data: [DONE]\n\n"],
    ]),
  );
  assert.equal(trace.firstEventMs, 1);
  assert.equal(trace.ttftMs, 400);
  assert.equal(trace.e2eMs, 420);
  assert.deepEqual(trace.chunkMs, [400, 420]);
  assert.equal(trace.text, "Hello");
  assert.equal(trace.complete, true);
  assert.equal(trace.finishReason, "stop");
});

test("an empty content beside reasoning is no answer", () => {
  const trace = traceExchange(
    exchange([
      [5, chunk({ content: "", reasoning_content: "hm" })],
      [9, chunk({ content: "Yes" })],
    ]),
  );
  assert.equal(trace.ttftMs, 5);
  assert.equal(trace.ttfoMs, 9);
  assert.equal(trace.reasoning, "hm");
});

test("tool call deltas are put together by their index", () => {
  const call = (index: number, fn: object) => chunk({ tool_calls: [{ index, function: fn }] });
  const trace = traceExchange(
    exchange([
      call(0, { name: "read", arguments: "" }),
      call(1, { name: "exec", arguments: "{}" }),
      call(0, { arguments: '{"path":' }),
      call(0, { arguments: '"a"}' }),
    ]),
  );
  assert.deepEqual(trace.toolCalls, [
    { name: "read", arguments: '{"path":"a"}' },
    { name: "exec", arguments: "{}" },
  ]);
  assert.equal(trace.ttfoMs, 10);
});

test("an error event in mid-stream keeps what came before it", () => {
  const trace = traceExchange(
    exchange([chunk({ content: "Hi" }), 'data: {"error":{"message":"worker died"}}\n\n']),
  );
  assert.equal(trace.error, "worker died");
  assert.equal(trace.text, "Hi");
});

test("a stream cut off in mid-event isn't taken for malformed JSON", () => {
  const trace = traceExchange(exchange([chunk({ content: "Hi" }), 'data: {"id":"chat']));
  assert.equal(trace.error, null);
  assert.equal(trace.complete, false);
});

test("an error body of any shape gives the server's words", () => {
  const words = (body: string) =>
    traceExchange(exchange([body], { status: 422, headers: {} })).error;
  assert.equal(words('{"error":{"message":"too long"}}'), "too long");
  assert.equal(words('{"error":"no"}'), "no");
  assert.equal(words('{"detail":"missing"}'), "missing");
  assert.equal(words("Failed to deserialize the JSON body"), "Failed to deserialize the JSON body");
});

test("any split of the bytes gives the same trace but for times", () => {
  const text = `\uFEFF: keep-alive\r\n\r\n${chunk({ role: "assistant" })}${chunk({ content: "naïve 😀" }).replaceAll("\n", "\r\n")}data:${chunk({ content: "!" }).slice(6)}data: [DONE]`;
  const bytes = Buffer.from(text);
  const whole = traceExchange(exchange([text]));
  assert.equal(whole.text, "naïve 😀!");
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const segments = at
        .slice(1)
        .map((end, index) => ({ tNs: index, bytes: bytes.subarray(at[index], end) }));
      const split = traceExchange(exchange([], { segments }));
      assert.equal(split.text, whole.text);
      assert.equal(split.complete, true);
      assert.equal(split.chunkMs.length, whole.chunkMs.length);
    }),
  );
});

test("no JSON in an event ever throws", () => {
  fc.assert(
    fc.property(fc.array(fc.json()), (values) => {
      const text = values.map((value) => `data: ${value}\n\n`).join("");
      traceExchange(exchange([text]));
      traceExchange(
        exchange([values[0] ?? ""], { headers: { "content-type": "application/json" } }),
      );
    }),
  );
});

test("a content type is the same in capitals", () => {
  const headers = { "content-type": "Text/Event-Stream; charset=UTF-8" };
  assert.equal(traceExchange(exchange([chunk({ content: "Hi" })], { headers })).text, "Hi");
});

test("a refusal beside an empty content is what was said", () => {
  const said = { content: "", refusal: "No" };
  const streamed = traceExchange(exchange([chunk(said)]));
  assert.deepEqual([streamed.text, streamed.chunkMs.length], ["No", 1]);
  const whole = JSON.stringify({ choices: [{ message: said, finish_reason: "stop" }] });
  const headers = { "content-type": "application/json" };
  assert.equal(traceExchange(exchange([whole], { headers, stream: false })).text, "No");
});

test("a usage that counts nothing hides no count that was given", () => {
  const event = (fields: object) => `data: ${JSON.stringify({ choices: [], ...fields })}\n\n`;
  const counted = event({ usage: { prompt_tokens: 5, completion_tokens: 7 } });
  const usage = { promptTokens: 5, outputTokens: 7, cachedTokens: null, from: "usage" };
  assert.deepEqual(traceExchange(exchange([counted, event({ usage: {} })])).usage, usage);
  const timings = { prompt_n: 5, predicted_n: 7 };
  assert.deepEqual(traceExchange(exchange([event({ usage: {}, timings })])).usage, {
    ...usage,
    from: "timings",
  });
});
