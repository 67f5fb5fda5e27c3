/** An event of the ladder, analysed. Pure. */
import { classify } from "../analyze/classify.ts";
import { traceExchange } from "../analyze/trace.ts";
import type { JournalEvent } from "./events.ts";
import type { Look } from "./state.ts";

/** Of a prompt that came from a cache by so much, neither time nor memory say anything. */
const CACHED_SHARE = 0.5;

export function toLook(event: JournalEvent & { type: "looked" }, attached: boolean): Look {
  const traces = event.exchanges.map(traceExchange);
  const finding = classify({ ...event, traces, toolNames: [], attached });
  const exchange = event.exchanges.at(-1);
  const trace = traces.at(-1);
  const promptTokens = trace?.usage?.promptTokens ?? event.loggedPromptTokens.at(-1) ?? null;
  const cached = (trace?.usage?.cachedTokens ?? 0) > (promptTokens ?? 0) * CACHED_SHARE;
  const readMs = trace?.ttftMs ?? trace?.totalMs ?? null;
  return {
    start: event.start,
    rung: event.rung,
    promptTokens,
    requestBytes: exchange?.requestBytes ?? 0,
    tools: event.tools,
    stream: exchange?.stream ?? true,
    finding,
    died: event.exit !== null,
    ms: cached ? null : readMs,
    tookMs: (exchange?.end.tNs ?? 0) / 1e6,
    peak: event.peak ?? event.exit?.peak ?? null,
    peakVramBytes: event.peakVramBytes ?? null,
    roomBytes: event.roomBytes,
  };
}
