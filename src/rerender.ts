/** `report`: an old journal, also that of a killed run, to files and table. */
import { mkdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { BenchHost } from "./end.ts";
import { finish } from "./finish.ts";
import { readKept } from "./history-files.ts";
import { checkOutDir } from "./host/files.ts";
import { InputError } from "./inputs/error.ts";
import { readState } from "./read-run.ts";

/** @returns the exit code: 0 when a valid result was made, whatever it says; 2 for bad input */
export function report(
  dir: string,
  given: { out?: string; json?: boolean },
  host: BenchHost,
): number {
  try {
    const named = resolve(host.cwd, dir);
    const found = statSync(named, { throwIfNoEntry: false });
    const path = found?.isDirectory() ? join(named, "journal.jsonl") : named;
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
      throw new InputError({
        input: "report",
        value: dir,
        expected: "the output folder of a run, with journal.jsonl in it",
        mend: "Runs write to inferrs-bench-out unless --out names another folder.",
      });
    }
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
