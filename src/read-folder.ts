/** What of a run lies in a folder that somebody else may have written: its result, else its journal. */
import { basename, dirname, join } from "node:path";
import { historyReport, keptHistorySchema } from "./analyze/history/report.ts";
import { toResult } from "./analyze/result.ts";
import { readUntrusted, type Untrusted } from "./host/untrusted-file.ts";
import { parseJournal } from "./journal/journal.ts";
import { mergedSchema } from "./merged-result.ts";
import { configOf } from "./openclaw-config.ts";
import { stateOf } from "./read-run.ts";
import type { MissingRun, ReportedRun } from "./report/reported.ts";
import { type Result, resultSchema } from "./result.ts";

export interface FolderRules {
  /** Also from the journal of a run that was killed before it had a result. */
  journals: boolean;
  limitBytes?: number;
}

/** A `merged.json` has several. `why`: a sentence. */
export type FolderRuns = { runs: ReportedRun[]; missing: MissingRun[] } | { why: string };

/**
 * @param name for a run that has no label
 * @returns null where no run is in it
 */
export function runsIn(dir: string, name: string, rules: FolderRules): FolderRuns | null {
  const read = (file: string) => readUntrusted(join(dir, file), rules.limitBytes);
  const history = historyIn(dir, rules);
  const file = read("result.json");
  const result =
    file.kind === "text" && isAnothers(file.text)
      ? null
      : named("result.json", file, (text) => fromResult(text, name, history));
  if (result !== null && "runs" in result) return result;
  // Of another version, or broken off: its journal can tell it anew.
  const journal = rules.journals
    ? named("journal.jsonl", read("journal.jsonl"), (text) => fromJournal(text, name, history))
    : null;
  if (journal !== null && "runs" in journal) return journal;
  return result ?? journal ?? named("merged.json", read("merged.json"), (text) => fromMerged(text));
}

/** JSON of another program, whose file happens to have the same name. */
function isAnothers(text: string): boolean {
  const value = jsonOf(text);
  if (value === undefined) return false;
  const { schema } = (value ?? {}) as { schema?: unknown };
  return typeof schema !== "string" || !schema.startsWith("inferrs-bench/");
}

/** The same of a file that was named itself. */
export function runsOf(path: string, name: string, rules: FolderRules): FolderRuns {
  const file = basename(path);
  const history = historyIn(dirname(path), rules);
  const found = named(file, readUntrusted(path, rules.limitBytes), (text) => {
    if (file.endsWith(".jsonl")) return fromJournal(text, name, history);
    const merged = fromMerged(text);
    return "runs" in merged ? merged : fromResult(text, name, history);
  });
  return found ?? { why: `There is no ${file}.` };
}

function named(
  file: string,
  read: Untrusted,
  parse: (text: string) => FolderRuns,
): FolderRuns | null {
  if (read.kind === "absent") return null;
  if (read.kind === "refused") return { why: `${file} ${read.why}.` };
  const found = parse(read.text);
  return "why" in found ? { why: `${file} ${found.why}.` } : found;
}

type History = ReportedRun["history"];

/** What its run wrote beside the result; null: nothing that can be read. */
function historyIn(dir: string, { limitBytes }: FolderRules): History {
  const found = readUntrusted(join(dir, "history.json"), limitBytes);
  const kept = found.kind === "text" ? keptHistorySchema.safeParse(jsonOf(found.text)) : null;
  return kept?.success ? historyReport(kept.data) : null;
}

function fromResult(text: string, name: string, history: History): FolderRuns {
  const value = jsonOf(text);
  if (value === undefined) return { why: "breaks off, or is no JSON" };
  const parsed = resultSchema.safeParse(value);
  if (!parsed.success) return { why: `is not of this version's form (${issueOf(parsed.error)})` };
  return alone(parsed.data, name, history);
}

function fromJournal(text: string, name: string, history: History): FolderRuns {
  try {
    const state = stateOf(parseJournal(text, "journal.jsonl"), "journal.jsonl", "journal");
    return alone(resultSchema.parse(toResult(state, configOf(state))), name, history);
  } catch {
    // Whatever is in it: no journal of this tool's, or of a run that was ended before it began.
    return { why: "tells of no run that this version can read" };
  }
}

function fromMerged(text: string): FolderRuns {
  const value = jsonOf(text);
  if (value === undefined) return { why: "breaks off, or is no JSON" };
  const parsed = mergedSchema.safeParse(value);
  if (!parsed.success) return { why: `is not of this version's form (${issueOf(parsed.error)})` };
  const { runs, missing } = parsed.data;
  return { runs: runs.map((run) => ({ ...run, history: null })), missing };
}

function alone(result: Result, name: string, history: History): FolderRuns {
  return { runs: [{ name: result.label ?? name, result, history }], missing: [] };
}

function issueOf({ issues }: { issues: { path: PropertyKey[]; message: string }[] }): string {
  const [issue] = issues;
  return `${issue?.path.map(String).join(".") ?? ""}: ${issue?.message ?? ""}`.slice(0, 200);
}

/** Undefined: it is none. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
