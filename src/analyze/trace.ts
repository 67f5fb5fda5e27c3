/** What an exchange says: text, tools, tokens, times. Pure; definitions of docs/metrics.md. */
import type { Exchange } from "../drive/types.ts";
import { asArray, asNumber, asObject, asString, parseJson } from "./json.ts";
import { type TimedEvent, toText, toTimedEvents } from "./sse.ts";

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
  text: string;
  reasoning: string;
  toolCalls: { name: string; arguments: string }[];
  usage: { promptTokens: number | null; outputTokens: number | null } | null;
  finishReason: string | null;
  /** The response's own id: the engine's log names it. */
  responseId: string | null;
  /** `data: [DONE]` was seen, or a plain response was whole JSON. */
  complete: boolean;
  /** The server's words where it reports an error, in mid-stream or in the body. */
  error: string | null;
}

/** Turns recorded bytes into a trace; never throws, whatever the bytes are. */
export function traceExchange(exchange: Exchange): Trace {
  const trace = emptyTrace();
  if (exchange.end.kind === "closed") trace.totalMs = exchange.end.tNs / 1e6;
  const streamed = /event-stream/.test(exchange.headers["content-type"] ?? "");
  if (exchange.status === null) return trace;
  if (exchange.status >= 400) trace.error = errorWords(toText(exchange.segments));
  else if (streamed) readStream(trace, toTimedEvents(exchange.segments));
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
    text: "",
    reasoning: "",
    toolCalls: [],
    usage: null,
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
    trace.usage = readUsage(chunk.usage) ?? trace.usage;
    const choice = asObject(asArray(chunk.choices)[0]);
    if (choice === null) continue;
    trace.finishReason = asString(choice.finish_reason) ?? trace.finishReason;
    readDelta(trace, asObject(choice.delta), calls, tMs);
  }
  trace.toolCalls = [...calls.values()];
}

function readDelta(
  trace: Trace,
  delta: Record<string, unknown> | null,
  calls: Map<number, { name: string; arguments: string }>,
  tMs: number,
): void {
  if (delta === null) return;
  const content = asString(delta.content) ?? asString(delta.refusal) ?? "";
  const reasoning = asString(delta.reasoning_content) ?? asString(delta.reasoning) ?? "";
  const deltas = asArray(delta.tool_calls).map(asObject);
  const answers = content !== "" || deltas.length > 0;
  if (!answers && reasoning === "") return;
  trace.ttftMs ??= tMs;
  if (answers) trace.ttfoMs ??= tMs;
  trace.e2eMs = tMs;
  trace.chunkMs.push(tMs);
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
  trace.complete = true;
  trace.responseId = asString(body.id);
  trace.usage = readUsage(body.usage);
  const choice = asObject(asArray(body.choices)[0]);
  const message = asObject(choice?.message);
  trace.finishReason = asString(choice?.finish_reason);
  trace.text = asString(message?.content) ?? asString(message?.refusal) ?? "";
  trace.reasoning = asString(message?.reasoning_content) ?? asString(message?.reasoning) ?? "";
  trace.toolCalls = asArray(message?.tool_calls).map((call) => {
    const fn = asObject(asObject(call)?.function);
    return { name: asString(fn?.name) ?? "", arguments: asString(fn?.arguments) ?? "" };
  });
  trace.e2eMs = trace.totalMs;
}

function readUsage(value: unknown): Trace["usage"] {
  const usage = asObject(value);
  if (usage === null) return null;
  return {
    promptTokens: asCount(usage.prompt_tokens),
    outputTokens: asCount(usage.completion_tokens),
  };
}

/** A number of tokens: whole and not negative, else unknown. */
function asCount(value: unknown): number | null {
  const count = asNumber(value);
  return count !== null && Number.isInteger(count) && count >= 0 ? count : null;
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
