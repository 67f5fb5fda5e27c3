/**
 * What several runs come to together. Pure.
 *
 * A verdict is always of one run, from pairs of starts on one machine: figures of different runs are
 * shown beside each other and never decide anything.
 */
import type { FailOn } from "../../inputs/options.ts";
import { list, plural } from "../../report/format.ts";
import type { MissingRun, Reported, ReportedRun } from "../../report/reported.ts";
import type { Result, Verdict } from "../../result.ts";
import { happened } from "../happened.ts";
import { ALPHA } from "../verdict/looks.ts";
import { differInSpeed, inGroups } from "./groups.ts";
import { nameOfGroup } from "./name-of-group.ts";
import { type UnionContext, unionOf } from "./union.ts";
import { type Unwell, unwellOf } from "./unwell.ts";

/** Runs that are parts of one; most groups are one run alone. */
export interface MergedGroup {
  runs: ReportedRun[];
  /** All their cells with one recommendation over them; of a run alone its own result. */
  result: Result;
  /** Its parts were measured on machines of different speed. */
  mixed: boolean;
}

/** Of a run, or: a job that was expected gave no result. */
export type MergedExitReason = Result["exitReason"] | "missing";

export interface Merged {
  /** Of the worst; null where nothing was compared. */
  verdict: Verdict | null;
  exitReason: MergedExitReason;
  /** One sentence where exitReason isn't `ok`. */
  exitDetail: string | null;
  groups: MergedGroup[];
  /** Whose verdict is the whole's, or what ended it; null: no run's. */
  decidedBy: ReportedRun | null;
  /** Who reported, and didn't end as it should have. */
  unwell: Unwell[];
  /** How many runs compared, and how often one of so many may call a change that isn't there. */
  compared: { runs: number; falseAlarms: number };
  /** What a reader must know to read it rightly: sentences. */
  notes: string[];
}

/** Worst first. */
const VERDICTS: readonly Verdict[] = [
  "broken",
  "regression",
  "inconclusive",
  "improvement",
  "no-regression",
];
/** What people look for first, then what ended a run before its time. */
const REASONS: readonly Result["exitReason"][] = [
  "broken",
  "regression",
  "all-failed",
  "internal-error",
  "setup-failed",
  "interrupted",
];

/** @param reported at least one run, or one that is missing */
export function merge(reported: Reported, context: UnionContext): Merged {
  const { runs, missing } = reported;
  const groups = inGroups(runs).map((group): MergedGroup => {
    const results = group.map(({ result }) => result);
    return { runs: group, result: unionOf(results, context), mixed: differInSpeed(results) };
  });
  const verdicts = runs.flatMap(({ result }) => result.verdict ?? []);
  const found = VERDICTS.find((each) => verdicts.includes(each)) ?? null;
  const unwell = unwellOf(groups);
  // Good is only what is known of all.
  const known = missing.length === 0 && unwell.length === 0;
  const verdict = !known && isGood(found) ? "inconclusive" : found;
  const compared = { runs: verdicts.length, falseAlarms: 1 - (1 - ALPHA) ** verdicts.length };
  const ended = endOf(runs, groups, missing);
  const telling = runs.find(({ result }) => result.verdict !== null && result.verdict === verdict);
  return {
    verdict,
    ...ended,
    groups,
    decidedBy: telling ?? ended.decidedBy,
    unwell,
    compared,
    notes: notesOf({ reported, groups, unwell, compared, found, verdict }),
  };
}

function isGood(verdict: Verdict | null): boolean {
  return verdict === "improvement" || verdict === "no-regression";
}

/** That all of a part's cells fail is nothing if other parts' work: there the group's end counts. */
function endOf(
  runs: readonly ReportedRun[],
  groups: readonly MergedGroup[],
  missing: readonly MissingRun[],
): Pick<Merged, "exitReason" | "exitDetail" | "decidedBy"> {
  for (const reason of REASONS) {
    const whole =
      reason === "all-failed"
        ? groups.find(({ result }) => result.exitReason === reason)
        : undefined;
    const run =
      whole?.runs[0] ??
      runs.find(
        ({ result }) =>
          reason !== "all-failed" && [result.exitReason, result.verdict].includes(reason),
      );
    if (run === undefined) continue;
    // Of parts of one matrix what all of them come to, not what the first says of its own.
    const { exitDetail: said, comparison } = whole?.result ?? run.result;
    const detail = said ?? comparison?.because ?? reason;
    const name = whole === undefined ? run.name : nameOfGroup(whole);
    const exitDetail = runs.length + missing.length > 1 ? `${name}: ${detail}` : detail;
    return { exitReason: reason, exitDetail, decidedBy: run };
  }
  if (missing.length > 0) {
    return { exitReason: "missing", exitDetail: missingSentence(missing), decidedBy: null };
  }
  return { exitReason: "ok", exitDetail: null, decidedBy: null };
}

