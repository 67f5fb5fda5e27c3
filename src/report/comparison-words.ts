/** A comparison in sentences: the verdict with the number that matters, and what to do. Pure. */
import { nearestFirst } from "../analyze/comparison/nearest.ts";
import { nameOfLoad } from "../plan/load.ts";
import { name, shownCombination } from "../plan/matrix.ts";
import type { Because, ComparedMetric, ComparedSuccess, Comparison, Result } from "../result.ts";
import {
  changeText,
  changeWithInterval,
  intervalText,
  ruledOutText,
  share,
  undecidedText,
  VERDICT_WORDS,
} from "./comparison-change.ts";
import { logTails } from "./comparison-logs.ts";
import { clip } from "./escape.ts";
import { list } from "./format.ts";

/** Names of metrics, as short as they are told apart: `decode of agent-turn`, `load time`. */
export function titles(result: Result): (metric: ComparedMetric) => string {
  const metrics = result.comparison?.metrics ?? [];
  const short = ({ cell, label }: ComparedMetric) =>
    cell === null ? label : `${label} of ${scenarioOf(result, cell)}`;
  return (metric) => {
    const title = short(metric);
    const cell = result.cells.find(({ id }) => id === metric.cell);
    const twice = metrics.some((each) => each !== metric && short(each) === title);
    // Of the primary metrics it is the recommended combination, which goes without saying.
    if (!twice || cell === undefined || metric.primary) return title;
    const which = [name(shownCombination(cell)), nameOfLoad(cell.load)].filter(
      (part) => part !== "",
    );
    return `${title} (${which.join(" ").replaceAll(",", ", ")})`;
  };
}

export function scenarioOf(result: Result, id: string): string {
  return result.cells.find((cell) => cell.id === id)?.scenario ?? id;
}

/** Worst first: what failed, then by how much slower the worse end of the interval is. */
export function worstFirst(metrics: readonly ComparedMetric[]): ComparedMetric[] {
  return [...metrics].sort((a, b) => costOf(b) - costOf(a));
}

function costOf({ ratio, better }: ComparedMetric): number {
  if (ratio === null) return Number.NEGATIVE_INFINITY;
  const worst = (better === "lower" ? ratio.high : ratio.low) ?? ratio.estimate;
  if (worst === null) return Number.POSITIVE_INFINITY;
  return (better === "lower" ? 1 : -1) * Math.log(worst);
}

/** The verdict and the number that matters, for a heading; null where nothing was compared. */
export function comparisonSentence(result: Result): string | null {
  const { comparison, verdict } = result;
  if (comparison === null) return null;
  if (comparison.withheld !== null && verdict !== "broken") {
    return `No verdict: ${comparison.withheld}`;
  }
  const lead = verdict === null ? "No verdict" : VERDICT_WORDS[verdict];
  const of = comparison.kind === "self" ? `${lead} (A/A)` : lead;
  return `${of}: ${tellingNumber(result)}`;
}

/** The number that the verdict turns on, as a sentence; empty where nothing was compared. */
export function tellingNumber(result: Result): string {
  const { comparison, verdict } = result;
  if (comparison === null) return "";
  const primary = comparison.metrics.filter((metric) => metric.primary);
  const title = titles(result);
  const changed = (wanted: ComparedMetric["verdict"]) =>
    primary.filter((metric) => metric.verdict === wanted);
  const named = (metric: ComparedMetric) => `${title(metric)} ${changeWithInterval(metric)}`;
  if (verdict === "broken") {
    const broken = comparison.success.filter(({ state }) => state === "broken");
    return `${brokenText(result, broken)}.`;
  }
  if (verdict === "regression") return `${headAndRest(worstFirst(changed("regression")), named)}.`;
  if (verdict === "improvement") {
    const best = worstFirst(changed("improvement")).reverse();
    return `${headAndRest(best, named)}; no primary metric regressed.`;
  }
  const [worst] =
    verdict === "inconclusive" ? worstFirst(changed("inconclusive")) : nearestFirst(primary);
  const open = comparison.success.some(({ state }) => state === "confirm");
  if (worst === undefined || open) return comparison.because;
  if (verdict === "no-regression") {
    const ruledOut = ruledOutText(worst);
    const bounds = (ruledOut === null ? between(intervalText(worst)) : null) ?? changeText(worst);
    const limit = ruledOut ?? `threshold ${share(worst.threshold)}`;
    return primary.length === 1
      ? `${title(worst)} is ${bounds} (${limit}).`
      : `within all thresholds; the least sure, ${title(worst)}, ${bounds} (${limit}).`;
  }
  if (worst.because === "descriptive") {
    return `servers that aren't restarted are only described. ${named(worst)}.`;
  }
  const interval = between(intervalText(worst));
  const more = changed("inconclusive").length - 1;
  const rest = more > 0 ? `; ${more} more undecided` : "";
  if (worst.because in NOTHING_TO_TELL) {
    return `${title(worst)} can't be told: ${undecidedText(worst, result)}${rest}.`;
  }
  return interval === null
    ? `too few pairs of starts to tell (${comparison.pairs.made}).`
    : `${title(worst)} is ${interval}${rest}.`;
}

