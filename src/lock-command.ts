/** `lock`: the lock of a run that has been, from whatever of it is at hand. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { BenchHost } from "./end.ts";
import { InputError } from "./inputs/error.ts";
import { writeLock } from "./lock/planned.ts";
import { findLock, lockOfResult } from "./lock/read.ts";
import { readResult } from "./read-run.ts";

/** @returns the exit code: 2 for what holds no lock */
export function lock(given: string, { out = "-" }: { out?: string }, host: BenchHost): number {
  try {
    const path = resolve(host.cwd, given);
    const isRun =
      path.endsWith(".jsonl") || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    const found = isRun
      ? lockOfResult(readResult(given, "lock", host.cwd), given, "lock")
      : findLock(given, host.cwd, "lock");
    writeLock(found, out, host);
    return 0;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    host.stderr.write(`Error: ${error.message}\n`);
    return 2;
  }
}
