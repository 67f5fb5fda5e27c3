/** What a run keeps of the history it was compared with, and what follows from that. Pure. */
import { z } from "zod";
import { compareWithHistory, type HistoryComparison } from "./compare.ts";
import { type HistoryLine, historyLineSchema, inOrder, seriesId } from "./line.ts";
import { MOST_SHOWN, type Trend, trendsOf } from "./trend.ts";

export const HISTORY_FILE_SCHEMA_ID = "inferrs-bench/history-report/v1";

/** `history.json`: all that the report's section is made of, so that it can be made again. */
export const keptHistorySchema = z.object({
  schema: z.literal(HISTORY_FILE_SCHEMA_ID),
  line: historyLineSchema,
  /** What it was compared with; null: the history could not be read. */
  lines: z.array(historyLineSchema).nullable(),
  /** Where it is kept, whether the run was added, and what went wrong: a sentence each. */
  kept: z.array(z.string()),
});
export type KeptHistory = z.infer<typeof keptHistorySchema>;

export interface HistoryReport {
  /** Null: the history could not be read. */
  comparison: HistoryComparison | null;
  trends: Trend[];
  kept: string[];
}

export function historyReport({ line, lines, kept }: KeptHistory): HistoryReport {
  if (lines === null) return { comparison: null, trends: [], kept };
  return { comparison: compareWithHistory(line, lines), trends: trendsOf(line, lines), kept };
}

/** Of the earlier lines as many, and of each as much, as the comparison and the trends take. */
export function keptHistory(
  line: HistoryLine,
  lines: readonly HistoryLine[] | null,
  kept: string[],
): KeptHistory {
  const schema = HISTORY_FILE_SCHEMA_ID;
  if (lines === null) return { schema, line, lines, kept };
  const followed = new Set(line.series.filter(({ primary }) => primary).map(seriesId));
  const ordered = inOrder(lines).filter(({ id }) => id !== line.id);
  const same = ordered.filter(({ key }) => key !== null && key === line.key);
  const unknown = ordered.filter(({ key }) => key === null);
  const others = same.length > 0 ? [] : ordered.filter(({ key }) => key !== null).slice(-1);
  const slim = [...unknown.slice(-MOST_SHOWN), ...others, ...same.slice(-MOST_SHOWN)].map(
    (each) => ({ ...each, series: each.series.filter((one) => followed.has(seriesId(one))) }),
  );
  return { schema, line, lines: slim, kept };
}

/** Why a run can't be added to the history, in a sentence; null when it can. */
export function whyNotKept(status: string, line: HistoryLine): string | null {
  if (status === "interrupted" || status === "failed") {
    return `Not added to the history: the run was ${status}.`;
  }
  if (line.outcomes.every(({ kind }) => kind === "not-run")) {
    return "Not added to the history: nothing was measured.";
  }
  return null;
}
