/** Replies of any shape, for property tests: mostly as servers send them, at times anything at all. */
import fc from "fast-check";
import type { Exchange, ExchangeEnd, Segment } from "../drive/types.ts";
import { exchangeOf } from "./calls.ts";

const json = fc.jsonValue({ maxDepth: 3 });
const number = fc.oneof(
  fc.nat(50),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom<unknown>(-1, 0, 0.5, 5e-324, 2 ** 53, 1e308, -1e308, "1e999"),
);
/** JSON can hold numbers that no double can. */
const toJson = (value: unknown) => JSON.stringify(value).replaceAll('"1e999"', "1e999");
/** Mostly what it should be, at times anything. */
const or = (usual: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 6, arbitrary: usual }, { weight: 1, arbitrary: json });
/** Any of the fields, each of the usual kind or of any. */
const fields = (usual: Record<string, fc.Arbitrary<unknown>>) =>
  or(
    fc.record(Object.fromEntries(Object.entries(usual).map(([key, each]) => [key, or(each)])), {
      requiredKeys: [],
    }),
  );
const text = fc.constantFrom(
  "",
  "a",
  "b ",
  "ab",
  '{"name":"read","arguments":{}}',
  "{{{",
  "\u0000",
);

const toolCalls = fc.array(
  fields({ index: number, function: fields({ name: fc.constant("read"), arguments: text }) }),
  { maxLength: 2 },
);
const said = {
  content: text,
  refusal: text,
  reasoning: text,
  reasoning_content: text,
  tool_calls: toolCalls,
};
const usage = fields({
  prompt_tokens: number,
  completion_tokens: number,
  prompt_tokens_details: fields({ cached_tokens: number }),
});
const timings = fields({
  prompt_n: number,
  cache_n: number,
  predicted_n: number,
  prompt_ms: number,
  predicted_ms: number,
});
const finish_reason = fc.constantFrom(null, "stop", "length", "error");
const choices = fc.array(fields({ delta: fields(said), message: fields(said), finish_reason }), {
  minLength: 1,
  maxLength: 2,
});
const openai = fields({ id: text, choices, usage, timings });
const ollama = fields({
  message: fields({ content: text, thinking: text, tool_calls: toolCalls }),
  done: fc.boolean(),
  done_reason: text,
  prompt_eval_count: number,
  eval_count: number,
  prompt_eval_duration: number,
  eval_duration: number,
});
const event = fc.oneof(
  { weight: 8, arbitrary: openai },
  { weight: 4, arbitrary: ollama },
  { weight: 1, arbitrary: json },
  { weight: 1, arbitrary: fields({ error: fields({ message: text }), choices }) },
);

const TYPES = ["text/event-stream", "application/x-ndjson", "application/json"];
/** Pieces of a body, and its type. */
const body = fc.oneof(
  fc.tuple(
    fc.constant("text/event-stream"),
    fc.array(
      event.map((data) => `data: ${toJson(data)}\n\n`),
      { maxLength: 8 },
    ),
    fc.constantFrom("", "data: [DONE]\n\n"),
  ),
  fc.tuple(
    fc.constant("application/x-ndjson"),
    fc.array(
      event.map((data) => `${toJson(data)}\n`),
      { maxLength: 8 },
    ),
    fc.constant(""),
  ),
  fc.tuple(
    fc.constant("application/json"),
    event.map((data) => [toJson(data)]),
    fc.constant(""),
  ),
  fc.tuple(
    fc.constantFrom(...TYPES),
    fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 }),
    fc.constant(""),
  ),
);

const SECOND_NS = 1e9;
const ends: ExchangeEnd["kind"][] = ["closed", "closed", "closed", "reset", "timeout", "capped"];

const exchange = fc
  .record({
    body,
    stream: fc.boolean(),
    path: fc.constantFrom("/v1/chat/completions", "/api/chat"),
    status: fc.constantFrom(200, 200, 200, 200, 204, 302, 404, 503, null),
    gapsNs: fc.array(fc.nat(1e8), { minLength: 10, maxLength: 10 }),
    end: fc.constantFrom(...ends),
    maxTokens: fc.option(fc.nat(10)),
    turn: fc.nat(2),
    lateNs: fc.nat(1e6),
  })
  .map(({ body: [type, pieces, last], gapsNs, end, ...rest }) => {
    let tNs = 0;
    const segments = [...pieces, last].map((piece, index): Segment => {
      tNs += gapsNs[index] ?? 0;
      return { tNs, bytes: typeof piece === "string" ? Buffer.from(piece) : piece };
    });
    return {
      ...rest,
      headers: { "content-type": type },
      segments,
      end: { kind: end, tNs, error: "e" },
    };
  });

/** An attempt: its exchanges one after the other, in a burst or not, in an open loop or not. */
export const anyAttempt = fc
  .record({
    drawn: fc.array(exchange, { minLength: 1, maxLength: 4 }),
    burst: fc.boolean(),
    open: fc.boolean(),
  })
  .map(({ drawn, burst, open }) =>
    drawn.map(({ turn, lateNs, ...over }, index): Exchange => {
      const sentNs = (index + 1) * SECOND_NS;
      const due = open ? { dueNs: sentNs - lateNs } : {};
      return exchangeOf({
        ...over,
        sentNs,
        ...(burst ? { turn, ...due } : {}),
      } as Partial<Exchange>);
    }),
  );
