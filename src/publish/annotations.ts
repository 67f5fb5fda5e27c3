/** What the checks page shows of a run. Pure: the result in, a short list out. */
import { comparisonSentence, whatToDo } from "../report/comparison-words.ts";
import type { Result, ResultCell } from "../result.ts";
import { oneLine } from "./text.ts";

export interface Annotation {
  level: "error" | "warning" | "notice";
  title: string;
  message: string;
}

/** GitHub shows ten of each level per step; the last one then says how many are missing. */
const SHOWN_PER_LEVEL = 10;

/**
 * An error for a head that is broken or slower, a notice for one that isn't; what couldn't be told
 * has an annotation of its own. Errors where no combination works (each different failure once), warnings for the result's own,
 * a notice with what is recommended, and one with how many combinations fail beside it.
 */
export function annotations(result: Result): Annotation[] {
  // What was tried on the ladder of remedies was expected to fail until something worked; of base,
  // the comparison tells.
  const base = result.comparison?.base;
  const planned = result.cells.filter(
    ({ rung, variant }) => rung === undefined && variant !== base,
  );
  const failed = planned.filter(
    ({ outcome }) => outcome.kind !== "pass" && outcome.kind !== "not-run",
  );
  const allFailed = result.exitReason === "all-failed";
  const list: Annotation[] = [
    ...compared(result),
    ...(allFailed ? distinctFailures(failed) : []),
    ...result.warnings.map(({ code, text }) => note("warning", `inferrs-bench: ${code}`, text)),
  ];
  if (result.recommendation !== null) {
    const flags = Object.entries(result.recommendation.compat).map(
      ([flag, value]) => `${flag}: ${JSON.stringify(value)}`,
    );
    list.push(
      note(
        "notice",
        "inferrs-bench: recommended compat flags",
        [flags.join(", "), result.recommendation.because].filter((part) => part !== "").join(". "),
      ),
    );
  }
  if (!allFailed && failed.length > 0) {
    const kinds = [...new Set(failed.map(({ outcome }) => outcome.kind))].join(", ");
    list.push(
      note(
        "notice",
        `inferrs-bench: ${failed.length} of ${planned.length} cells fail`,
        `Outcomes: ${kinds}. The summary says why, and what mends each.`,
      ),
    );
  }
  return (["error", "warning", "notice"] as const).flatMap((level) =>
    capped(list.filter((item) => item.level === level)),
  );
}

function compared(result: Result): Annotation[] {
  const { comparison, verdict } = result;
  if (comparison === null || isUntold(result)) return [];
  const bad = verdict === "broken" || verdict === "regression";
  return [note(bad ? "error" : "notice", `inferrs-bench: ${verdict}`, comparedText(result))];
}

function comparedText(result: Result): string {
  const simulated = result.simulated ? "SIMULATED. " : "";
  return `${simulated}${comparisonSentence(result) ?? ""} ${whatToDo(result)}`;
}

/** Two variants were compared, and there is no telling whether head is slower. */
export function isUntold({ comparison, verdict }: Result): boolean {
  return comparison !== null && (verdict === null || verdict === "inconclusive");
}

/**
 * For a run that can't tell, where there is no neutral check for it.
 * @param why there is none; null: nobody tried
 */
export function untold(result: Result, why: string | null): Annotation {
  const title = `inferrs-bench: ${result.verdict ?? "no verdict"}`;
  const check = why === null ? "" : ` (No neutral check: ${why.replace(/\.$/, "")}.)`;
  return note("warning", title, `${comparedText(result)}${check}`);
}

function distinctFailures(failed: ResultCell[]): Annotation[] {
  const seen = new Map<string, Annotation>();
  for (const { scenario, outcome } of failed) {
    const key = `${scenario} ${outcome.kind}`;
    if (seen.has(key)) continue;
    const said = outcome.evidence === null ? "" : ` It said: ${oneLine(outcome.evidence, 300)}`;
    const mend = outcome.remedy === null ? "" : ` Remedy: ${outcome.remedy}`;
    seen.set(
      key,
      note("error", `${scenario}: ${outcome.kind}`, `${outcome.meaning}${said}${mend}`),
    );
  }
  return [...seen.values()];
}

export function note(level: Annotation["level"], title: string, message: string): Annotation {
  return { level, title: oneLine(title, 200), message: oneLine(message, 2000) };
}

/** @param list of one level */
export function capped(list: Annotation[]): Annotation[] {
  const [first] = list;
  if (first === undefined || list.length <= SHOWN_PER_LEVEL) return list;
  const left = list.length - (SHOWN_PER_LEVEL - 1);
  return [
    ...list.slice(0, SHOWN_PER_LEVEL - 1),
    note(first.level, `inferrs-bench: ${left} more`, "They are all in the report."),
  ];
}
