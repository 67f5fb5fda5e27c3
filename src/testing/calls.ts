/** Exchanges and calls for tests of the analysis, made of bytes as a server would send them. */
import type { Call, CallTokens } from "../analyze/metrics.ts";
import { traceExchange } from "../analyze/trace.ts";
import type { Exchange, Segment } from "../drive/types.ts";

/** A streamed request that was answered with nothing, unless told otherwise. */
export function exchangeOf(over: Partial<Exchange> = {}): Exchange {
  return {
    method: "POST",
    path: "/v1/chat/completions",
    step: 0,
    kind: "generate",
    stream: true,
    sentNs: 0,
    requestBytes: 1,
    requestDigest: "d",
    requestBody: null,
    connectMs: null,
    status: 200,
    headersNs: 1e6,
    headers: { "content-type": "text/event-stream" },
    segments: [],
    end: { kind: "closed", tNs: 1e9 },
    ...over,
  };
}

export interface StreamSays {
  /** What each chunk says and when, ms since it was sent. */
  chunks: [number, string][];
  /** `finish_reason` and when; null: none. Without it: `length`, with the last chunk. */
  finish?: [number, string] | null;
  /** `usage`, and llama.cpp's `timings`, in the last event. */
  usage?: object;
  timings?: object;
  /** Tokens so far, by chunk. */
  counts?: number[];
  sentMs?: number;
  dueMs?: number;
  turn?: number;
  /** When the stream closed, ms since it was sent; without it: with the last event. */
  totalMs?: number;
  maxTokens?: number;
}

/** A streamed exchange in the form of OpenAI's. */
export function streamOf(says: StreamSays): Exchange {
  const { chunks, finish, counts = [], usage, timings } = says;
  const lastMs = chunks.at(-1)?.[0] ?? 0;
  const at = (tMs: number, event: object | string): Segment => {
    const data = typeof event === "string" ? event : JSON.stringify({ id: "chatcmpl-1", ...event });
    return { tNs: tMs * 1e6, bytes: Buffer.from(`data: ${data}\n\n`) };
  };
  const [finishMs, reason] = finish ?? [lastMs, "length"];
  const ends = Math.max(lastMs, finishMs);
  const segments = [
    at(0.5, { choices: [{ delta: { role: "assistant" }, finish_reason: null }] }),
    ...chunks.map(([tMs, content], index) =>
      at(tMs, {
        choices: [{ delta: { content }, finish_reason: null }],
        ...(counts[index] === undefined ? {} : { usage: { completion_tokens: counts[index] } }),
      }),
    ),
    ...(finish === null ? [] : [at(finishMs, { choices: [{ delta: {}, finish_reason: reason }] })]),
    ...(usage || timings ? [at(ends, { choices: [], usage, timings })] : []),
    at(ends, "[DONE]"),
  ];
  return exchangeOf({
    segments,
    sentNs: (says.sentMs ?? 0) * 1e6,
    end: { kind: "closed", tNs: (says.totalMs ?? ends) * 1e6 },
    ...(says.turn === undefined ? {} : { turn: says.turn }),
    ...(says.dueMs === undefined ? {} : { dueNs: says.dueMs * 1e6 }),
    ...(says.maxTokens === undefined ? {} : { maxTokens: says.maxTokens }),
  });
}

/** A plain reply in the form of OpenAI's. */
export function plainOf(
  content: string,
  {
    usage,
    finish = "length",
    maxTokens = 40,
  }: { usage?: object; finish?: string; maxTokens?: number } = {},
): Exchange {
  const choices = [{ message: { role: "assistant", content }, finish_reason: finish }];
  const bytes = Buffer.from(JSON.stringify({ id: "chatcmpl-2", choices, usage }));
  return exchangeOf({
    stream: false,
    headers: { "content-type": "application/json" },
    segments: [{ tNs: 5e6, bytes }],
    end: { kind: "closed", tNs: 5e6 },
    maxTokens,
  });
}

export function callOf(exchange: Exchange, tokens: Partial<CallTokens> = {}): Call {
  const unknown = { prompt: null, output: null, first: null };
  return { exchange, trace: traceExchange(exchange), tokens: { ...unknown, ...tokens } };
}

/** So many chunks of one word, from a time on, one every so many ms. */
export function words(count: number, fromMs: number, everyMs: number): [number, string][] {
  return Array.from({ length: count }, (_, index) => [fromMs + index * everyMs, `w${index} `]);
}
