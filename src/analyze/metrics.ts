/** The figures of one attempt, by the definitions in docs/metrics.md. Pure. */
import type { Exchange } from "../drive/types.ts";
import type { MetricName } from "../result.ts";
import { median } from "./statistics.ts";
import type { Trace } from "./trace.ts";

export interface CallTokens {
  prompt: number | null;
  output: number | null;
}

/** One generation request with its tokens. */
export interface Call {
  exchange: Exchange;
  trace: Trace;
  tokens: CallTokens;
}

/**
 * Request metrics are those of the first model call: a turn's later calls are told by `turnMs` and
 * `toolCallMs`. What can't be known is left out.
 */
export function attemptMetrics(calls: readonly Call[]): Map<MetricName, number> {
  const metrics = new Map<MetricName, number>();
  const set = (name: MetricName, value: number | null) => {
    if (value !== null && Number.isFinite(value)) metrics.set(name, value);
  };
  const first = calls[0];
  const last = calls.at(-1);
  if (first === undefined || last === undefined) return metrics;
  const { trace, tokens } = first;
  set("connectMs", first.exchange.connectMs);
  set("firstEventMs", trace.firstEventMs);
  set("e2eMs", trace.e2eMs);
  set("totalMs", trace.totalMs);
  if (trace.chunkMs.length > 0) {
    set("ttftMs", trace.ttftMs);
    set("ttfoMs", trace.ttfoMs);
    set("prefillTokensPerSecond", prefillRate(tokens.prompt, trace.ttftMs));
    set("decodeTokensPerSecond", decodeRate(tokens.output, trace.chunkMs));
    set("tpotMs", timePerOutputToken(tokens.output, trace.chunkMs));
    const gaps = trace.chunkMs.slice(1).map((tMs, index) => tMs - (trace.chunkMs[index] ?? tMs));
    if (gaps.length > 0) {
      set("itlMedianMs", median(gaps));
      set("itlMaxMs", Math.max(...gaps));
    }
  }
  const turnMs = endMs(last) === null ? null : (endMs(last) ?? 0) - startMs(first);
  set("turnMs", turnMs);
  const firstEnd = endMs(first);
  if (calls.length > 1 && turnMs !== null && firstEnd !== null) {
    set("toolCallMs", (turnMs - (firstEnd - startMs(first))) / (calls.length - 1));
  }
  return metrics;
}

function startMs(call: Call): number {
  return call.exchange.sentNs / 1e6;
}

function endMs(call: Call): number | null {
  return call.trace.totalMs === null ? null : startMs(call) + call.trace.totalMs;
}

/** Prompt tokens / TTFT. */
function prefillRate(promptTokens: number | null, ttftMs: number | null): number | null {
  return promptTokens === null || ttftMs === null ? null : promptTokens / (ttftMs / 1000);
}

/**
 * (n - n/c) / (tLast - tFirst) for n tokens in c token-bearing chunks: the first chunk's tokens
 * belong to prefill. With a token per chunk this is (n - 1) / (tLast - tFirst).
 */
export function decodeRate(tokens: number | null, chunkMs: readonly number[]): number | null {
  const span = (chunkMs.at(-1) ?? 0) - (chunkMs[0] ?? 0);
  if (tokens === null || chunkMs.length < 2 || span <= 0) return null;
  return (tokens - tokens / chunkMs.length) / (span / 1000);
}

/** Mean time of an output token after the first: (tLast - tFirst) / (n - 1). */
function timePerOutputToken(tokens: number | null, chunkMs: readonly number[]): number | null {
  const span = (chunkMs.at(-1) ?? 0) - (chunkMs[0] ?? 0);
  return tokens === null || tokens < 2 || span <= 0 ? null : span / (tokens - 1);
}
