/** `report`: an old journal, also that of a killed run, to files and table. */
import { mkdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { BenchHost } from "./end.ts";
import { finish } from "./finish.ts";
import { checkOutDir } from "./host/files.ts";
import { InputError } from "./inputs/error.ts";
import { fold } from "./journal/fold.ts";
import { readJournal } from "./journal/journal.ts";

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
    const { entries, lostBytes } = readJournal(path);
    const state = fold(entries);
    if (state === null) {
      throw new InputError({
        input: "report",
        value: path,
        expected: "a journal that begins with run-started",
        mend: "The run was ended before it began; there is nothing to report.",
      });
    }
    if (lostBytes > 0) {
      const text = `The journal breaks off in mid-line (${lostBytes} bytes): the run was killed while it wrote.`;
      state.warnings.push({ code: "journal-cut-off", text });
    }
    const outDir = given.out === undefined ? dirname(path) : resolve(host.cwd, given.out);
    checkOutDir(outDir);
    mkdirSync(outDir, { recursive: true });
    const color = host.stdout.isTTY === true && host.env.NO_COLOR === undefined;
    finish(state, { outDir, color, options: { failOn: [], json: given.json === true } }, host);
    return 0;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    host.stderr.write(`Error: ${error.message}\n`);
    return 2;
  }
}
