/**
 * `npm run validate:fit:inferrs -- INFERRS [TOKENS...]`: a ladder up to 4,096 tokens on the real inferrs
 * with a synthetic model, what it foretells for longer prompts (8,192 and 12,000, or those given), and
 * what those then really take. Markdown on standard output.
 *
 * Memory grows with the square of the prompt: run it below `ulimit -v`, as its limit here is 14 GB.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type FitPoint, fitMemory, fitTime, forecast } from "../src/analyze/fit/fit.ts";
import { bytesFor } from "../src/analyze/fit/looks.ts";
import { gb, seconds, withInterval } from "../src/analyze/fit/words.ts";
import { performAttempt } from "../src/drive/attempt.ts";
import { lookRequest } from "../src/drive/look.ts";
import { ClientPool } from "../src/drive/pool.ts";
import { startEngine } from "../src/engine/started.ts";
import { toLook } from "../src/journal/look.ts";
import type { Look } from "../src/journal/state.ts";
import { ALONE, arrivalsOf } from "../src/plan/load.ts";
import { provisionModel } from "../src/provision/model.ts";
import { LADDER } from "../src/testing/fit/hidden.ts";

const LIMIT_BYTES = 14e9;
const SILENCE_MS = 1_800_000;

const [path, ...given] = process.argv.slice(2);
if (path === undefined) {
  process.stderr.write("which inferrs? npm run validate:fit:inferrs -- INFERRS [TOKENS...]\n");
  process.exit(2);
}
const asked = given.length > 0 ? given.map(Number) : [8192, 12_000];
const print = (line: string) => process.stdout.write(`${line}\n`);
const workDir = mkdtempSync(join(tmpdir(), "validate-fit-"));

try {
  const { signal } = new AbortController();
  const here = { cwd: workDir, workDir, env: process.env, signal };
  const options = { ...here, offline: true, modelCache: null, note: () => {} };
  const { prepared } = await provisionModel({ kind: "synthetic", seed: 1 }, options);
  const inferrs = resolve(path);
  const started = await startEngine({
    ...{ ...here, outDir: workDir, executable: inferrs, model: prepared, start: 0, version: null },
    variant: {
      ...{ name: "head", device: "auto", serverArgs: [], model: { kind: "synthetic", seed: 1 } },
      engine: { kind: "inferrs", inferrs: { kind: "path", path: inferrs }, sha256: null },
    },
    readyTimeoutMs: 300_000,
    memoryLimitBytes: LIMIT_BYTES,
    onSpawned: () => {},
  });
  if (started.kind === "failed") throw new Error(started.failure.evidence);
  const { engine } = started;
  const pool = new ClientPool(engine.baseUrl, null);
  try {
    const looks: Look[] = [];
    const ask = async (rung: number): Promise<Look> => {
      const requestBytes = bytesFor(looks, rung);
      const body = { requestBytes, stream: true, tools: false, seed: 1, like: null };
      const request = lookRequest({ servedId: engine.servedId, ...body });
      const sending = { timeoutMs: SILENCE_MS, keepBodies: false, signal };
      const record = await performAttempt(engine, pool, [[request]], arrivalsOf(ALONE, 1), sending);
      const ids = { variant: "head", start: 0, atMs: 0, rung, tools: false, roomBytes: null };
      return toLook({ type: "looked", ...ids, ...record }, false);
    };
    print(
      `${cpus()[0]?.model}, ${cpus().length} cores, ${new Date().toISOString().slice(0, 10)}; synthetic model, default flags.`,
    );
    print("");
    print("| prompt tokens | peak memory | foretold | error | time to first token | foretold |");
    print("| --: | --: | --: | --: | --: | --: |");
    for (const rung of LADDER) {
      const look = await ask(rung);
      looks.push(look);
      print(`| ${look.promptTokens} | ${memory(look)} | | | ${seconds(look.ms ?? 0)} | |`);
    }
    const points = looks.map(toPoint);
    const fits = { memory: fitMemory(points), time: fitTime(points) };
    if (fits.memory === null || fits.time === null) throw new Error("no fit");
    for (const tokens of asked) {
      const look = await ask(tokens);
      const point = toPoint(look);
      const foretold = forecast(fits.memory, point.promptTokens);
      const ms = forecast(fits.time, point.promptTokens);
      const error = (foretold.value / (point.peakBytes ?? Number.NaN) - 1) * 100;
      print(
        `| ${look.promptTokens} | ${memory(look)} (${look.finding.kind}) | ${withInterval(foretold, gb)} | ${error.toFixed(1)}% | ${seconds(look.ms ?? 0)} | ${withInterval(ms, seconds)} |`,
      );
      if (look.died) break;
    }
    const { curve } = fits.memory;
    print("");
    print(
      `Memory: ${curve.kind}, ${gb(curve.base)} + ${curve.linear.toFixed(0)} bytes n + ${curve.quadratic.toFixed(1)} bytes n²; likely by ${JSON.stringify(curve.weights)}. A prompt of 23,030 tokens: ${withInterval(forecast(fits.memory, 23_030), gb)}.`,
    );
  } finally {
    await pool.close();
    await engine.stop();
  }
} finally {
  rmSync(workDir, { recursive: true, force: true });
}

function memory(look: Look): string {
  return look.peak === null ? "–" : `${(look.peak.bytes / 1e9).toFixed(3)} GB`;
}

function toPoint({ promptTokens, ms, peak }: Look): FitPoint {
  return { promptTokens: promptTokens ?? 0, ms, peakBytes: peak?.bytes ?? null };
}
