/**
 * The shipped client under load: an attempt as a run makes it, against the load server, and how far
 * its times are from those at which the server really wrote.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { metricsOfAttempt } from "../../analyze/burst.ts";
import { countTokens } from "../../analyze/calibrate.ts";
import { quantile } from "../../analyze/statistics.ts";
import { traceExchange } from "../../analyze/trace.ts";
import { performAttempt } from "../../drive/attempt.ts";
import type { ClientRequest, MeasuringClient } from "../../drive/client.ts";
import { ClientPool } from "../../drive/pool.ts";
import { attachEngine } from "../../engine/attached.ts";
import { turnsOf } from "../../plan/load.ts";
import { readBare } from "./bare.ts";
import type { LoadRecord, LoadRecords, Phases } from "./server.ts";

export interface LoadServer {
  url: string;
  close(): Promise<void>;
}

/** Starts the load server in a process of its own. */
export async function spawnLoadServer(): Promise<LoadServer> {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, "main.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
    // What this process is started with (a profiler) is not for the server.
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const port = await new Promise<string>((resolve, reject) => {
    if (child.stdout === null) return reject(new Error("no stdout"));
    createInterface(child.stdout).once("line", resolve);
    void exited.then(() => reject(new Error("the load server ended")));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      child.stdin?.end();
      await exited;
    },
  };
}

export interface LoadStep {
  /** Streams at once. */
  streams: number;
  /** Tokens/s of each. */
  rate: number;
  /** Tokens of each reply. */
  tokens: number;
  phases: Phases;
}

/** Quantiles, ms. */
export interface Spread {
  p50: number;
  p99: number;
  p999: number;
  max: number;
}

export interface LoadFigures {
  /** Tokens of which the times were compared. */
  tokens: number;
  /** The client's time of a token less the time at which the server wrote it. */
  errorMs: Spread;
  /** Gaps between tokens: the client's less the server's, whichever is longer. */
  gapErrorMs: Spread;
  /** How late the server wrote, by its own schedule. */
  serverLateMs: Spread;
  loopDelayMs: Spread;
  /** Shares of a core. */
  clientCpu: number;
  serverCpu: number;
  /** Tokens/s of all streams together as our metrics have them, and by the server's own record. */
  measured: number;
  true: number;
}

/** A pool that remembers the start of the attempt: recorded times are relative to it. */
class WitnessPool extends ClientPool {
  attemptStart: bigint | null = null;

  override take(): MeasuringClient {
    const client = super.take();
    const send = Object.getPrototypeOf(client).send as MeasuringClient["send"];
    client.send = (request, options) => {
      this.attemptStart = options.attemptStart;
      return send.call(client, request, options);
    };
    return client;
  }
}

const LOOP_RESOLUTION_MS = 5;

/** One attempt of the shipped client. */
export async function measureLoad(server: LoadServer, step: LoadStep): Promise<LoadFigures> {
  const { streams, rate, tokens, phases } = step;
  const signal = new AbortController().signal;
  const baseUrl = `${server.url}/${rate}/${phases}/v1`;
  const up = await attachEngine({ baseUrl, apiKey: null, modelId: null, signal });
  if (up.kind === "failed") throw new Error(up.failure.evidence);
  const pool = new WitnessPool(baseUrl, null);
  const load = { kind: "closed", concurrency: streams } as const;
  const turns = Array.from({ length: turnsOf(load) }, (_, turn) => [requestOf(tokens, turn)]);
  const before = await recordsOf(server);
  const delays = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  delays.enable();
  const options = { timeoutMs: 60_000, keepBodies: false, signal };
  const attempt = await performAttempt(up.engine, pool, turns, load, options);
  delays.disable();
  const { records, cpuMs } = await recordsOf(server);
  await pool.close();
  const start = Number(pool.attemptStart);
  const calls = attempt.exchanges.map((exchange) => {
    const trace = traceExchange(exchange);
    const call = { exchange, trace, tokens: { prompt: null, output: null, first: null } };
    return { ...call, tokens: countTokens(call, 0, 0, null) };
  });
  const seen = calls.map(({ exchange, trace }) => ({
    id: trace.responseId,
    ns: trace.chunkMs.map((ms) => start + exchange.sentNs + ms * 1e6),
  }));
  const tookMs = attempt.client?.tookMs ?? Number.NaN;
  const metrics = metricsOfAttempt(calls).at(-1);
  // One stream alone is no burst: its decode rate stands for it.
  const name = streams === 1 ? "decodeTokensPerSecond" : "throughputTokensPerSecond";
  return {
    ...compare(seen, records),
    loopDelayMs: {
      p50: delays.percentile(50) / 1e6 - LOOP_RESOLUTION_MS,
      p99: delays.percentile(99) / 1e6 - LOOP_RESOLUTION_MS,
      p999: delays.percentile(99.9) / 1e6 - LOOP_RESOLUTION_MS,
      max: delays.max / 1e6 - LOOP_RESOLUTION_MS,
    },
    clientCpu: (attempt.client?.cpuMs ?? Number.NaN) / tookMs,
    serverCpu: (cpuMs - before.cpuMs) / tookMs,
    measured: metrics?.get(name) ?? Number.NaN,
    true: trueRate(records),
  };
}

