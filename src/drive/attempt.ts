/** One attempt at a cell: its requests in order, as one user would send them. */

import { traceExchange } from "../analyze/trace.ts";
import type { RunningEngine } from "../engine/engine.ts";
import type { JournalEvent } from "../journal/events.ts";
import type { ClientRequest, MeasuringClient } from "./client.ts";
import type { Exchange } from "./types.ts";

export type AttemptRecord = Pick<
  JournalEvent & { type: "attempt" },
  "exchanges" | "loggedPromptTokens" | "exit" | "silentCpuMs" | "peak"
>;

/** How long a just-closed connection may precede the news of the engine's death. */
const DEATH_NEWS_MS = 300;
const CPU_SAMPLES_PER_TIMEOUT = 8;

/**
 * Sends the requests one after the other and stops at the first that gets no proper answer.
 * The engine's death ends the attempt at once.
 */
export async function performAttempt(
  engine: RunningEngine,
  client: MeasuringClient,
  requests: readonly ClientRequest[],
  options: { timeoutMs: number; keepBodies: boolean; signal: AbortSignal },
): Promise<AttemptRecord> {
  engine.beginPeak();
  const attemptStart = process.hrtime.bigint();
  const gone = new AbortController();
  void engine.died.then(() => gone.abort("the engine died"));
  const signal = AbortSignal.any([options.signal, gone.signal]);
  const exchanges: Exchange[] = [];
  const cpu = watchCpu(engine, options.timeoutMs / CPU_SAMPLES_PER_TIMEOUT);
  for (const request of requests) {
    const exchange = await client.send(request, { ...options, signal, attemptStart });
    exchanges.push(exchange);
    const answered = exchange.end.kind === "closed" && (exchange.status ?? 500) < 400;
    const skippable = request.kind === "get" && exchange.status === 404;
    if (!answered && !skippable) break;
  }
  const silentCpuMs = cpu.usedSince(options.timeoutMs * 0.9);
  cpu.stop();
  const last = exchanges.at(-1);
  if (last !== undefined && last.end.kind !== "closed" && !options.signal.aborted) {
    await Promise.race([engine.died, new Promise((resolve) => setTimeout(resolve, DEATH_NEWS_MS))]);
  }
  // The attempt's own peak, also when it was the last: a long prompt before it is not its doing.
  const peak = engine.peak();
  const exit = engine.exit();
  return {
    exchanges,
    loggedPromptTokens: exchanges.map((exchange) => loggedTokens(engine, exchange)),
    exit: exit === null ? null : { ...exit, peak: peak ?? exit.peak },
    silentCpuMs: last?.end.kind === "timeout" ? silentCpuMs : null,
    peak: peak ?? exit?.peak ?? null,
  };
}

function loggedTokens(engine: RunningEngine, exchange: Exchange): number | null {
  if (exchange.kind !== "generate") return null;
  const { responseId } = traceExchange(exchange);
  return responseId === null ? null : engine.loggedPromptTokens(responseId);
}

/** CPU time over the last stretch of a silence: a hung engine uses none, a slow one does. */
function watchCpu(engine: RunningEngine, everyMs: number) {
  const samples: { atMs: number; cpuMs: number }[] = [];
  const sample = () => {
    const cpuMs = engine.cpuMs();
    if (cpuMs !== null) samples.push({ atMs: performance.now(), cpuMs });
  };
  sample();
  const timer = setInterval(sample, Math.max(50, everyMs));
  timer.unref();
  return {
    usedSince: (windowMs: number): number | null => {
      const cpuMs = engine.cpuMs();
      const from = samples.find((each) => each.atMs >= performance.now() - windowMs);
      return cpuMs === null || from === undefined ? null : cpuMs - from.cpuMs;
    },
    stop: () => clearInterval(timer),
  };
}
