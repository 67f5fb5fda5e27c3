/** The figures of one attempt, by the definitions in docs/metrics.md. Pure. */
import type { Exchange } from "../drive/types.ts";
import type { ClientLoad } from "../journal/events.ts";
import type { MetricName, OUTPUT_SOURCES } from "../result.ts";
import { decodeSpanMs, readLate } from "./late-reader.ts";
import { median, most, quantile } from "./statistics.ts";
import type { Trace } from "./trace.ts";

export interface CallTokens {
  prompt: number | null;
  output: number | null;
  /** Tokens up to and with the first chunk that bears any: they belong to prefill. */
  first: number | null;
  /** Where `output` comes from. Chunks are no tokens: no rate is made of them. */
  outputSource?: (typeof OUTPUT_SOURCES)[number] | null;
}

/** One generation request with its tokens. */
export interface Call {
  exchange: Exchange;
  trace: Trace;
  tokens: CallTokens;
}

/** From this many gaps on, a request has a 99th percentile of them. */
const P99_GAPS = 100;

/**
 * Request metrics are those of the first model call: a turn's later calls are told by `turnMs`,
 * `toolCallMs` and `repeatTtftMs`. What can't be known is left out: so is what is made of the chunks'
 * times where this tool was late to read them.
 */
export function attemptMetrics(
  calls: readonly Call[],
  client: ClientLoad | null = null,
): Map<MetricName, number> {
  const metrics = new Map<MetricName, number>();
  const set = (name: MetricName, value: number | null) => {
    if (value !== null && Number.isFinite(value)) metrics.set(name, value);
  };
  const first = calls[0];
  const last = calls.at(-1);
  if (first === undefined || last === undefined) return metrics;
  const { trace, tokens } = first;
  // Open loop: a request that had to wait for us is late all the same.
  const lateMs = lateBy(first);
  set("connectMs", first.exchange.connectMs);
  set("sendLagMs", first.exchange.dueNs === undefined ? null : lateMs);
  set("firstEventMs", plus(trace.firstEventMs, lateMs));
  set("e2eMs", plus(trace.e2eMs, lateMs));
  set("totalMs", plus(trace.totalMs, lateMs));
  if (trace.chunkMs.length > 0) {
    set("ttftMs", plus(trace.ttftMs, lateMs));
    set("ttfoMs", plus(trace.ttfoMs, lateMs));
    if (first.exchange.turn === undefined) set("prefillTokensPerSecond", prefillRate(first));
    const spanMs = decodeSpanMs(trace, tokens.output);
    if (spanMs !== null && !readLate(spanMs, client)) setDecode(first, set);
  }
  const firstEnd = endMs(first);
  const lastEnd = endMs(last);
  set("turnMs", lastEnd === null ? null : lastEnd - startMs(first) + lateMs);
  if (calls.length > 1 && lastEnd !== null && firstEnd !== null) {
    set("toolCallMs", (lastEnd - firstEnd) / (calls.length - 1));
    set("repeatTtftMs", calls[1]?.trace.ttftMs ?? null);
  }
  return metrics;
}

/** What is made of the times between the chunks. */
function setDecode(
  { trace, tokens }: Call,
  set: (name: MetricName, value: number | null) => void,
): void {
  const decode = decodeRate(tokens.output, tokens.first, trace);
  set("decodeTokensPerSecond", decode);
  set("tpotMs", decode === null ? null : 1000 / decode);
  const gaps = trace.chunkMs.slice(1).map((tMs, index) => tMs - (trace.chunkMs[index] ?? tMs));
  if (gaps.length === 0) return;
  set("itlMedianMs", median(gaps));
  if (gaps.length >= P99_GAPS) set("itlP99Ms", quantile(gaps, 0.99));
  set("itlMaxMs", most(gaps));
}

/** How long after its due time it was sent, ms; 0 where it had none. */
function lateBy({ exchange }: Call): number {
  return exchange.dueNs === undefined ? 0 : (exchange.sentNs - exchange.dueNs) / 1e6;
}

function plus(value: number | null, ms: number): number | null {
  return value === null ? null : value + ms;
}

function startMs(call: Call): number {
  return call.exchange.sentNs / 1e6;
}

function endMs(call: Call): number | null {
  return call.trace.totalMs === null ? null : startMs(call) + call.trace.totalMs;
}

/** Prompt tokens that the engine had to read / TTFT; what it says it had in a cache is left out. */
function prefillRate({ trace, tokens }: Call): number | null {
  if (tokens.prompt === null || trace.ttftMs === null) return null;
  return perSecond(tokens.prompt - (trace.usage?.cachedTokens ?? 0), trace.ttftMs);
}

/** @returns null where there is no rate: of no tokens, or in no time */
export function perSecond(tokens: number, ms: number): number | null {
  const rate = tokens / (ms / 1000);
  return tokens > 0 && ms > 0 && Number.isFinite(rate) ? rate : null;
}

/**
 * (n - f) / (tEnd - tFirst) for n tokens, f of them up to and with the first chunk: those belong to
 * prefill. tEnd is the last chunk's time; where tokens without text may follow it, that of the chunk
 * with `finish_reason`, which servers send when the last token is made. With a chunk for each token
 * this is (n - 1) / (tLast - tFirst).
 * @returns null when n or f is unknown
 */
export function decodeRate(
  tokens: number | null,
  first: number | null,
  trace: Pick<Trace, "chunkMs" | "finishMs">,
): number | null {
  const spanMs = decodeSpanMs(trace, tokens);
  if (tokens === null || first === null || spanMs === null) return null;
  if (trace.chunkMs.length < 2 || spanMs <= 0 || tokens <= first) return null;
  return (tokens - first) / (spanMs / 1000);
}
