/** One attempt at a cell: its turns as users would send them, one alone or several at once. */
import { setMaxListeners } from "node:events";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { traceExchange } from "../analyze/trace.ts";
import type { RunningEngine } from "../engine/engine.ts";
import type { ClientLoad, JournalEvent } from "../journal/events.ts";
import type { Arrivals } from "../plan/load.ts";
import type { ClientRequest } from "./client.ts";
import type { ClientPool } from "./pool.ts";
import { blotted } from "./secrets.ts";
import type { Exchange } from "./types.ts";

export type AttemptRecord = Pick<
  JournalEvent & { type: "attempt" },
  "exchanges" | "loggedPromptTokens" | "exit" | "silentCpuMs" | "peak" | "peakVramBytes" | "client"
>;

export interface AttemptOptions {
  timeoutMs: number;
  keepBodies: boolean;
  signal: AbortSignal;
}

/** How long a just-closed connection may precede the news of the engine's death. */
const DEATH_NEWS_MS = 300;
const CPU_SAMPLES_PER_TIMEOUT = 8;

/**
 * Sends each turn's requests one after the other and stops the turn at the first that gets no proper
 * answer. The engine's death ends the attempt at once.
 * @param turns the requests of each turn
 * @param arrivals when each turn begins; one turn alone begins at once
 */
export async function performAttempt(
  engine: RunningEngine,
  pool: ClientPool,
  turns: readonly (readonly ClientRequest[])[],
  arrivals: Arrivals,
  options: AttemptOptions,
): Promise<AttemptRecord> {
  engine.beginPeak();
  const load = watchOurselves();
  const attemptStart = process.hrtime.bigint();
  const gone = new AbortController();
  void engine.died.then(() => gone.abort("the engine died"));
  const signal = AbortSignal.any([options.signal, gone.signal]);
  // Each request listens on it, and there may be any number at once.
  setMaxListeners(0, signal);
  const sending = { ...options, attemptStart, signal };
  const cpu = watchCpu(engine, options.timeoutMs / CPU_SAMPLES_PER_TIMEOUT);
  const exchanges =
    turns.length === 1
      ? await sendTurn(pool, turns[0] ?? [], sending)
      : await sendBurst(pool, turns, arrivals, sending);
  const silentCpuMs = cpu.usedSince(options.timeoutMs * 0.9);
  cpu.stop();
  const client = await load.end();
  const broken = exchanges.some((exchange) => exchange.end.kind !== "closed");
  if (broken && !options.signal.aborted) {
    await Promise.race([engine.died, new Promise((resolve) => setTimeout(resolve, DEATH_NEWS_MS))]);
  }
  // The attempt's own peak, also when it was the last: a long prompt before it is not its doing.
  const seen = engine.peak();
  const exit = engine.exit();
  // At a kill the kernel has seen more than the last sample.
  const peak = exit?.peak ?? seen;
  const silent = exchanges.some((exchange) => exchange.end.kind === "timeout");
  return {
    exchanges: exchanges.map((exchange) => blotted(exchange, [engine.apiKey])),
    loggedPromptTokens: exchanges.map((exchange) => loggedTokens(engine, exchange)),
    exit: exit === null ? null : { ...exit, peak },
    silentCpuMs: silent ? silentCpuMs : null,
    peak,
    peakVramBytes: engine.peakVramBytes(),
    client,
  };
}

type Sending = AttemptOptions & { attemptStart: bigint };

async function sendTurn(
  pool: ClientPool,
  requests: readonly ClientRequest[],
  sending: Sending,
): Promise<Exchange[]> {
  const client = pool.take();
  const exchanges: Exchange[] = [];
  for (const request of requests) {
    const exchange = await client.send(request, sending);
    exchanges.push(exchange);
    const answered = exchange.end.kind === "closed" && (exchange.status ?? 500) < 400;
    const skippable = request.kind === "get" && exchange.status === 404;
    if (!answered && !skippable) break;
  }
  pool.give(client);
  return exchanges;
}

/** Several turns: in a closed loop each user sends the next when answered; in an open one at its due time. */
async function sendBurst(
  pool: ClientPool,
  turns: readonly (readonly ClientRequest[])[],
  arrivals: Arrivals,
  sending: Sending,
): Promise<Exchange[]> {
  const done: Exchange[][] = [];
  const run = async (turn: number, dueNs: number | null) => {
    const exchanges = await sendTurn(pool, turns[turn] ?? [], sending);
    for (const exchange of exchanges) {
      exchange.turn = turn;
      if (dueNs !== null) exchange.dueNs = dueNs;
    }
    done[turn] = exchanges;
  };
  if (arrivals.kind === "open") {
    await Promise.all(
      turns.map(async (_, turn) => {
        const dueMs = arrivals.dueMs[turn] ?? 0;
        await until(sending.attemptStart, dueMs, sending.signal);
        if (!sending.signal.aborted) await run(turn, dueMs * 1e6);
      }),
    );
    return done.flat();
  }
  let next = 0;
  const user = async () => {
    while (next < turns.length && !sending.signal.aborted) await run(next++, null);
  };
  await Promise.all(Array.from({ length: arrivals.concurrency }, user));
  return done.flat();
}

/** Waits for a time since `start`, by absolute deadline. */
async function until(start: bigint, ms: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const left = ms - Number(process.hrtime.bigint() - start) / 1e6;
    if (left <= 0 || signal.aborted) return;
    await new Promise((resolve) => setTimeout(resolve, Math.min(left, 100)));
  }
}

function loggedTokens(engine: RunningEngine, exchange: Exchange): number | null {
  if (exchange.kind !== "generate") return null;
  const { responseId } = traceExchange(exchange);
  return responseId === null ? null : engine.loggedPromptTokens(responseId);
}

/** How often the event loop's delay is looked at, ms: part of what the histogram has. */
const LOOP_RESOLUTION_MS = 5;

/** What this process is at: its CPU time, and how long its event loop was kept from running. */
export function watchOurselves(): { end(): Promise<ClientLoad> } {
  const delays = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  const cpuFrom = process.cpuUsage();
  const loopFrom = performance.eventLoopUtilization();
  const from = performance.now();
  delays.enable();
  return {
    end: async () => {
      const tookMs = performance.now() - from;
      // Where the whole process was kept from running, what came meanwhile is read before the loop's
      // delay is looked at: that happens on the way to the second of these.
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      delays.disable();
      const { user, system } = process.cpuUsage(cpuFrom);
      const delayMs = (ns: number) =>
        delays.count === 0 ? 0 : Math.max(0, ns / 1e6 - LOOP_RESOLUTION_MS);
      return {
        cpuMs: (user + system) / 1000,
        loopDelayMs: delayMs(delays.max),
        loopDelayP99Ms: delayMs(delays.percentile(99)),
        loopBusy: performance.eventLoopUtilization(loopFrom).utilization,
        tookMs,
      };
    },
  };
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
