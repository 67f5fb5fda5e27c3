/** The report as Markdown: `report.md`, the job summary, and the pull-request comment. Pure. */
import type { HistoryReport } from "../analyze/history/report.ts";
import type { Result } from "../result.ts";
import { fitted, type Limit, type Part } from "./budget.ts";
import { CAME_OUT_SIGNS, cameOut } from "./came-out.ts";
import {
  advisoryMetrics,
  advisoryShortened,
  comparisonAdvice,
  comparisonHead,
  comparisonLogs,
  comparisonPairs,
  comparisonTable,
  machineSensitivity,
} from "./comparison-markdown.ts";
import {
  type EarlierVerdict,
  earlierThan,
  earlierVerdicts,
  hiddenVerdicts,
  verdictOf,
} from "./earlier.ts";
import { clip, md } from "./escape.ts";
import { whatFits } from "./fit.ts";
import { headOnly } from "./head-only.ts";
import { historyMarkdown } from "./history.ts";
import { loads } from "./load.ts";
import {
  allMetrics,
  allMetricsShortened,
  crosschecks,
  howMeasured,
  starts,
  startsShortened,
  whatWasRun,
} from "./markdown-details.ts";
import { failures, failuresShortened } from "./markdown-failures.ts";
import {
  folded,
  foldedAway,
  matrix,
  matrixShortened,
  recommendation,
  warningList,
  wholeEntry,
} from "./markdown-parts.ts";
import { remedyLadders } from "./remedies.ts";
import { reproduce } from "./reproduce.ts";
import { cacheLine, caveats, coldLine, numbersLine, sizeLine, verdictLine } from "./summary.ts";
import { trustInShort, warningsByTrust } from "./trust.ts";
import { turnChart } from "./turn-chart.ts";
import { turnsTaken } from "./turns.ts";

export interface MarkdownOptions {
  /** `comment`: what few readers want is folded, and there are earlier verdicts. Absent: `report`. */
  place?: "report" | "summary" | "comment";
  /** A hidden first line by which the comment is found again. */
  marker?: string;
  /** Most characters; absent: under GitHub's 65,536. */
  budget?: number;
  /** What the budget counts; absent: characters. */
  unit?: Limit["unit"];
  heading?: string;
  /** A paragraph right below the heading, as Markdown: whose word it is. */
  belowHeading?: string;
  /** The run beside earlier ones; null: no history is kept. */
  history?: HistoryReport | null;
  /** Of a comment: the one of before, hostile text, and the commit that this one is about. */
  earlier?: { previous: string | null; commit: string | null };
}

/** Under GitHub's 65,536, with room for a marker. */
export const COMMENT_BUDGET = 65_000;

/** Combinations that a comment's reader sees without unfolding. */
const OPEN_ROWS = 8;

/** @returns Markdown that ends with a newline */
export function renderMarkdown(whole: Result, options: MarkdownOptions = {}): string {
  const result = headOnly(whole);
  const { marker, earlier, place = "report", budget: size = COMMENT_BUDGET } = options;
  const now = earlier === undefined ? null : verdictOf(whole, earlier.commit);
  const before = now === null ? [] : earlierThan(now, earlier?.previous ?? null);
  // Last: whoever shows the beginning of a comment shows its raw text.
  const hidden = now === null ? "" : `\n${hiddenVerdicts([now, ...before])}\n`;
  const head = [
    ...(marker === undefined ? [] : [marker]),
    headOf(whole, result, options).join("\n\n"),
  ].join("\n");
  const limit = { size: size - hidden.length, unit: options.unit ?? ("characters" as const) };
  const where = place === "report" ? "report.html" : "report.html of this run's artifact";
  const parts = partsOf(whole, result, before, options);
  return fitted(head, parts, footOf(whole), { limit, where }) + hidden;
}

