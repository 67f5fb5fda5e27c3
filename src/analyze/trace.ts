/** What an exchange says: text, tools, tokens, times. Pure; definitions of docs/metrics.md. */
import type { Exchange } from "../drive/types.ts";
import { asDuration, type OllamaReply, readOllamaReply, readTimings, readUsage } from "./counts.ts";
import { asArray, asNumber, asObject, asString, parseJson } from "./json.ts";
import { type TimedEvent, toText, toTimedEvents, toTimedLines } from "./sse.ts";

export interface Trace {
  /** First event of any kind; inferrs's role-only chunk comes before prefill and is no token. */
  firstEventMs: number | null;
  /** First chunk with generated text: content, reasoning or a tool call delta. */
  ttftMs: number | null;
  /** First chunk of the answer itself: content or tool call, not reasoning. */
  ttfoMs: number | null;
  /** Last generated chunk. */
  e2eMs: number | null;
  /** Stream closed. */
  totalMs: number | null;
  /** Times of the chunks that bear tokens. */
  chunkMs: number[];
  /** Tokens made so far as each of those chunks counts them; null where it doesn't. */
  chunkTokens: (number | null)[];
  /** What the first of those chunks said. */
  firstChunk: string | null;
  /** The chunk with `finish_reason`: the last token was made then, whether or not it has text. */
  finishMs: number | null;
  text: string;
  reasoning: string;
  toolCalls: { name: string; arguments: string }[];
  /** The reply's own count of its tokens, and in what it stood. */
  usage: Usage | null;
  /** The engine's own durations, where the reply tells them. */
  engineMs: { prefill: number | null; decode: number | null } | null;
  finishReason: string | null;
  /** The response's own id: the engine's log names it. */
  responseId: string | null;
  /** `data: [DONE]` was seen, or a plain response was whole JSON. */
  complete: boolean;
  /** The server's words where it reports an error, in mid-stream or in the body. */
  error: string | null;
}

export interface Usage {
  promptTokens: number | null;
  outputTokens: number | null;
  /** Of the prompt's tokens, those that the server had in a cache; null: it doesn't say. */
  cachedTokens: number | null;
  /** `usage`, or llama.cpp's `timings`. */
  from: "usage" | "timings";
}

/** Turns recorded bytes into a trace; never throws, whatever the bytes are. */
export function traceExchange(exchange: Exchange): Trace {
  const trace = emptyTrace();
  if (exchange.end.kind === "closed") trace.totalMs = exchange.end.tNs / 1e6;
  const type = (exchange.headers["content-type"] ?? "").toLowerCase();
  if (exchange.status === null) return trace;
  if (exchange.status >= 400) trace.error = errorWords(toText(exchange.segments));
  else if (/event-stream/.test(type)) readStream(trace, toTimedEvents(exchange.segments));
  else if (/ndjson/.test(type)) readLines(trace, toTimedLines(exchange.segments));
  else readPlain(trace, exchange);
  return trace;
}

function emptyTrace(): Trace {
  return {
    firstEventMs: null,
    ttftMs: null,
    ttfoMs: null,
    e2eMs: null,
    totalMs: null,
    chunkMs: [],
    chunkTokens: [],
    firstChunk: null,
    finishMs: null,
    text: "",
    reasoning: "",
    toolCalls: [],
    usage: null,
    engineMs: null,
    finishReason: null,
    responseId: null,
    complete: false,
    error: null,
  };
}

function readStream(trace: Trace, events: TimedEvent[]): void {
  const calls = new Map<number, { name: string; arguments: string }>();
  for (const event of events) {
    const tMs = event.tNs / 1e6;
    trace.firstEventMs ??= tMs;
    if (event.data.trim() === "[DONE]") {
      trace.complete = true;
      continue;
    }
    const chunk = asObject(parseJson(event.data));
    if (chunk === null) {
      if (event.unfinished) continue;
      trace.error ??= `not JSON: ${event.data.slice(0, 200)}`;
      continue;
    }
    if (chunk.error !== undefined && chunk.error !== null) {
      trace.error ??= errorWords(event.data);
      continue;
    }
    trace.responseId ??= asString(chunk.id);
    const usage = readUsage(chunk.usage);
    trace.usage = usage ?? readTimings(chunk.timings) ?? trace.usage;
    trace.engineMs = timingsMs(chunk.timings) ?? trace.engineMs;
    const choice = asObject(asArray(chunk.choices)[0]);
    if (choice === null) continue;
    const finish = asString(choice.finish_reason);
    if (finish !== null) {
      trace.finishReason = finish;
      trace.finishMs = tMs;
    }
    readDelta(trace, asObject(choice.delta), calls, tMs, usage?.outputTokens ?? null);
  }
  trace.toolCalls = [...calls.values()];
}

function timingsMs(value: unknown): Trace["engineMs"] {
  const timings = asObject(value);
  if (timings === null) return null;
  return { prefill: asDuration(timings.prompt_ms), decode: asDuration(timings.predicted_ms) };
}

