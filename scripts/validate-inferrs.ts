/**
 * `npm run validate:inferrs -- INFERRS [INFERRS_BENCHMARK]`: our rates beside the durations that the
 * real inferrs gives of itself on /api/chat, and beside what inferrs-benchmark says of the same
 * prompts; a synthetic model, on this machine. Markdown on standard output.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { readCrosscheck } from "../src/analyze/crosscheck.ts";
import { decodeRate } from "../src/analyze/metrics.ts";
import { median } from "../src/analyze/statistics.ts";
import { traceExchange } from "../src/analyze/trace.ts";
import { type ClientRequest, MeasuringClient } from "../src/drive/client.ts";
import { crosscheckRequests } from "../src/drive/crosscheck.ts";
import type { Exchange } from "../src/drive/types.ts";
import type { RunningEngine } from "../src/engine/engine.ts";
import { startEngine } from "../src/engine/started.ts";
import { provisionModel } from "../src/provision/model.ts";
import { promptOfBenchmark, runBenchmark } from "../src/testing/inferrs/benchmark.ts";

const WORDS = [64, 256, 640];
const MAX_TOKENS = 64;
const ROUNDS = 5;
/** Ours and inferrs-benchmark's take turns, so that a busy minute of the machine hits both. */
const BLOCKS = 2;

const [inferrs, benchmark] = process.argv.slice(2).map((path) => resolve(path));
if (inferrs === undefined) {
  process.stderr.write("which inferrs? npm run validate:inferrs -- INFERRS [INFERRS_BENCHMARK]\n");
  process.exit(2);
}
const print = (line: string) => process.stdout.write(`${line}\n`);
const workDir = mkdtempSync(join(tmpdir(), "validate-inferrs-"));

/** Figures of one prompt on one route. */
interface Figures {
  ttftMs: number[];
  prefill: number[];
  decode: number[];
}
const none = (): Figures => ({ ttftMs: [], prefill: [], decode: [] });

try {
  const here = { cwd: workDir, workDir, env: process.env };
  const { prepared } = await provisionModel({ kind: "synthetic", seed: 1 }, here);
  print(
    `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}. ${BLOCKS * ROUNDS} requests a row, ${MAX_TOKENS} tokens each; medians (min to max).`,
  );
  print("");
  print("| prompt tokens | whose figures | TTFT, ms | prefill, tok/s | decode, tok/s |");
  print("| --: | :-- | --: | --: | --: |");
  for (const words of WORDS) {
    const prompt =
      benchmark === undefined
        ? Array.from({ length: words }, (_, index) => `word${index % 9}`).join(" ")
        : await promptOfBenchmark(benchmark, words);
    const [ours, same, engine, theirFormula, theirs] = [none(), none(), none(), none(), none()];
    let tokens = 0;
    for (let block = 0; block < BLOCKS; block++) {
      tokens = await ourBlock(prompt, { ours, same, engine, theirFormula });
      if (benchmark === undefined) continue;
      const runs = await runBenchmark({
        ...{ executable: benchmark, inferrs, words, maxTokens: MAX_TOKENS, runs: ROUNDS },
        model: join(prepared.cwd, prepared.name),
      });
      for (const run of runs) {
        if (run.promptTokens !== tokens || run.outputTokens !== MAX_TOKENS) {
          throw new Error(
            `inferrs-benchmark counts ${run.promptTokens}, ${run.outputTokens} tokens`,
          );
        }
        add(theirs, run.ttftMs, run.prefill, run.decode);
      }
    }
    const rows: [string, Figures][] = [
      ["inferrs-bench", ours],
      ["inferrs-bench, of streams on /api/chat", same],
      ["the engine's own durations, of the same streams", engine],
      ["inferrs-bench's record by inferrs-benchmark's formula", theirFormula],
      ["inferrs-benchmark", theirs],
    ];
    for (const [name, { ttftMs, prefill, decode }] of rows) {
      if (decode.length === 0) continue;
      print(`| ${tokens} | ${name} | ${spread(ttftMs)} | ${spread(prefill)} | ${spread(decode)} |`);
    }
  }
} finally {
  rmSync(workDir, { recursive: true, force: true });
}