/** What more pairs would not decide. */
const NOTHING_TO_TELL: Partial<Record<Because, true>> = {
  "too-few-figures": true,
  "replies-differ": true,
  "rounds-left-out": true,
};

function between(interval: string | null): string | null {
  return interval === null ? null : `between ${interval.replace(" to ", " and ")}`;
}

function headAndRest(
  metrics: readonly ComparedMetric[],
  named: (metric: ComparedMetric) => string,
): string {
  const [first] = metrics;
  if (first === undefined) return "";
  return metrics.length === 1
    ? named(first)
    : `${named(first)}, and ${metrics.length - 1} more primary metric${metrics.length > 2 ? "s" : ""}`;
}

const BROKEN_WORDS = {
  deterministic: "each time",
  confirmed: "in fresh starts too",
  "fails-more-often": "more often than on base",
} as const;

function brokenText(result: Result, broken: readonly ComparedSuccess[]): string {
  const first = broken[0];
  if (first === undefined) return "head fails where base works";
  const where = list([...new Set(broken.map(({ cell }) => scenarioOf(result, cell)))]);
  const kind = first.head === "pass" ? "" : ` with ${first.head}`;
  const how = first.because === null ? "" : ` ${BROKEN_WORDS[first.because]}`;
  return `${where} fails on head${kind}${how}, and works on base`;
}

/** What the reader is to do about it, in a sentence. */
export function whatToDo(result: Result): string {
  const { comparison, verdict } = result;
  if (comparison === null) return "";
  if (verdict === "broken") {
    const log = logTails(result) === null ? "" : " Its log is below, beside base's.";
    const mend = mendsBroken(result);
    const first = mend === null ? "Look at what head said, below." : `What mends it: ${mend}`;
    return `${first} ${changedText(comparison)}`.trim() + log;
  }
  if (comparison.withheld !== null) {
    return "Make the two equal in what was not meant to differ, or name it with --base.";
  }
  if (comparison.design === "attached") {
    return "For a verdict let this tool start the engines, or give it a restart-command for each.";
  }
  if (comparison.kind === "self" && verdict !== "inconclusive") {
    return verdict === "no-regression"
      ? "Below: what change this machine would see."
      : "A false alarm: look at the pairs below for what else ran on this machine.";
  }
  if (verdict === "regression") {
    const changed = changedText(comparison);
    const undo = changed === "" ? "Find what slows head down" : "Take that back or mend it";
    return `${changed}${undo}; if it is meant, raise the threshold.`;
  }
  return verdict === "inconclusive" || verdict === null ? whatDecides(result) : "Nothing to do.";
}

/** Of a value that a sentence names. */
const MOST_VALUE = 40;

/** `Changed: quantize Q8_0 → Q4K. `: what is under test, the first of it; empty where nothing is. */
function changedText({ kind, differs }: Comparison): string {
  const meant = differs.filter(({ intended }) => intended);
  const [first] = meant;
  if (kind === "self" || first === undefined) return "";
  const [base, head] = differingWords(first).map((text) => clip(text, MOST_VALUE));
  const more = meant.length > 1 ? ` (and ${meant.length - 1} more)` : "";
  return `Changed: ${first.what} ${base} → ${head}${more}. `;
}

/** Of two lists of words what only one of them has: `a=1 b=2` and `a=1 b=3` differ in `b`. */
export function differingWords({ base, head }: { base: string; head: string }): [string, string] {
  const [ours, theirs] = [base.split(" "), head.split(" ")];
  const only = (words: string[], others: string[]) =>
    words.filter((word) => !others.includes(word)).join(" ");
  const both: [string, string] = [only(ours, theirs), only(theirs, ours)];
  return both.includes("") ? [base, head] : both;
}

/** The remedy of what broke, in its first sentence; null where there is none. */
function mendsBroken({ comparison, cells }: Result): string | null {
  const broken = (comparison?.success ?? []).filter(({ state }) => state === "broken");
  const remedy = broken
    .map(({ cell }) => cells.find(({ id }) => id === cell)?.outcome.remedy ?? null)
    .find((text) => text !== null);
  if (remedy === undefined) return null;
  const first = /^.*?[.!](?=\s|$)/s.exec(remedy)?.[0] ?? remedy;
  return clip(first, 300);
}

/** Of the metric that needs the most. */
function whatDecides(result: Result): string {
  const title = titles(result);
  const undecided = (result.comparison?.metrics ?? []).flatMap((metric) => {
    const pairs = metric.primary ? metric.wouldDecide?.pairs : undefined;
    return pairs === undefined ? [] : [{ metric, pairs: pairs ?? Number.POSITIVE_INFINITY }];
  });
  const [most] = undecided.sort((a, b) => b.pairs - a.pairs);
  if (most === undefined) return result.comparison?.advice[0] ?? "More pairs of starts would tell.";
  if (!Number.isFinite(most.pairs)) {
    return `Not even 150 pairs would decide ${title(most.metric)}; a quieter machine might.`;
  }
  return `${most.pairs} pairs of starts would decide ${title(most.metric)} (--starts ${most.pairs}).`;
}

/** Names of the primary metrics that regressed. */
export function regressed(result: Result): string[] {
  const title = titles(result);
  return (result.comparison?.metrics ?? [])
    .filter((metric) => metric.primary && metric.verdict === "regression")
    .map(title);
}
