/** `report`: an old journal, also that of a killed run, to files and table; or several runs as one. */
import { mkdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { BenchHost } from "./end.ts";
import { finish } from "./finish.ts";
import { readKept } from "./history-files.ts";
import { checkOutDir } from "./host/files.ts";
import { InputError } from "./inputs/error.ts";
import { readState } from "./read-run.ts";
import { type ReportRunsOptions, reportRuns } from "./report-runs.ts";

/**
 * One run whose journal is there is told anew from it; anything else is read as results.
 * @returns the exit code: 0 when a valid result was made, whatever it says; 1 where of several one is
 *   missing; 2 for bad input
 */
export function report(dirs: readonly string[], given: ReportRunsOptions, host: BenchHost): number {
  const [dir, ...others] = dirs;
  const one = dir !== undefined && others.length === 0 && given.expect === undefined;
  if (!one || given.comment === true || journalOf(dir, host.cwd) === null)
    return reportRuns(dirs, given, host);
  return reportOne(dir, given, host);
}

/** @returns null where there is none */
function journalOf(dir: string, cwd: string): string | null {
  const named = resolve(cwd, dir);
  const found = statSync(named, { throwIfNoEntry: false });
  if (found?.isFile() === true) return named.endsWith(".jsonl") ? named : null;
  const path = join(named, "journal.jsonl");
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? path : null;
}

function reportOne(dir: string, given: ReportRunsOptions, host: BenchHost): number {
  try {
    const path = journalOf(dir, host.cwd) ?? dir;
    const state = readState(path, "report");
    const outDir = given.out === undefined ? dirname(path) : resolve(host.cwd, given.out);
    checkOutDir(outDir);
    mkdirSync(outDir, { recursive: true });
    const color = host.stdout.isTTY === true && host.env.NO_COLOR === undefined;
    const options = { failOn: [], json: given.json === true };
    const historyOf = () => readKept(dirname(path));
    finish(state, { outDir, color, options, historyOf }, host);
    return 0;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    host.stderr.write(`Error: ${error.message}\n`);
    return 2;
  }
}
