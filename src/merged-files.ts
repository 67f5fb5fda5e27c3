/** The reports of several runs, as files. */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Merged, merge } from "./analyze/merged/merged.ts";
import { gzipBase64 } from "./gzip.ts";
import { checkOutDir } from "./host/files.ts";
import { InputError } from "./inputs/error.ts";
import { toMergedResult } from "./merged-result.ts";
import { quietJson } from "./report/escape.ts";
import { renderJson } from "./report/json.ts";
import { renderMergedMarkdown } from "./report/merged-markdown.ts";
import { isAlone } from "./report/merged-words.ts";
import { renderers } from "./report/renderers.ts";
import type { Reported } from "./report/reported.ts";
import { unionContext } from "./union-context.ts";
import { writeEach } from "./write-reports.ts";

/** The Action's own are in the first that there are. */
export const MERGED_FILES = [
  "merged.json",
  "result.json",
  "report.md",
  "report.html",
  "junit.xml",
  "openclaw.json5",
] as const;

export interface MergedEnd {
  reported: Reported;
  merged: Merged;
  outDir: string;
  files: { name: string; path: string }[];
}

/**
 * What the results come to first, for that is what others read; then each report on its own.
 *
 * @param outDir a folder that no run has written to: its report would be lost
 * @param say told what could not be made, a line each
 * @throws InputError for one that can't be written, or where there is a run
 */
export function writeMerged(
  given: Reported,
  outDir: string,
  say: (text: string) => void,
): MergedEnd {
  checkOutDir(outDir);
  if (existsSync(join(outDir, "journal.jsonl"))) {
    throw new InputError({
      input: "--out",
      value: outDir,
      expected: "a folder without a run in it, whose report would be written over",
      mend: "Choose another.",
    });
  }
  mkdirSync(outDir, { recursive: true });
  for (const name of MERGED_FILES) rmSync(join(outDir, name), { force: true });
  const { reported, merged } = mergeable(given);
  const [run] = reported.runs;
  const [group, ...others] = merged.groups;
  const config = others.length === 0 ? group?.result.recommendation?.openclawConfig : undefined;
  const reports = Object.entries(renderers(gzipBase64, merged)).map(
    ([name, render]) => [name, () => render(reported)] as const,
  );
  const written = writeEach(
    outDir,
    {
      "merged.json": () => `${quietJson(toMergedResult(reported, merged))}\n`,
      ...(run !== undefined && isAlone(reported)
        ? { "result.json": () => renderJson(run.result) }
        : {}),
      ...(config === undefined ? {} : { "openclaw.json5": () => config }),
      // Whoever opens a file has room: what GitHub takes is no limit there.
      "report.md": () => renderMergedMarkdown(reported, { merged, budget: MOST_MARKDOWN }),
      ...Object.fromEntries(reports),
    },
    say,
  );
  const files = MERGED_FILES.filter((name) => written.includes(name)).map((name) => ({
    name,
    path: join(outDir, name),
  }));
  return { reported, merged, outDir, files };
}

const MOST_MARKDOWN = 2_000_000;

/** One run that can't be put together with others is told as one that gave no result: the rest counts. */
function mergeable(reported: Reported): { reported: Reported; merged: Merged } {
  try {
    return { reported, merged: merge(reported, unionContext()) };
  } catch {
    const runs = reported.runs.filter((run) => canMerge([run]));
    const together = canMerge(runs) ? runs : [];
    const left = reported.runs.filter((run) => !together.includes(run));
    const why = "Its result is of the right form, yet nothing can be made of it.";
    const missing = [...reported.missing, ...left.map(({ name }) => ({ name, why }))];
    const rest = { runs: together, missing };
    return { reported: rest, merged: merge(rest, unionContext()) };
  }
}

function canMerge(runs: Reported["runs"]): boolean {
  try {
    merge({ runs, missing: [] }, unionContext());
    return true;
  } catch {
    return false;
  }
}
