/** `report DIR...`: several runs side by side, or parts of one matrix as one. */
import { join, resolve } from "node:path";
import { previewComment } from "./comment-preview.ts";
import type { BenchHost } from "./end.ts";
import { widthOf } from "./host/screen.ts";
import { InputError } from "./inputs/error.ts";
import { type MergedEnd, writeMerged } from "./merged-files.ts";
import { toMergedResult } from "./merged-result.ts";
import { readRuns } from "./read-runs.ts";
import { quietJson } from "./report/escape.ts";
import { isAlone, renderMergedText } from "./report/merged-words.ts";
import type { Reported } from "./report/reported.ts";
import { renderTable } from "./report/terminal.ts";

/** Beside the runs' own folders: none of them is written to. */
export const DEFAULT_MERGED_DIR = "inferrs-bench-merged";

export interface ReportRunsOptions {
  out?: string;
  json?: boolean;
  /** Print the comment that would be posted, and write nothing. */
  comment?: boolean;
  expect?: string[];
}

/** A journal of somebody's own run with `--keep-bodies`, which is read whole. */
const MOST_BYTES = 500_000_000;

/**
 * @returns the exit code: 0 whatever the figures say, for each run had its own; 1 where a run is missing
 *   or can't be read; 2 for bad input
 */
export function reportRuns(
  paths: readonly string[],
  given: ReportRunsOptions,
  host: BenchHost,
): number {
  try {
    const { expect = [] } = given;
    const from = { paths, cwd: host.cwd, expect, journals: true, limitBytes: MOST_BYTES };
    const reported = readRuns(from);
    if (reported.runs.length === 0 && expect.length === 0) throw nothing(paths, reported);
    if (given.comment === true) {
      previewComment(reported, host);
      return reported.missing.length === 0 ? 0 : 1;
    }
    const out = resolve(host.cwd, given.out ?? DEFAULT_MERGED_DIR);
    const end = writeMerged(reported, out, (text) => host.stderr.write(`${text}\n`));
    print(end, given, host);
    return reported.missing.length === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    host.stderr.write(`Error: ${error.message}\n`);
    return 2;
  }
}

function nothing(paths: readonly string[], { missing }: Reported): InputError {
  return new InputError({
    input: "report",
    value: paths.join(" "),
    expected:
      "the output folder of a run, with result.json or journal.jsonl in it, or a folder of such",
    mend: missing[0]?.why ?? "Runs write to inferrs-bench-out unless --out names another folder.",
  });
}

function print(end: MergedEnd, { json }: ReportRunsOptions, host: BenchHost): void {
  const { reported, merged, files, outDir } = end;
  const [run] = reported.runs;
  if (json === true) {
    host.stdout.write(`${quietJson(toMergedResult(reported, merged), 2)}\n`);
  } else if (run !== undefined && isAlone(reported)) {
    const color = host.stdout.isTTY === true && host.env.NO_COLOR === undefined;
    const columns = widthOf(host.stdout, 80);
    host.stdout.write(
      `${renderTable(run.result, { columns, color, files, history: run.history })}\n`,
    );
  } else {
    const shown = files.map(({ name }) => join(outDir, name));
    host.stdout.write(`${renderMergedText(reported, merged, shown)}\n`);
  }
}
