/** `compare`: two runs that have been, side by side. */
import { COMPARED_PARTS, compareResults } from "./analyze/compare-results.ts";
import { pairsOf } from "./analyze/pairs.ts";
import type { BenchHost } from "./end.ts";
import { widthOf } from "./host/screen.ts";
import { InputError } from "./inputs/error.ts";
import { parseChoice } from "./inputs/parse.ts";
import { readResult } from "./read-run.ts";
import { compareMarkdown, compareText } from "./report/compare.ts";

export interface CompareOptions {
  json?: boolean;
  markdown?: boolean;
  /** Parts of the key, with commas between them. */
  changed?: string;
}

/** @returns the exit code: 0 whatever the figures say, for they decide nothing; 2 for bad input */
export function compare(
  given: { base: string; head: string },
  options: CompareOptions,
  host: BenchHost,
): number {
  try {
    const intended = (options.changed ?? "")
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "")
      .map((part) => parseChoice("--changed", part, COMPARED_PARTS));
    const base = readResult(given.base, "BASE", host.cwd);
    const head = readResult(given.head, "HEAD", host.cwd);
    // Pairs are of one run: two runs have none between them.
    const pairs = given.base === given.head ? pairsOf(head) : null;
    const compared = compareResults(base, head, intended);
    if (options.json === true) {
      host.stdout.write(`${JSON.stringify({ ...compared, pairs }, null, 2)}\n`);
    } else if (options.markdown === true) host.stdout.write(compareMarkdown(compared, given));
    else host.stdout.write(`${compareText(compared, given, widthOf(host.stdout, 80))}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    host.stderr.write(`Error: ${error.message}\n`);
    return 2;
  }
}
