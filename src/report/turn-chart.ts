/**
 * The agent turn drawn for the job summary, as a Gantt chart: of what GitHub's mermaid draws it is
 * the one that reads well, with each figure in its bar. Pure.
 */
import { recommendedCombination } from "../analyze/recommended-cells.ts";
import { lightest } from "../plan/load.ts";
import { name, shownCombination } from "../plan/matrix.ts";
import type { ComparedMetric, Result } from "../result.ts";
import { clip, fence, plain } from "./escape.ts";
import { ms } from "./format.ts";
import { headOnly } from "./head-only.ts";
import { headlineCell, median } from "./summary.ts";

interface Bar {
  text: string;
  fromMs: number;
  toMs: number;
  /** `active` is drawn lighter, `crit` red. */
  mark: "active" | "crit" | null;
}

interface Section {
  title: string;
  bars: Bar[];
}

const MOST_BARS = 12;

/** Base and head one below the other, else a bar for each combination; empty with nothing to draw. */
export function turnChart(result: Result): string {
  return result.comparison === null ? combinations(result) : baseAndHead(result);
}

/** Until the first token, and the rest of the turn. */
function baseAndHead(result: Result): string {
  const metrics = result.comparison?.metrics ?? [];
  const turn = metrics.find(({ metric, primary }) => metric === "turnMs" && primary);
  const ttft = metrics.find(({ metric, cell }) => metric === "ttftMs" && cell === turn?.cell);
  if (turn === undefined || ttft === undefined) return "";
  const sections = (["base", "head"] as const).flatMap((side) => sectionOf(side, ttft, turn));
  const scenario = result.cells.find(({ id }) => id === turn.cell)?.scenario ?? "";
  return sections.length < 2 ? "" : drawn(`${scenario}, medians of the starts`, sections);
}

function sectionOf(side: "base" | "head", ttft: ComparedMetric, turn: ComparedMetric): Section[] {
  const [first, whole] = [ttft[side], turn[side]];
  if (first === null || whole === null || first <= 0 || whole <= first) return [];
  const slower = (metric: ComparedMetric) => side === "head" && metric.verdict === "regression";
  const bars: Bar[] = [
    {
      text: `first token ${ms(first)}`,
      fromMs: 0,
      toMs: first,
      mark: slower(ttft) ? "crit" : "active",
    },
    {
      text: `reply ${ms(whole - first)}, turn ${ms(whole)}`,
      fromMs: first,
      toMs: whole,
      mark: slower(turn) && !slower(ttft) ? "crit" : null,
    },
  ];
  return [{ title: side, bars }];
}

function combinations(whole: Result): string {
  const result = headOnly(whole);
  const scenario = headlineCell(result)?.scenario;
  const recommended = recommendedCombination(result);
  const cells = lightest(result.cells).filter(
    (cell) => cell.scenario === scenario && cell.outcome.kind === "pass" && cell.rung === undefined,
  );
  const bars = cells.flatMap((cell): Bar[] => {
    const turn = median(cell, "turnMs");
    const which = name(shownCombination(cell));
    if (turn === null || turn <= 0 || which === "") return [];
    const is = recommended !== null && which === name(recommended);
    const text = `${which.replaceAll(",", ", ")} ${ms(turn)}`;
    return [{ text, fromMs: 0, toMs: turn, mark: is ? "active" : null }];
  });
  if (bars.length < 2 || bars.length > MOST_BARS) return "";
  return drawn(`${scenario}, median of the whole turn`, [{ title: "turn", bars }]);
}

function drawn(title: string, sections: readonly Section[]): string {
  const longest = Math.max(...sections.flatMap(({ bars }) => bars.map(({ toMs }) => toMs)));
  const lines = sections.flatMap(({ title: of, bars }) => [
    `  section ${label(of)}`,
    ...bars.map(({ text, fromMs, toMs, mark }) => {
      const when = [fromMs, toMs].map((at) => Math.round(at * scale(longest)));
      return `  ${label(text)} :${mark === null ? "" : `${mark}, `}${when.join(", ")}`;
    }),
  ]);
  const head = [
    "gantt",
    `  title ${label(title)}`,
    "  dateFormat x",
    `  axisFormat ${axis(longest)}`,
  ];
  return fence([...head, ...lines].join("\n"), "mermaid");
}

/** Its finest unit is a millisecond: short turns are drawn in microseconds as if they were those. */
function scale(longestMs: number): number {
  return longestMs < 100 ? 1000 : 1;
}

function axis(longestMs: number): string {
  if (longestMs < 100) return "%S ms";
  return longestMs < 60_000 ? "%S.%L s" : "%M:%S";
}

/** Nothing that mermaid takes for its own. */
function label(text: string): string {
  return clip(plain(text).replace(/[^\p{L}\p{N} %=.,+()/-]/gu, " "), 90).trim() || "–";
}
