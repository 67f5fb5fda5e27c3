/** What a report is made of: one run, or several side by side. */
import type { HistoryReport } from "../analyze/history/report.ts";
import type { Result } from "../result.ts";

/** One run as a report shows it. */
export interface ReportedRun {
  /** Its label, else its folder's name, else what tells it from the others. Hostile text. */
  name: string;
  result: Result;
  /** Beside earlier ones; null: none is kept. */
  history: HistoryReport | null;
}

/** A job that was expected, or a folder that was there, and gave no result that can be shown. */
export interface MissingRun {
  name: string;
  /** One sentence. */
  why: string;
}

/** At least one run, or one that is missing. */
export interface Reported {
  runs: ReportedRun[];
  missing: MissingRun[];
}

/** A run alone. */
export function alone(result: Result, history: HistoryReport | null = null): Reported {
  return { runs: [{ name: result.label ?? "", result, history }], missing: [] };
}
