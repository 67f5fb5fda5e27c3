/** The job summary: the report, under the size that GitHub takes. */
import { statSync } from "node:fs";
import type { Summary } from "./actions-core.ts";

/** GitHub refuses a step's summary above 1 MiB; a little is left for what others wrote there. */
export const SUMMARY_LIMIT_BYTES = 1024 * 1024 - 16 * 1024;

const CUT_NOTICE =
  "\n\n> The report is longer than GitHub takes in a summary; the rest is in `report.md`.\n";

/** The text if it fits; else cut at the end of a line, with a note that says so. */
export function fitSummary(markdown: string, limitBytes: number = SUMMARY_LIMIT_BYTES): string {
  const bytes = Buffer.from(markdown, "utf8");
  if (bytes.length <= limitBytes) return markdown;
  const room = limitBytes - Buffer.byteLength(CUT_NOTICE);
  if (room <= 0) return "";
  const lastLine = bytes.subarray(0, room).lastIndexOf("\n");
  const kept = bytes.subarray(0, lastLine === -1 ? 0 : lastLine).toString("utf8");
  return kept + CUT_NOTICE;
}

/**
 * Adds the report to the step's summary. A step has a file of its own, so that earlier steps don't count;
 * what this step has written does.
 *
 * @param file what is written to, by its path; undefined: nobody says
 * @returns null, or why it could not be written (a runner without summaries, a full disk)
 */
export async function writeSummary(
  summary: Summary,
  markdown: string,
  file = process.env.GITHUB_STEP_SUMMARY,
): Promise<string | null> {
  try {
    const found = file ? statSync(file, { throwIfNoEntry: false }) : undefined;
    const room = Math.max(0, SUMMARY_LIMIT_BYTES - (found?.size ?? 0));
    await summary.addRaw(fitSummary(markdown, room), true).write();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
