/** The output folder: checked before anything starts, its files whole or not there at all. */
import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { InputError } from "../inputs/error.ts";

/** What a run leaves in its output folder. */
export const OUT_FILES = [
  "journal.jsonl",
  "result.json",
  "report.md",
  "report.html",
  "junit.xml",
  "openclaw.json5",
  "bench.lock.json",
  "history.json",
  "engine.log",
  "restart.log",
] as const;
export type OutFile = (typeof OUT_FILES)[number];

/**
 * Says whether the folder could be written, without making it.
 * @throws InputError when it could not
 */
export function checkOutDir(dir: string): void {
  const wrong = (expected: string, mend: string) =>
    new InputError({ input: "--out", value: dir, expected, mend });
  const found = statSync(dir, { throwIfNoEntry: false });
  if (found !== undefined && !found.isDirectory()) {
    throw wrong("a folder, or a path where one can be made", "There is a file of that name.");
  }
  let parent = dir;
  while (statSync(parent, { throwIfNoEntry: false }) === undefined) {
    if (dirname(parent) === parent) break;
    parent = dirname(parent);
  }
  try {
    const probe = join(parent, `.inferrs-bench-${process.pid}`);
    writeFileSync(probe, "");
    rmSync(probe);
  } catch (cause) {
    throw wrong(
      "a folder that may be written",
      `${(cause as Error).message}. Choose another with --out.`,
    );
  }
}

/** Makes the folder and takes away what an earlier run left there, so that no two runs mix. */
export function openOutDir(dir: string): void {
  mkdirSync(dir, { recursive: true });
  for (const file of OUT_FILES) rmSync(join(dir, file), { force: true });
}

/** Writes a file whole: a reader never sees half of it. */
export function writeWhole(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

/**
 * Takes a folder away with all that is in it, also while a process that is on its way out still
 * writes there. What was measured doesn't depend on it, so it never throws.
 * @returns null; what went wrong where some of it had to be left
 */
export function removeTree(dir: string): string | null {
  try {
    rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