/** `metal did not report: result.json is larger than 50 MB.` */
function missingSentence(missing: readonly MissingRun[]): string {
  return missing
    .map(({ name, why }) => `${name} did not report: ${why.replace(/\.$/, "")}`)
    .join("; ");
}

/**
 * As of one run: 1 for what `--fail-on` names, then how a run ended that didn't end well, then 1 for
 * what is missing.
 */
export function mergedExitCode({ groups, exitReason }: Merged, failOn: readonly FailOn[]): number {
  const all = groups.flatMap(({ runs, result }) => [
    ...happened(result),
    ...runs.flatMap((run) => happened(run.result).filter((one) => one !== "all-failed")),
  ]);
  if (all.some((one) => failOn.includes(one))) return 1;
  const reasons = groups.flatMap(({ runs }) => runs.map(({ result }) => result.exitReason));
  if (reasons.includes("internal-error")) return 70;
  if (reasons.includes("setup-failed")) return 3;
  if (reasons.includes("interrupted")) return 130;
  return exitReason === "missing" ? 1 : 0;
}

function notesOf(of: {
  reported: Reported;
  groups: readonly MergedGroup[];
  unwell: readonly Unwell[];
  compared: Merged["compared"];
  found: Verdict | null;
  verdict: Verdict | null;
}): string[] {
  const { reported, groups, unwell, compared, found, verdict } = of;
  const { runs, missing } = reported;
  const notes: string[] = [];
  if (found !== verdict) {
    const without = [
      ...(missing.length > 0 ? [`${plural(missing.length, "run")} did not report`] : []),
      ...unwell.map(({ name, what }) => `of ${name}, ${what}`),
    ];
    notes.push(
      `What was compared is fine (${found}), yet ${list(without)}: that keeps the whole from being called so.`,
    );
  }
  if (groups.length > 1) {
    notes.push(
      `${apartText(groups)} Their figures stand side by side, and no verdict compares them: a verdict is of base and head of one run.`,
    );
  }
  for (const { runs: parts, mixed } of groups) {
    if (parts.length === 1) continue;
    const names = list(parts.map(({ name }) => name));
    notes.push(
      `${names} asked parts of one matrix, on machines of one kind: what works, and the recommended settings, are over all of their cells.`,
    );
    if (mixed) {
      notes.push(
        `The machines of ${names} differ in what decides speed: the recommendation is by what works alone, not by which is faster.`,
      );
    }
    if (missing.length > 0) {
      notes.push(
        "Cells of a run that did not report are not in it: a better combination may be among them.",
      );
    }
  }
  if (compared.runs > 1) {
    notes.push(
      `${compared.runs} comparisons, each judged by itself: where nothing changed, each calls a change with at most ${percent(ALPHA)}, and at least one of them with at most ${percent(compared.falseAlarms)}. Before acting on a small one, run it again.`,
    );
  }
  if (runs.length === 0) notes.push("No run reported.");
  return notes;
}

/** By what the rows are told apart. */
function apartText(groups: readonly MergedGroup[]): string {
  const results = groups.flatMap(({ runs }) => runs.map(({ result }) => result));
  const differ = (of: (result: Result) => unknown) =>
    new Set(results.map((result) => JSON.stringify(of(result)))).size > 1;
  const machines = differ(({ environment, platform }) => [
    platform.id,
    environment.os.image,
    environment.fingerprint,
  ]);
  const models = differ(({ variants }) => variants.map(({ model }) => model.servedId ?? model.id));
  const engines = differ(({ variants }) =>
    variants.map(({ engine }) => [engine.kind, engine.version]),
  );
  const what = [
    ...(machines ? ["machines"] : []),
    ...(models ? ["models"] : []),
    ...(engines ? ["engines"] : []),
  ];
  return what.length === 0
    ? "All rows are of one machine and one model, at different times or with different options."
    : `The rows are of different ${list(what)}.`;
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))}%`;
}
