/** The history in a run's output folder. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { historyReport, type KeptHistory, keptHistorySchema } from "./analyze/history/report.ts";
import { writeWhole } from "./host/files.ts";
import type { Result } from "./result.ts";
import { writeReports } from "./run-reports.ts";

export function renderKept(kept: KeptHistory): string {
  return `${JSON.stringify(kept)}\n`;
}

/** What the folder's run was compared with; null where it was not, or by another version. */
export function readKept(dir: string): KeptHistory | null {
  const path = join(dir, "history.json");
  if (!existsSync(path)) return null;
  try {
    return keptHistorySchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return null;
  }
}

/** Once the history is known only after the run: its file, and the reports anew. */
export function writeKept(dir: string, result: Result, kept: KeptHistory): void {
  writeWhole(join(dir, "history.json"), renderKept(kept));
  writeReports(dir, { result, history: historyReport(kept) }, (text) =>
    process.stderr.write(`${text}\n`),
  );
}