/** In the order in which they are read; a number tells how much each matters when room is short. */
function partsOf(
  whole: Result,
  result: Result,
  before: readonly EarlierVerdict[],
  { place = "report", history }: MarkdownOptions,
): Part[] {
  const fold = place === "comment" ? foldedAway : (text: string) => text;
  const asBefore = place === "comment" && worksAsBefore(whole);
  const open = place === "comment" && !asBefore ? OPEN_ROWS : Number.POSITIVE_INFINITY;
  const combinations = (rows?: number) => {
    const table = matrix(result, rows, open);
    const title = "All combinations of head, by scenario: none fails that did not fail on base";
    return joined(headByItself(whole, result), asBefore ? folded(title, table) : table);
  };
  const { trust, other } = warningsByTrust(whole);
  const warnings = [...trust, ...other];
  const parts: Part[] = [
    {
      name: "the matrix",
      importance: 90,
      text: combinations(),
      shorten: { ...matrixShortened(result, open), text: combinations },
    },
    { name: "the chart", importance: 30, text: place === "summary" ? turnChart(whole) : "" },
    { name: "the comparison", importance: 100, text: comparisonTable(whole) },
    { name: "what would decide it", importance: 92, text: comparisonAdvice(whole) },
    {
      name: "the other metrics",
      importance: 32,
      text: advisoryMetrics(whole),
      shorten: advisoryShortened(whole),
    },
    { name: "both logs", importance: 60, text: comparisonLogs(whole) },
    { name: "each pair of starts", importance: 50, text: comparisonPairs(whole) },
    { name: "what change would be seen", importance: 55, text: machineSensitivity(whole) },
    { name: "the recommended settings", importance: 95, text: recommendation(result) },
    { name: "the whole entry", importance: 40, text: wholeEntry(result) },
    { name: "the ladder of remedies", importance: 65, text: remedyLadders(result) },
    {
      name: "failures",
      importance: 80,
      text: failures(result),
      shorten: failuresShortened(result),
    },
    { name: "the history", importance: 70, text: history ? fold(historyMarkdown(history)) : "" },
    { name: "what fits", importance: 58, text: fold(whatFits(result)) },
    { name: "the turn taken apart", importance: 45, text: fold(turnsTaken(result)) },
    { name: "figures under load", importance: 57, text: fold(loads(result)) },
    {
      name: "earlier verdicts",
      // Short, and nowhere else; what fails is in the report as well.
      importance: 85,
      text: earlierVerdicts(before),
      shorten: { rows: before.length, text: (rows) => earlierVerdicts(before, rows) },
    },
    {
      name: "warnings",
      importance: 48,
      text: warningList(warnings),
      shorten: { rows: warnings.length, text: (rows) => warningList(warnings, rows) },
    },
    { name: "how to reproduce it", importance: 62, text: reproduce(whole) },
    { name: "what was run", importance: 52, text: whatWasRun(whole) },
    {
      name: "all metrics",
      importance: 10,
      text: allMetrics(whole),
      shorten: allMetricsShortened(whole),
    },
    {
      name: "how it was measured",
      importance: 20,
      text: howMeasured(result, coldAndCached(result)),
    },
    {
      name: "engine starts",
      importance: 15,
      text: starts(whole),
      shorten: startsShortened(whole),
    },
    { name: "what the server counts", importance: 18, text: crosschecks(whole) },
  ];
  return parts.filter((part) => part.text !== "");
}

/**
 * Of a comparison its verdict and what to do, else whether it works and how fast; then what is to be
 * known before any figure is believed.
 */
function headOf(
  whole: Result,
  result: Result,
  { heading, belowHeading }: MarkdownOptions,
): string[] {
  const label = heading ?? whole.label;
  const titled = label === null ? "" : `${md(clip(label, 80))}: `;
  const notes = [
    ...caveats(result).map((note) => `⚠️ **${md(clip(note, 500))}**`),
    ...trustLine(whole),
  ];
  const quoted = notes.length === 0 ? [] : [notes.map((note) => `> ${note}`).join("\n>\n")];
  const below = belowHeading === undefined ? [] : [belowHeading];
  const compared = comparisonHead(whole);
  if (compared !== null) {
    const { sign, sentence, toDo } = compared;
    return [`### ${sign} ${titled}${sentence}`, ...below, toDo, ...quoted];
  }
  const numbers = numbersLine(result);
  return [
    `### ${CAME_OUT_SIGNS[cameOut(result)]} ${titled}${md(clip(verdictLine(result), 500))}`,
    ...below,
    ...(numbers === null ? [] : [md(clip(numbers, 600))]),
    ...quoted,
  ];
}

/** More kinds than these are no line any more. */
const MOST_TRUST = 6;

/** What changes what may be believed, in a line; the warnings themselves are folded further down. */
function trustLine(whole: Result): string[] {
  const kinds = trustInShort(whole);
  if (kinds.length === 0) return [];
  const left = kinds.length - MOST_TRUST;
  const more = left > 0 ? [`${left} more`] : [];
  const said = [...kinds.slice(0, MOST_TRUST).map(md), ...more].join("; ");
  return [`⚠️ **Bears on trust:** ${said} (under _Warnings_).`];
}

/** Both sides were compared, and no combination fails now that worked: what changed is then a figure. */
function worksAsBefore({ comparison }: Result): boolean {
  if (comparison === null) return false;
  return comparison.success.every(({ state, failures }) => {
    const worse = state === "broken" || state === "confirm" || failures.head > failures.base;
    return !worse;
  });
}

function headByItself({ comparison }: Result, result: Result): string {
  if (comparison === null) return "";
  const lines = [verdictLine(result), numbersLine(result)].filter((line) => line !== null);
  return `**Head by itself.** ${lines.map((line) => md(clip(line, 500))).join(" ")}`;
}

function coldAndCached(result: Result): string {
  const lines = [coldLine(result), cacheLine(result)].filter((line) => line !== null);
  return lines.map(md).join(" ");
}

function joined(...texts: string[]): string {
  return texts.filter((text) => text !== "").join("\n\n");
}

function footOf(whole: Result): string {
  return `<sub>${md(clip(sizeLine(whole), 500))}. inferrs-bench ${md(clip(whole.tool.version, 40))}</sub>`;
}
