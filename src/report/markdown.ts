/** The report as Markdown: `report.md`, the job summary, and the pull-request comment. Pure. */
import type { HistoryReport } from "../analyze/history/report.ts";
import type { Result } from "../result.ts";
import {
  comparisonAdvice,
  comparisonHead,
  comparisonLogs,
  comparisonPairs,
  comparisonTable,
  machineSensitivity,
} from "./comparison-markdown.ts";
import { md } from "./escape.ts";
import { whatFits } from "./fit.ts";
import { headOnly } from "./head-only.ts";
import { historyMarkdown } from "./history.ts";
import { loads } from "./load.ts";
import { allMetrics, crosschecks, howMeasured, starts, whatWasRun } from "./markdown-details.ts";
import { failures, matrix, recommendation, warnings } from "./markdown-parts.ts";
import { remedyLadders } from "./remedies.ts";
import { reproduce } from "./reproduce.ts";
import { cacheLine, caveats, coldLine, numbersLine, sizeLine, verdictLine } from "./summary.ts";
import { turnsTaken } from "./turns.ts";

export interface MarkdownOptions {
  /** A hidden first line by which the comment is found again. */
  marker?: string;
  /** Most characters; the least important parts go first. */
  budget?: number;
  heading?: string;
  /** The run beside earlier ones; null: no history is kept. */
  history?: HistoryReport | null;
}

/** Under GitHub's 65,536 with room for a marker. */
const DEFAULT_BUDGET = 65_000;

interface Part {
  /** What the reader is told when it is left out. */
  name: string;
  text: string;
}

/** @returns Markdown that ends with a newline */
export function renderMarkdown(whole: Result, options: MarkdownOptions = {}): string {
  const result = headOnly(whole);
  const { marker, history } = options;
  const head = [...(marker === undefined ? [] : [marker]), ...headOf(whole, result, options)];
  // By importance: when the budget is short, parts go from the end.
  const parts: Part[] = [
    { name: "the comparison", text: comparisonTable(whole) },
    { name: "what would decide it", text: comparisonAdvice(whole) },
    { name: "both logs", text: comparisonLogs(whole) },
    { name: "each pair of starts", text: comparisonPairs(whole) },
    { name: "what change would be seen", text: machineSensitivity(whole) },
    { name: "head by itself", text: headByItself(whole, result) },
    { name: "the matrix", text: matrix(result) },
    { name: "the recommended settings", text: recommendation(result) },
    { name: "the ladder of remedies", text: remedyLadders(result) },
    { name: "the history", text: history ? historyMarkdown(history) : "" },
    { name: "failures", text: failures(result) },
    { name: "what fits", text: whatFits(result) },
    { name: "the turn taken apart", text: turnsTaken(result) },
    { name: "figures under load", text: loads(result) },
    { name: "cold starts and the prompt cache", text: coldAndCached(result) },
    { name: "warnings", text: warnings(result) },
    { name: "what was run", text: whatWasRun(whole) },
    { name: "how to reproduce it", text: reproduce(whole) },
    { name: "how it was measured", text: howMeasured(result) },
    { name: "engine starts", text: starts(whole) },
    { name: "what the server counts", text: crosschecks(whole) },
    { name: "all metrics", text: allMetrics(whole) },
  ].filter((part) => part.text !== "");
  return fit(head.join("\n\n"), parts, md(`${sizeLine(whole)}.`), options.budget ?? DEFAULT_BUDGET);
}

/** The first words: of a comparison its verdict and what to do, else whether it works and how fast. */
function headOf(whole: Result, result: Result, { heading }: MarkdownOptions): string[] {
  const notes = caveats(result).map((note) => `> ⚠️ **${md(note)}**`);
  const compared = comparisonHead(whole);
  if (compared.length > 0) return [...compared, ...notes];
  const numbers = numbersLine(result);
  return [
    `### ${md(heading ?? "inferrs-bench")}: ${md(verdictLine(result))}`,
    ...notes,
    ...(numbers === null ? [] : [md(numbers)]),
  ];
}

function headByItself({ comparison }: Result, result: Result): string {
  if (comparison === null) return "";
  const lines = [verdictLine(result), numbersLine(result)].filter((line) => line !== null);
  return `#### Head by itself\n\n${lines.map(md).join(" ")}`;
}

function coldAndCached(result: Result): string {
  const lines = [coldLine(result), cacheLine(result)].filter((line) => line !== null);
  return lines.map(md).join(" ");
}

function fit(head: string, parts: Part[], foot: string, budget: number): string {
  const kept = [...parts];
  const left: string[] = [];
  const assemble = () => {
    const note =
      left.length === 0
        ? []
        : [`_Left out for want of room: ${left.join(", ")}. The whole report is in report.md._`];
    return `${[head, ...kept.map((part) => part.text), ...note, `<sub>${foot}</sub>`].join("\n\n")}\n`;
  };
  while (assemble().length > budget && kept.length > 0) left.unshift(kept.pop()?.name ?? "");
  return assemble();
}
