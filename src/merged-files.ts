/** The reports of several runs, as files. */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Merged, merge } from "./analyze/merged/merged.ts";
import { checkOutDir, writeWhole } from "./host/files.ts";
import { InputError } from "./inputs/error.ts";
import { toMergedResult } from "./merged-result.ts";
import { renderJson } from "./report/json.ts";
import { renderMergedMarkdown } from "./report/merged-markdown.ts";
import { isAlone } from "./report/merged-words.ts";
import { RENDERERS } from "./report/renderers.ts";
import type { Reported } from "./report/reported.ts";
import { unionContext } from "./union-context.ts";

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
 * @param outDir a folder that no run has written to: its report would be lost
 * @throws InputError for one that can't be written, or where there is a run
 */
export function writeMerged(reported: Reported, outDir: string): MergedEnd {
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
  const merged = merge(reported, unionContext());
  const [run] = reported.runs;
  const [group, ...others] = merged.groups;
  const config = others.length === 0 ? group?.result.recommendation?.openclawConfig : undefined;
  const made = Object.entries(RENDERERS).map(([name, render]) => [name, render(reported)]);
  const texts: Record<string, string> = {
    "merged.json": `${JSON.stringify(toMergedResult(reported, merged))}\n`,
    ...(run !== undefined && isAlone(reported) ? { "result.json": renderJson(run.result) } : {}),
    // Whoever opens a file has room: what GitHub takes is no limit there.
    "report.md": renderMergedMarkdown(reported, { merged, budget: MOST_MARKDOWN }),
    ...Object.fromEntries(made),
    ...(config === undefined ? {} : { "openclaw.json5": config }),
  };
  for (const [name, text] of Object.entries(texts)) writeWhole(join(outDir, name), text);
  const files = MERGED_FILES.filter((name) => name in texts).map((name) => ({
    name,
    path: join(outDir, name),
  }));
  return { reported, merged, outDir, files };
}

const MOST_MARKDOWN = 2_000_000;
