/** Figures of turns that were in flight together. Pure. */
import type { ClientLoad } from "../journal/events.ts";
import type { MetricName } from "../result.ts";
import { attemptMetrics, type Call, perSecond } from "./metrics.ts";

/** The calls of each turn, in the order of the turns. */
export function turnsIn(calls: readonly Call[]): Call[][] {
  const turns = new Map<number, Call[]>();
  for (const call of calls) {
    const turn = call.exchange.turn ?? 0;
    turns.set(turn, [...(turns.get(turn) ?? []), call]);
  }
  return [...turns.values()];
}

/**
 * The figures of one attempt: a map for each turn, and one for the burst as a whole where there was
 * more than one turn.
 * @param compared one user alone is to be compared with many: then a turn alone has those figures too
 */
export function metricsOfAttempt(
  calls: readonly Call[],
  compared = false,
  client: ClientLoad | null = null,
): Map<MetricName, number>[] {
  const turns = turnsIn(calls);
  const each = turns.map((turn) => attemptMetrics(turn, client));
  if (calls[0]?.exchange.turn === undefined) {
    return compared && calls.length > 0 ? [...each, wholeBurst(turns)] : each;
  }
  const queues = queuesOf(turns);
  for (const [index, metrics] of each.entries()) {
    const queueMs = queues?.[index];
    const call = turns[index]?.[0];
    if (queueMs == null || call === undefined) continue;
    const { trace, tokens } = call;
    metrics.set("queueMs", queueMs);
    const read = (tokens.prompt ?? 0) - (trace.usage?.cachedTokens ?? 0);
    const rate = perSecond(read, (trace.ttftMs ?? 0) - queueMs);
    if (rate !== null) metrics.set("prefillTokensPerSecond", rate);
  }
  return [...each, wholeBurst(turns)];
}

/** All turns together: from the first request to the last byte. */
function wholeBurst(turns: readonly Call[][]): Map<MetricName, number> {
  const calls = turns.flat();
  const from = Math.min(...calls.map(startMs));
  const to = Math.max(...calls.map((call) => startMs(call) + call.exchange.end.tNs / 1e6));
  const seconds = (to - from) / 1000;
  const metrics = new Map<MetricName, number>();
  if (seconds <= 0) return metrics;
  metrics.set("requestsPerSecond", calls.length / seconds);
  const tokens = calls.map(({ tokens: { output, outputSource } }) =>
    outputSource === "chunks" ? null : output,
  );
  if (tokens.every((count) => count !== null)) {
    const total = tokens.reduce<number>((sum, count) => sum + (count ?? 0), 0);
    metrics.set("throughputTokensPerSecond", total / seconds);
  }
  return metrics;
}

/**
 * How long each turn's first request waited before the engine began on it. What the server says of
 * its own prefill tells (TTFT less that). Else it can be seen only of an engine that serves one
 * request at a time, where no two streams overlap: it was at work on others until their last chunk
 * before our first.
 * @returns null where it can't be told: streams overlap, so queue and prefill look the same
 */
export function queuesOf(turns: readonly Call[][]): (number | null)[] | null {
  const firsts = turns.map((turn) => turn[0]);
  const told = firsts.map((call) => {
    const prefill = call?.trace.engineMs?.prefill ?? null;
    const ttft = call?.trace.ttftMs ?? null;
    return prefill === null || ttft === null ? null : Math.max(0, ttft - prefill);
  });
  if (told.every((queueMs) => queueMs !== null)) return told;
  const spans = turns.flat().map((call) => {
    const at = startMs(call);
    const { chunkMs, finishMs } = call.trace;
    const from = chunkMs[0];
    const last = Math.max(chunkMs.at(-1) ?? 0, finishMs ?? 0);
    return from === undefined ? null : { call, from: at + from, to: at + last };
  });
  const known = spans.filter((span) => span !== null).sort((a, b) => a.from - b.from);
  if (known.length < spans.length) return null;
  const overlap = known.some((span, index) => {
    const next = known[index + 1];
    return next !== undefined && next.from < span.to;
  });
  // Streams of one instant each can't overlap, whatever the engine does.
  const instants = known.length > 1 && known.every(({ from, to }) => from === to);
  if (overlap || instants) return null;
  return firsts.map((call) => {
    const own = known.find((span) => span.call === call);
    if (call === undefined || own === undefined) return null;
    const before = known.filter((span) => span !== own && span.to <= own.from);
    const busyUntil = Math.max(startMs(call), ...before.map((span) => span.to));
    return busyUntil - startMs(call);
  });
}

function startMs(call: Call): number {
  return call.exchange.sentNs / 1e6;
}
