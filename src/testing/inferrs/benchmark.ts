/** inferrs's own benchmark (`inferrs-benchmark`), run as it comes, for its figures beside ours. */
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../host/port.ts";

/** One measured run, as it prints it. */
export interface BenchmarkRun {
  ttftMs: number;
  prefill: number;
  decode: number;
  promptTokens: number;
  outputTokens: number;
}

export interface BenchmarkOptions {
  executable: string;
  inferrs: string;
  /** A directory, or the name of one below the current folder. */
  model: string;
  words: number;
  maxTokens: number;
  runs: number;
}

const RUN =
  /\[run \d+\/\d+\]\s+TTFT=\s*([\d.]+)ms\s+prefill=\s*([\d.]+)t\/s\s+decode=\s*([\d.]+)t\/s\s+\(prompt=(\d+) tok, gen=(\d+) tok\)/g;

/**
 * Its runs of inferrs. It goes on to llama-server, which is not there, and ends: what it printed of
 * inferrs until then is whole.
 * @throws Error with what it printed when there is no run in that
 */
export async function runBenchmark(options: BenchmarkOptions): Promise<BenchmarkRun[]> {
  const port = await freePort();
  const printed = await output(options.executable, [
    ...["--inferrs-bin", options.inferrs, "--inferrs-model", options.model],
    ...["--inferrs-nq-port", String(port), "--prompt-len", String(options.words)],
    ...["--max-tokens", String(options.maxTokens), "--runs", String(options.runs)],
  ]);
  const runs = [...printed.matchAll(RUN)].map(([, ...figures]) => {
    const [ttftMs = 0, prefill = 0, decode = 0, promptTokens = 0, outputTokens = 0] =
      figures.map(Number);
    return { ttftMs, prefill, decode, promptTokens, outputTokens };
  });
  if (runs.length < options.runs) throw new Error(`inferrs-benchmark said: ${printed.slice(-500)}`);
  return runs;
}

/** The prompt that it makes of so many words: asked of it, so that ours is the same. */
export async function promptOfBenchmark(executable: string, words: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "inferrs-benchmark-"));
  try {
    const file = join(folder, "prompt");
    const script = join(folder, "inferrs");
    const standIn = join(import.meta.dirname, "stand-in.ts");
    writeFileSync(
      script,
      `#!/bin/sh\nPROMPT_FILE='${file}' exec '${process.execPath}' '${standIn}' "$@"\n`,
    );
    chmodSync(script, 0o755);
    const port = String(await freePort());
    await output(executable, [
      ...["--inferrs-bin", script, "--inferrs-model", "stand-in", "--inferrs-nq-port", port],
      ...["--prompt-len", String(words), "--runs", "1", "--warmup", "0"],
    ]);
    return readFileSync(file, "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** All that it prints; its exit code says only that llama-server is missing. */
function output(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    child.stdout.on("data", (data) => {
      text += data;
    });
    child.stderr.on("data", (data) => {
      text += data;
    });
    child.once("error", reject);
    child.once("close", () => resolve(text));
  });
}
