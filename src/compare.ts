/** `compare`: two runs that have been, side by side, or the two variants of one. */
import { comparePairs } from "./analyze/compare-pairs.ts";
import { COMPARED_PARTS, compareResults } from "./analyze/compare-results.ts";
import { pairsOf } from "./analyze/pairs.ts";
import type { BenchHost } from "./end.ts";
import { widthOf } from "./host/screen.ts";
import { InputError } from "./inputs/error.ts";
import { parseChoice } from "./inputs/parse.ts";
import { readResult } from "./read-run.ts";
import { compareMarkdown, compareText } from "./report/compare.ts";
import { quietJson } from "./report/escape.ts";
import type { Result } from "./result.ts";

export interface CompareOptions {
  json?: boolean;
  markdown?: boolean;
  /** Parts of the key, with commas between them. */
  changed?: string;
}

/**
 * A run of two variants has its verdict, from its pairs of starts; two runs of their own can only be
 * described.
 * @param given.head absent: `base` is a run of two variants
 * @returns the exit code: 0 whatever the figures say, for the run had its own; 2 for bad input
 */
export function compare(
  given: { base: string; head?: string | undefined },
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
    const head = given.head === undefined ? base : readResult(given.head, "HEAD", host.cwd);
    const paired = isSame(base, head) ? comparePairs(head) : null;
    if (given.head === undefined && paired === null) {
      throw new InputError({
        input: "HEAD",
        value: "",
        expected: `another run, for ${given.base} has no pairs of starts of two variants`,
        mend: "Name two runs, or measure base and head in one: run --base KEY=VALUE.",
      });
    }
    const compared = paired ?? compareResults(base, head, intended);
    const names = { base: given.base, head: given.head ?? given.base };
    if (options.json === true) {
      const pairs = paired === null ? null : pairsOf(head);
      host.stdout.write(`${quietJson({ ...compared, pairs }, 2)}\n`);
    } else if (options.markdown === true) host.stdout.write(compareMarkdown(compared, names));
    else host.stdout.write(`${compareText(compared, names, widthOf(host.stdout, 80))}\n`);
    for (const [input, path, run] of [
      ["BASE", given.base, base],
      ["HEAD", names.head, head],
    ] as const) {
      if (paired !== null || run.comparison === null) continue;
      host.stderr.write(
        `${input} is a run of two variants: its own verdict, from its pairs of starts, is told by "inferrs-bench compare ${path}".\n`,
      );
    }
    return 0;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    host.stderr.write(`Error: ${error.message}\n`);
    return 2;
  }
}

/** Whether both names are of one run: its folder, its result, its journal. */
function isSame(base: Result, head: Result): boolean {
  return (
    base.startedAt === head.startedAt &&
    base.environment.fingerprint === head.environment.fingerprint &&
    head.comparison !== null &&
    base.comparison !== null
  );
}