function requestOf(tokens: number, turn: number): ClientRequest {
  const messages = [{ role: "user", content: `[${100_000 + turn}] Why does the tide come in?` }];
  const limit = { max_completion_tokens: tokens };
  return {
    method: "POST",
    path: "/v1/chat/completions",
    body: JSON.stringify({ model: "load/model", messages, stream: true, ...limit }),
    step: 0,
    kind: "generate",
    stream: true,
    maxTokens: tokens,
  };
}

/** The same streams, read by bare sockets; one turn each. */
export async function measureBare(server: LoadServer, step: LoadStep): Promise<Spread> {
  const { streams, rate, tokens, phases } = step;
  await recordsOf(server);
  const bodies = Array.from({ length: streams }, (_, turn) => requestOf(tokens, turn).body ?? "");
  const url = `${server.url}/${rate}/${phases}/v1/chat/completions`;
  const seen = await readBare(url, bodies);
  return compare(seen, (await recordsOf(server)).records).errorMs;
}

/** Times of a stream's tokens as a reader saw them, ns of `process.hrtime`. */
export interface Seen {
  id: string | null;
  ns: number[];
}

/** @throws Error when a reader missed a token, or saw it before it was written */
export function compare(
  seen: readonly Seen[],
  records: readonly LoadRecord[],
): Pick<LoadFigures, "tokens" | "errorMs" | "gapErrorMs" | "serverLateMs"> {
  const byId = new Map(records.map((record) => [record.id, record]));
  const errors: number[] = [];
  const gaps: number[] = [];
  for (const { id, ns } of seen) {
    const written = byId.get(id ?? "")?.writtenNs ?? [];
    if (ns.length === 0 || written.length !== ns.length)
      throw new Error(`${id}: ${ns.length} tokens instead of ${written.length}`);
    const own = ns.map((at, index) => (at - (written[index] ?? 0)) / 1e6);
    // A float's rounding of ms is far below a µs.
    if (own.some((error) => error < -0.001)) throw new Error(`${id}: seen before it was written`);
    errors.push(...own);
    gaps.push(...own.slice(1).map((error, index) => Math.abs(error - (own[index] ?? 0))));
  }
  const late = records.flatMap(({ dueNs, writtenNs }) =>
    writtenNs.map((at, index) => (at - (dueNs[index] ?? 0)) / 1e6),
  );
  return {
    tokens: errors.length,
    errorMs: spread(errors),
    gapErrorMs: spread(gaps),
    serverLateMs: spread(late),
  };
}

function spread(values: readonly number[]): Spread {
  const max = values.reduce((most, value) => Math.max(most, value), 0);
  return {
    p50: quantile(values, 0.5),
    p99: quantile(values, 0.99),
    p999: quantile(values, 0.999),
    max,
  };
}

/** Tokens by the time from the first request's arrival to the last token; of one stream, its decode rate. */
function trueRate(records: readonly LoadRecord[]): number {
  const [only] = records;
  const last = Math.max(...records.map(({ writtenNs }) => writtenNs.at(-1) ?? 0));
  if (records.length === 1 && only !== undefined) {
    const { writtenNs } = only;
    return (writtenNs.length - 1) / ((last - (writtenNs[0] ?? 0)) / 1e9);
  }
  const from = Math.min(...records.map(({ arrivedNs }) => arrivedNs));
  const tokens = records.reduce((sum, { writtenNs }) => sum + writtenNs.length, 0);
  return tokens / ((last - from) / 1e9);
}

/** Takes what the server has recorded. */
export async function recordsOf(server: LoadServer): Promise<LoadRecords> {
  const response = await fetch(`${server.url}/load/records`);
  return (await response.json()) as LoadRecords;
}