/** A chunk that bears tokens. */
function bear(trace: Trace, tMs: number, text: string, answers: boolean, count: number | null) {
  trace.ttftMs ??= tMs;
  if (answers) trace.ttfoMs ??= tMs;
  trace.e2eMs = tMs;
  trace.chunkMs.push(tMs);
  trace.chunkTokens.push(count);
  trace.firstChunk ??= text;
}

function readDelta(
  trace: Trace,
  delta: Record<string, unknown> | null,
  calls: Map<number, { name: string; arguments: string }>,
  tMs: number,
  count: number | null,
): void {
  if (delta === null) return;
  const content = asString(delta.content) || asString(delta.refusal) || "";
  const reasoning = asString(delta.reasoning_content) || asString(delta.reasoning) || "";
  const deltas = asArray(delta.tool_calls).map(asObject);
  const answers = content !== "" || deltas.length > 0;
  if (!answers && reasoning === "") return;
  bear(trace, tMs, reasoning + content, answers, count);
  trace.text += content;
  trace.reasoning += reasoning;
  for (const [position, call] of deltas.entries()) {
    const index = asNumber(call?.index) ?? position;
    const named = calls.get(index) ?? { name: "", arguments: "" };
    const fn = asObject(call?.function);
    named.name += asString(fn?.name) ?? "";
    named.arguments += asString(fn?.arguments) ?? "";
    calls.set(index, named);
  }
}

/** Ollama's /api/chat: a line of JSON for each token, counts and durations in the last. */
function readLines(trace: Trace, lines: TimedEvent[]): void {
  for (const line of lines) {
    const tMs = line.tNs / 1e6;
    trace.firstEventMs ??= tMs;
    const body = asObject(parseJson(line.data));
    if (body === null) {
      if (!line.unfinished) trace.error ??= `not JSON: ${line.data.slice(0, 200)}`;
      continue;
    }
    if (body.error !== undefined && body.error !== null) {
      trace.error ??= errorWords(line.data);
      continue;
    }
    const reply = readOllamaReply(body);
    if (reply === null) continue;
    const said = reply.text !== "" || reply.toolCalls.length > 0;
    if (said || reply.reasoning !== "") {
      bear(trace, tMs, reply.reasoning + reply.text, said, null);
    }
    readOllama(trace, reply);
    if (reply.done) {
      trace.finishMs = tMs;
      trace.complete = true;
    }
  }
}

function readOllama(trace: Trace, reply: OllamaReply): void {
  trace.text += reply.text;
  trace.reasoning += reply.reasoning;
  for (const call of reply.toolCalls) trace.toolCalls.push(call);
  trace.usage = reply.usage ?? trace.usage;
  trace.engineMs = reply.engineMs ?? trace.engineMs;
  trace.finishReason = reply.finishReason ?? trace.finishReason;
}

function readPlain(trace: Trace, exchange: Exchange): void {
  const text = toText(exchange.segments);
  const body = asObject(parseJson(text));
  trace.firstEventMs = exchange.segments[0] ? exchange.segments[0].tNs / 1e6 : null;
  if (exchange.kind === "get") {
    trace.complete = exchange.end.kind === "closed";
    return;
  }
  if (body === null) {
    if (text !== "") trace.error = `not JSON: ${text.slice(0, 200)}`;
    return;
  }
  if (body.error !== undefined && body.error !== null) {
    trace.error = errorWords(text);
    return;
  }
  const ollama = readOllamaReply(body);
  if (ollama !== null) {
    readOllama(trace, ollama);
    trace.complete = ollama.done;
    trace.e2eMs = trace.totalMs;
    return;
  }
  trace.complete = true;
  trace.responseId = asString(body.id);
  trace.usage = readUsage(body.usage) ?? readTimings(body.timings);
  trace.engineMs = timingsMs(body.timings);
  const choice = asObject(asArray(body.choices)[0]);
  const message = asObject(choice?.message);
  trace.finishReason = asString(choice?.finish_reason);
  trace.text = asString(message?.content) || asString(message?.refusal) || "";
  trace.reasoning = asString(message?.reasoning_content) || asString(message?.reasoning) || "";
  trace.toolCalls = asArray(message?.tool_calls).map((call) => {
    const fn = asObject(asObject(call)?.function);
    return { name: asString(fn?.name) ?? "", arguments: asString(fn?.arguments) ?? "" };
  });
  trace.e2eMs = trace.totalMs;
}

/** The words of an error body: OpenAI's `error.message`, `detail`, `message`, else the text itself. */
export function errorWords(text: string): string {
  const body = asObject(parseJson(text));
  const error = asObject(body?.error);
  return (
    asString(error?.message) ??
    asString(body?.error) ??
    asString(body?.detail) ??
    asString(body?.message) ??
    text.trim()
  );
}
