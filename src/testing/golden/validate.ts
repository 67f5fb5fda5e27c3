/**
 * Runs the shipped loop against the golden server, script by script, and compares what it says with
 * what is true: counts, texts and outcomes by the script, times by the server's own record.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { countTokens } from "../../analyze/calibrate.ts";
import { classify, type Finding } from "../../analyze/classify.ts";
import { decodeRate } from "../../analyze/metrics.ts";
import { median, quantile } from "../../analyze/statistics.ts";
import { type Trace, traceExchange } from "../../analyze/trace.ts";
import { bench } from "../../bench.ts";
import { MeasuringClient } from "../../drive/client.ts";
import type { Exchange } from "../../drive/types.ts";
import type { BenchHost } from "../../end.ts";
import { fold } from "../../journal/fold.ts";
import { readJournal } from "../../journal/journal.ts";
import { attemptsOf } from "../../journal/state.ts";
import { allTokens, type GoldenScript, readCorpus } from "./script.ts";
import type { GoldenRecord } from "./server.ts";

/** Where the golden server is, in a process of its own. */
export interface Golden {
  url: string;
  scripts: GoldenScript[];
  close(): Promise<void>;
}

/** Starts it with a folder of scripts. */
export async function spawnGolden(corpus: string): Promise<Golden> {
  const main = join(import.meta.dirname, "main.ts");
  const child: ChildProcess = spawn(process.execPath, [main, corpus], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const line = await new Promise<string>((resolve, reject) => {
    if (child.stdout === null) return reject(new Error("no stdout"));
    createInterface(child.stdout).once("line", resolve);
    void exited.then(() => reject(new Error("the golden server ended")));
  });
  return {
    url: `http://127.0.0.1:${line}`,
    scripts: readCorpus(corpus),
    close: async () => {
      child.stdin?.end();
      child.kill();
      await exited;
    },
  };
}

/** One row of the table. */
export interface Row {
  script: GoldenScript;
  /** What is wrong, in words; empty when everything is right. */
  wrong: string[];
  outcome: Finding["kind"];
  output: number | null;
  outputSource: string | null;
  prompt: number | null;
  decode: { measured: number; true: number }[];
  /** Differences from the server's own times, ms. */
  errors: { ttft: number[]; e2e: number[]; itl: number[] };
  /** Round trips of the loopback just before, ms. */
  rtts: number[];
}

/** What the shipped code says of a script. */
interface Said {
  finding: Finding;
  output: number | null;
  outputSource: string | null;
  prompt: number | null;
  promptSource: string | null;
  /** Each measured reply with the rate that was made of it. */
  replies: { exchange: Exchange; trace: Trace; decode: number | null }[];
}

/** @param rounds measured rounds of each script */
export async function validateScript(
  golden: Golden,
  script: GoldenScript,
  rounds: number,
): Promise<Row> {
  const rtts = await roundTrips(golden);
  const rttMs = median(rtts);
  await records(golden);
  const said =
    script.asks.route === "ollama"
      ? await askOllama(golden, script, rounds)
      : await runBench(golden, script, rounds);
  const played = (await records(golden)).filter((record) => record.script === script.name);
  return { ...compare(script, said, played, rttMs), rtts };
}

async function runBench(golden: Golden, script: GoldenScript, rounds: number): Promise<Said> {
  const out = mkdtempSync(join(tmpdir(), "golden-"));
  try {
    const sink = { write: () => true, isTTY: false };
    const host: BenchHost = {
      env: {},
      cwd: out,
      stdout: sink,
      stderr: sink,
      signal: new AbortController().signal,
      entry: "cli",
    };
    const scenario = script.asks.route === "plain" ? "plain" : script.asks.scenario;
    const end = await bench(
      {
        "base-url": `${golden.url}/s/${script.name}/v1`,
        scenario: [join(import.meta.dirname, "scenarios", `${scenario}.json5`)],
        compat: ["requiresStringContent=true"],
        rounds: String(rounds),
        "max-tokens": String(script.asks.maxTokens),
        timeout: String(script.asks.timeout),
        "fail-on": "none",
        out,
        quiet: true,
      },
      host,
    );
    if (end.result === null) throw new Error(end.error?.message ?? "no result");
    const cell = end.result.cells[0];
    const state = fold(readJournal(join(out, "journal.jsonl")).entries);
    const told = state?.cells.get(cell?.id ?? "");
    if (cell === undefined || told === undefined) throw new Error("no cell");
    const measured = attemptsOf(told, "measure").filter((each) => each.finding.kind === "pass");
    const rates = new Map(
      cell.metrics.decodeTokensPerSecond?.samples.map((each) => [each.round, each.value]),
    );
    const shown = measured.length > 0 ? measured : attemptsOf(told, "probe");
    return {
      finding: { kind: cell.outcome.kind, evidence: cell.outcome.evidence },
      ...cell.tokens,
      replies: shown.flatMap(({ calls, round }) =>
        calls.map(({ exchange, trace }) => ({ exchange, trace, decode: rates.get(round) ?? null })),
      ),
    };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** Ollama's route is none of a scenario's: asked by the client itself, analysed by the same code. */
async function askOllama(golden: Golden, script: GoldenScript, rounds: number): Promise<Said> {
  const client = new MeasuringClient(`${golden.url}/s/${script.name}`, null);
  const replies: Said["replies"] = [];
  let said: Omit<Said, "replies" | "finding"> | null = null;
  let finding: Finding = { kind: "not-run", evidence: null };
  for (let round = 0; round < rounds; round++) {
    const body = JSON.stringify({ messages: [{ role: "user", content: `Words ${round}.` }] });
    const exchange = await client.send(
      { method: "POST", path: "/api/chat", body, step: 0, kind: "generate", stream: true },
      {
        timeoutMs: script.asks.timeout * 1000,
        signal: new AbortController().signal,
        keepBodies: false,
        attemptStart: process.hrtime.bigint(),
      },
    );
    const trace = traceExchange(exchange);
    const tokens = { prompt: null, output: null, first: null };
    const counted = countTokens({ exchange, trace, tokens }, 0, 0, null);
    finding = classify({
      exchanges: [exchange],
      traces: [trace],
      toolNames: [],
      exit: null,
      silentCpuMs: null,
      attached: true,
    });
    said = counted;
    replies.push({ exchange, trace, decode: decodeRate(counted.output, counted.first, trace) });
  }
  await client.close();
  if (said === null) throw new Error("not asked");
  return { ...said, finding, replies };
}

function compare(
  script: GoldenScript,
  said: Said,
  played: readonly GoldenRecord[],
  rttMs: number,
): Omit<Row, "rtts"> {
  const { truth } = script;
  const wrong: string[] = [];
  const check = (what: string, is: unknown, should: unknown) => {
    if (JSON.stringify(is) === JSON.stringify(should)) return;
    wrong.push(`${what}: ${JSON.stringify(is)} instead of ${JSON.stringify(should)}`);
  };
  check("outcome", said.finding.kind, truth.outcome);
  if (truth.evidence !== undefined && !said.finding.evidence?.includes(truth.evidence)) {
    wrong.push(`evidence: ${said.finding.evidence}`);
  }
  const errors: Row["errors"] = { ttft: [], e2e: [], itl: [] };
  const decode: Row["decode"] = [];
  const used = new Set<GoldenRecord>();
  for (const { exchange, trace, decode: measured } of said.replies) {
    if (truth.text !== null) check("text", trace.text, truth.text);
    if (truth.outcome === "pass") {
      check("reasoning", trace.reasoning, truth.reasoning);
      check("tool calls", trace.toolCalls, truth.toolCalls);
    }
    const record = played.find(
      (each) => !used.has(each) && each.bodyDigest === exchange.requestDigest,
    );
    if (record === undefined) {
      wrong.push("a request that the server has no record of");
      continue;
    }
    used.add(record);
    if (truth.outcome !== "pass" || script.asks.route === "plain") continue;
    compareTimes(trace, record, rttMs, errors, wrong);
    const real = trueRate(record);
    if (truth.decode && measured !== null && real !== null) decode.push({ measured, true: real });
    if (truth.decode && measured === null) wrong.push("no decode rate");
    if (!truth.decode && measured !== null) wrong.push(`a guessed decode rate: ${measured}`);
  }
  if (truth.outcome === "pass") {
    check("output tokens", said.output, truth.output);
    check("their source", said.outputSource, truth.outputSource);
    check("prompt tokens", said.prompt, truth.prompt);
    check("their source", said.promptSource, truth.promptSource);
    // The script's own words and its figures must not contradict each other.
    check("tokens in the script", allTokens(script).length, scriptTokens(script));
  }
  const { output, outputSource, prompt } = said;
  return {
    script,
    wrong: [...new Set(wrong)],
    outcome: said.finding.kind,
    ...{ output, outputSource, prompt, decode, errors },
  };
}

function scriptTokens(script: GoldenScript): number {
  return script.asks.route === "plain" ? 0 : (script.truth.output ?? 0);
}

/** The client's times are from its own t0: half a round trip before the request arrives, and half after. */
function compareTimes(
  trace: Trace,
  record: GoldenRecord,
  rttMs: number,
  errors: Row["errors"],
  wrong: string[],
): void {
  const at = record.writes
    .filter(({ kind }) => kind === "answer" || kind === "reasoning")
    .map(({ ns }) => (ns - record.arrivedNs) / 1e6);
  if (at.length !== trace.chunkMs.length) {
    wrong.push(`${trace.chunkMs.length} chunks instead of ${at.length}`);
    return;
  }
  const first = at[0] ?? 0;
  errors.ttft.push((trace.ttftMs ?? 0) - first - rttMs);
  errors.e2e.push((trace.e2eMs ?? 0) - (at.at(-1) ?? 0) - rttMs);
  for (let index = 1; index < at.length; index++) {
    const measured = (trace.chunkMs[index] ?? 0) - (trace.chunkMs[index - 1] ?? 0);
    errors.itl.push(measured - ((at[index] ?? 0) - (at[index - 1] ?? 0)));
  }
}

/** Tokens made after those of the first chunk, by the time from that chunk to the last token. */
export function trueRate(record: GoldenRecord): number | null {
  const made = record.writes.filter(({ tokens }) => tokens > 0);
  const first = made.findIndex(({ kind }) => kind !== "token");
  const from = made[first];
  const last = made.at(-1);
  if (from === undefined || last === undefined || last.ns <= from.ns) return null;
  const count = made.slice(first + 1).reduce((sum, { tokens }) => sum + tokens, 0);
  return count / ((last.ns - from.ns) / 1e9);
}

const PINGS = 12;
/** The first ones find code that was never run and a connection that is new. */
const PINGS_BEFORE = 3;
const PING_AFTER_MS = 25;

/** Times of requests that are answered after a pause, less the time in the server, ms. */
async function roundTrips(golden: Golden): Promise<number[]> {
  const client = new MeasuringClient(golden.url, null);
  const seen: number[] = [];
  await records(golden);
  const path = `/golden/ping?after=${PING_AFTER_MS}`;
  for (let count = 0; count < PINGS_BEFORE + PINGS; count++) {
    const exchange = await client.send(
      { method: "POST", path, body: "{}", step: 0, kind: "generate", stream: false },
      {
        timeoutMs: 5_000,
        signal: new AbortController().signal,
        keepBodies: false,
        attemptStart: process.hrtime.bigint(),
      },
    );
    seen.push((exchange.segments[0]?.tNs ?? 0) / 1e6);
  }
  await client.close();
  const pings = await records(golden);
  const inside = pings.map(({ arrivedNs, writes }) => ((writes[0]?.ns ?? 0) - arrivedNs) / 1e6);
  return seen.map((ms, index) => ms - (inside[index] ?? 0)).slice(PINGS_BEFORE);
}

/** What the server recorded since it was last asked. */
export async function records(golden: Golden): Promise<GoldenRecord[]> {
  const response = await fetch(`${golden.url}/golden/records`);
  return (await response.json()) as GoldenRecord[];
}

export interface Limits {
  medianMs: number;
  p99Ms: number;
  rate: number;
}

/** What the issue of a wrong figure is measured by. */
export const LIMITS: Limits = { medianMs: 0.1, p99Ms: 1, rate: 0.005 };

export interface Timing {
  name: string;
  n: number;
  medianMs: number;
  p99Ms: number;
  maxMs: number;
}

/**
 * How much round trips of the loopback themselves differed from their median, ms: half of them by
 * `medianMs` or less, and their p99 lies `p99Ms` above it.
 */
export function jitterMs(rows: readonly Row[]): { medianMs: number; p99Ms: number } {
  const rtts = rows.flatMap((row) => row.rtts.map((rtt) => rtt - median(row.rtts)));
  if (rtts.length === 0) return { medianMs: 0, p99Ms: 0 };
  return { medianMs: median(rtts.map(Math.abs)), p99Ms: Math.max(0, quantile(rtts, 0.99)) };
}

/** Absolute differences of all rows together. */
export function timings(rows: readonly Row[]): Timing[] {
  return (["ttft", "e2e", "itl"] as const).map((name) => {
    const all = rows.flatMap((row) => row.errors[name]).map(Math.abs);
    if (all.length === 0) return { name, n: 0, medianMs: 0, p99Ms: 0, maxMs: 0 };
    return {
      name,
      n: all.length,
      medianMs: median(all),
      p99Ms: quantile(all, 0.99),
      maxMs: Math.max(...all),
    };
  });
}

/** Relative error of each rate. */
export function rateErrors(row: Row): number[] {
  return row.decode.map(({ measured, true: real }) => Math.abs(measured / real - 1));
}
