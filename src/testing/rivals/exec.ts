/** Children that can't run away: each has a time limit, and its whole process group ends with it. */
import { spawn } from "node:child_process";

export interface Ended {
  /** Null when the time limit ended it. */
  code: number | null;
  /** The last lines of both outputs. */
  tail: string;
}

const KEPT = 64 * 1024;

/** Runs a program to its end. Never throws: what can't be started has code 127. */
export function exec(
  program: string,
  args: readonly string[],
  { cwd, env, limitMs }: { cwd: string; env: NodeJS.ProcessEnv; limitMs: number },
): Promise<Ended> {
  return new Promise((resolve) => {
    let tail = "";
    let late = false;
    const child = spawn(program, args, {
      cwd,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const endGroup = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      } catch {
        // The group is gone already.
      }
    };
    const timer = setTimeout(() => {
      late = true;
      endGroup();
    }, limitMs);
    const stop = () => endGroup();
    process.once("exit", stop);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data: Buffer) => {
        tail = (tail + data.toString("utf8")).slice(-KEPT);
      });
    }
    const done = (code: number | null) => {
      clearTimeout(timer);
      process.off("exit", stop);
      // Helpers that it left behind would take time from the next run.
      endGroup();
      resolve({ code: late ? null : code, tail });
    };
    child.once("error", (error) => {
      tail += `\n${error.message}`;
      done(127);
    });
    child.once("exit", (code) => setTimeout(done, 50, code ?? 1));
  });
}

/** The line that tells most of why a program failed. */
export function lastError(tail: string): string {
  const lines = tail
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours are control characters.
    .replaceAll(/\u001b\[[0-9;]*m|[\u2500-\u257f│]/g, "")
    .split(/[\r\n]+/)
    // Nor the time of a log line.
    .map((line) => line.replace(/^[\d:.T-]+\s+/, "").trim())
    .filter((line) => line !== "");
  const named = lines.filter((line) => /\bERROR\b|\w(Error|Exception):/.test(line));
  const telling = lines.filter((line) => /error|exception|failed|no such/i.test(line));
  return (named.at(-1) ?? telling.at(-1) ?? lines.at(-1) ?? "it said nothing").slice(0, 160);
}
