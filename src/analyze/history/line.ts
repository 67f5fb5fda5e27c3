/**
 * One run in the history: a line of JSON. Lines are only ever added, so the schema may grow by
 * fields, and a line of another schema is passed over, never rewritten.
 */
import { z } from "zod";
import { OUTCOME_KINDS } from "../../result.ts";

export const HISTORY_SCHEMA_ID = "inferrs-bench/history/v1";

const better = z.enum(["smaller", "bigger"]);

/** A figure that is followed over time; name, unit and direction together tell which. */
const series = z.object({
  /** `agent-turn TTFT`. */
  name: z.string().min(1).max(300),
  unit: z.string().max(40),
  better,
  /** Of the recommended combination's TTFT, decode and turn time; the others are shown, not judged. */
  primary: z.boolean(),
  /** Median of the starts' medians. */
  value: z.number(),
  /** Median within each measured start; empty where another tool has measured. */
  starts: z.array(z.number()),
});

const outcome = z.object({ cell: z.string(), kind: z.enum(OUTCOME_KINDS) });

export const historyLineSchema = z.object({
  schema: z.literal(HISTORY_SCHEMA_ID),
  /** The same for the same run, so that a line that was sent twice counts once. */
  id: z.string().min(1).max(64),
  /** When it was measured. */
  at: z.iso.datetime(),
  commit: z
    .string()
    .regex(/^[0-9a-f]{7,64}$/)
    .nullable(),
  source: z.enum(["inferrs-bench", "github-action-benchmark"]),
  /** Over all of `parts`: only lines with the same one are compared. Null: nobody knows. */
  key: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .nullable(),
  /** What the key is made of, in words. */
  parts: z.record(z.string(), z.string()),
  /** What may change without a new key, and what the fingerprint is made of: for the reader. */
  about: z.record(z.string(), z.string()),
  series: z.array(series),
  outcomes: z.array(outcome),
});

export type HistoryLine = z.infer<typeof historyLineSchema>;
export type HistorySeries = z.infer<typeof series>;
export type Better = z.infer<typeof better>;

/** Equal for figures that may stand in one row. */
export function seriesId({ name, unit, better: direction }: HistorySeries): string {
  return JSON.stringify([name, unit, direction]);
}

/** One line of text, without its end. */
export function encodeLine(line: HistoryLine): string {
  return JSON.stringify(line);
}

/** @returns null for what is no line of this schema: of a newer version, torn, or not ours */
export function decodeLine(text: string): HistoryLine | null {
  try {
    const parsed = historyLineSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** The lines of a file, and how many could not be read. */
export function decodeLines(text: string): { lines: HistoryLine[]; skipped: number } {
  const texts = text.split("\n").filter((each) => each.trim() !== "");
  const lines = texts.map(decodeLine).filter((line) => line !== null);
  return { lines, skipped: texts.length - lines.length };
}

/** Each run once, oldest first, whatever the order in which they were kept. */
export function inOrder(lines: readonly HistoryLine[]): HistoryLine[] {
  const unique = new Map(lines.map((line) => [line.id, line]));
  return [...unique.values()].sort(
    (a, b) => Date.parse(a.at) - Date.parse(b.at) || (a.id < b.id ? -1 : 1),
  );
}
