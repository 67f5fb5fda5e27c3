/** Runs the bundled command line as a user does. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { type Result, resultSchema } from "../../src/result.ts";

export const ROOT = join(import.meta.dirname, "..", "..");
const CLI = join(ROOT, "dist", "cli.cjs");

export interface Ran {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/** A folder that is gone after the tests. */
export function scratch(): string {
  const dir = mkdtempSync(join(tmpdir(), "system-"));
  after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Starts the command; `ended` resolves with what it printed. */
export function begin(
  args: string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): { child: ChildProcess; ended: Promise<Ran> } {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<Ran>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

export function run(args: string[], cwd: string, env?: NodeJS.ProcessEnv): Promise<Ran> {
  return begin(args, { cwd, ...(env === undefined ? {} : { env }) }).ended;
}

/** The result of an output folder, checked. */
export function resultIn(dir: string): Result {
  return resultSchema.parse(JSON.parse(readFileSync(join(dir, "result.json"), "utf8")));
}

/** Waits until the text shows up in a file. */
export async function untilIn(path: string, pattern: RegExp): Promise<string> {
  for (let tries = 0; tries < 600; tries++) {
    const text = read(path);
    if (pattern.test(text)) return text;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${pattern} never showed up in ${path}:\n${read(path).slice(-2000)}`);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Ids of the engines that a journal says were started. */
export function enginesIn(dir: string): number[] {
  return read(join(dir, "journal.jsonl"))
    .split("\n")
    .filter((line) => line.includes('"engine-spawned"'))
    .map((line) => JSON.parse(line).pid);
}