function add(figures: Figures, ttftMs: number, prefill: number, decode: number): void {
  figures.ttftMs.push(ttftMs);
  figures.prefill.push(prefill);
  figures.decode.push(decode);
}

function known(value: number | null): number {
  if (value === null) throw new Error("a figure is missing");
  return value;
}

function send(client: MeasuringClient, request: ClientRequest): Promise<Exchange> {
  const attemptStart = process.hrtime.bigint();
  const { signal } = new AbortController();
  return client.send(request, { timeoutMs: 300_000, keepBodies: false, attemptStart, signal });
}

/** One life of the engine: a warm-up, then the same chat on every route in turn. @returns prompt tokens */
async function ourBlock(
  prompt: string,
  to: { ours: Figures; same: Figures; engine: Figures; theirFormula: Figures },
): Promise<number> {
  const engine = await start();
  const client = new MeasuringClient(engine.baseUrl, null);
  let tokens = 0;
  try {
    for (let round = -1; round < ROUNDS; round++) {
      const [chat, plain, whole] = crosscheckRequests(engine.servedId, MAX_TOKENS, 1, true, prompt);
      if (chat === undefined || plain === undefined || whole === undefined) throw new Error("?");
      const exchanges = [await send(client, chat), await send(client, plain)];
      // Streamed, so that one and the same request has our times and the engine's durations.
      const body = JSON.stringify({ ...JSON.parse(whole.body ?? ""), stream: true });
      const streamed = traceExchange(await send(client, { ...whole, body, stream: true }));
      if (round < 0) continue;
      const { promptTokens, disagreements, ...rates } = readCrosscheck({
        exchanges,
        loggedPromptTokens: [],
      });
      tokens = known(promptTokens.plain);
      if (disagreements.length > 0 || streamed.usage?.outputTokens !== MAX_TOKENS) {
        throw new Error(`counts differ: ${disagreements.join("; ")}`);
      }
      const trace = traceExchange(exchanges[0] as Exchange);
      const [ttftMs, totalMs] = [known(trace.ttftMs), known(trace.totalMs)];
      const prefill = known(rates.prefillTokensPerSecond.ours);
      add(to.ours, ttftMs, prefill, known(rates.decodeTokensPerSecond.ours));
      const ours = known(streamed.ttftMs);
      const decode = known(decodeRate(MAX_TOKENS, 1, streamed));
      add(to.same, ours, (1000 * tokens) / ours, decode);
      const prefillMs = known(streamed.engineMs?.prefill ?? null);
      const decodeMs = known(streamed.engineMs?.decode ?? null);
      // Its prefill ends after the first token.
      const rate = (1000 * (MAX_TOKENS - 1)) / decodeMs;
      add(to.engine, prefillMs, (1000 * tokens) / prefillMs, rate);
      // All chunks, the first one too, by the time from the first to the end of the stream.
      add(to.theirFormula, ttftMs, prefill, (1000 * trace.chunkMs.length) / (totalMs - ttftMs));
    }
  } finally {
    await client.close();
    await engine.stop();
  }
  return tokens;
}

async function start(): Promise<RunningEngine> {
  const name = "synthetic-gemma4";
  const started = await startEngine({
    variant: {
      name: "head",
      engine: { kind: "inferrs", inferrs: { kind: "path", path: inferrs ?? "" }, sha256: null },
      model: { kind: "synthetic", seed: 1 },
      device: "auto",
      serverArgs: [],
    },
    executable: inferrs ?? "",
    model: { name, cwd: workDir },
    start: 0,
    outDir: workDir,
    workDir,
    readyTimeoutMs: 120_000,
    memoryLimitBytes: 8e9,
    env: process.env,
    version: null,
    signal: new AbortController().signal,
    onSpawned: () => {},
  });
  if (started.kind === "failed") throw new Error(started.failure.evidence);
  return started.engine;
}

function spread(values: readonly number[]): string {
  const show = (value: number) => (value < 100 ? value.toFixed(1) : value.toFixed(0));
  return `${show(median(values))} (${show(Math.min(...values))} to ${show(Math.max(...values))})`;
}
