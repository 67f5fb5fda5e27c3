/** A lock from wherever it is: its file, the result or the journal of a run, or a run's folder. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { readResult } from "../read-run.ts";
import { findLock, lockOfResult } from "./read.ts";
import type { Lock } from "./schema.ts";

/** @throws InputError where there is none */
export function lockAt(given: string, cwd: string, input: string): Lock {
  const path = resolve(cwd, given);
  const isRun =
    path.endsWith(".jsonl") || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  return isRun
    ? lockOfResult(readResult(given, input, cwd), given, input)
    : findLock(given, cwd, input);
}
