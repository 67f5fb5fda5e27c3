/** A comparison for a terminal. Pure. */
import type { ComparedMetric, Result } from "../result.ts";
import {
  CHANGE_NOTE,
  claimWithInterval,
  INTERVAL_SURE,
  isNoise,
  leftOutText,
  undecidedText,
  valueText,
  verdictWord,
} from "./comparison-change.ts";
import { logTails } from "./comparison-logs.ts";
import {
  hasFigures,
  pairsLine,
  primaryMetrics,
  SENSITIVITY_NOTE,
  sensitivityLines,
  successLines,
  tellingMetric,
  thresholdsText,
} from "./comparison-parts.ts";
import { metricsAbreast, strip, stripLegend } from "./comparison-strip.ts";
import { comparisonSentence, titles, whatToDo } from "./comparison-words.ts";
import { clip, plain } from "./escape.ts";

export interface TextLine {
  text: string;
  style?: "bold" | "red" | "green" | "yellow" | "dim";
  indent?: number;
  /** It is as wide as it may be: not to be wrapped. */
  drawn?: true;
}

const BLANK: TextLine = { text: "", drawn: true };

/** Verdict and what to do; empty where nothing was compared. */
export function comparisonTitle(result: Result): TextLine[] {
  const sentence = comparisonSentence(result);
  if (sentence === null) return [];
  return [{ text: sentence, style: colorOf(result) }, { text: whatToDo(result) }];
}

function colorOf({ verdict }: Result): "red" | "green" | "yellow" {
  if (verdict === "broken" || verdict === "regression") return "red";
  return verdict === "improvement" || verdict === "no-regression" ? "green" : "yellow";
}

/** All of the rest, never wider than `width`. */
export function comparisonLines(result: Result, width: number): TextLine[] {
  const { comparison } = result;
  if (comparison === null) return [];
  const groups = [primaryMetrics(comparison), advisory(result)];
  const [primary = [], others = []] = metricRows(result, groups, width);
  const items = (texts: readonly string[]) =>
    texts.map((text) => ({ text: `- ${text}`, indent: 2 }));
  const advice = items(comparison.advice);
  const { primary: seen } = sensitivityLines(result);
  const success = successLines(result).map((text) => ({ text }));
  const broken = result.verdict === "broken";
  const over = broken
    ? "The figures, which don't count:"
    : comparison.withheld === null
      ? comparison.because
      : "The figures, which decide nothing:";
  const figures = [
    ...section(over, primary),
    ...(others.length === 0
      ? []
      : [{ text: "Advisory, these decide nothing:", style: "dim" as const }, ...others, BLANK]),
  ];
  return [
    ...section("What differs:", differs(result)),
    ...(broken ? section("What fails on head:", success) : []),
    ...(hasFigures(comparison) || !broken ? figures : []),
    ...(broken ? [] : section(null, success)),
    ...section(advice.length === 0 ? null : "What would decide it:", advice),
    ...pairs(result, width),
    ...(seen.length === 0
      ? []
      : section(`What change this machine would see. ${SENSITIVITY_NOTE}`, items(seen))),
    ...logs(result, width),
    { text: notes(result), style: "dim" },
  ];
}

function section(title: string | null, lines: TextLine[]): TextLine[] {
  if (lines.length === 0) return title === null ? [] : [{ text: title }, BLANK];
  return [...(title === null ? [] : [{ text: title }]), ...lines, BLANK];
}

function differs({ comparison }: Result): TextLine[] {
  const rows = comparison?.differs ?? [];
  if (rows.length === 0) {
    const self = comparison?.kind === "self";
    return [
      {
        text: self
          ? "nothing, head against itself (A/A)"
          : "nothing, as far as options and logs tell",
        indent: 2,
      },
    ];
  }
  return rows.map(({ what, base, head, intended }) => ({
    text: `${what}: base ${base}, head ${head}${intended ? "" : " (NOT MEANT TO DIFFER)"}`,
    indent: 2,
    ...(intended ? {} : { style: "yellow" as const }),
  }));
}

/** Load time, and what surely changed: the rest is in the report. */
function advisory({ comparison }: Result): ComparedMetric[] {
  return (comparison?.metrics ?? []).filter(
    (metric) => !metric.primary && (metric.metric === "loadMs" || !isNoise(metric)),
  );
}

const FIGURE = 13;

/** Base, head and change in one line where all of them fit, else the change below. */
function metricRows(result: Result, groups: readonly ComparedMetric[][], width: number) {
  const title = titles(result);
  const all = groups.flat();
  const longest = Math.max(0, ...all.map((metric) => plain(title(metric)).length));
  const label = Math.min(longest, Math.max(12, width - 2 * FIGURE - 2));
  const rows = groups.map((metrics) =>
    metrics.map((metric) => {
      const figures = [metric.base, metric.head]
        .map((value) => clip(valueText(metric, value, metric.unit), FIGURE - 1).padStart(FIGURE))
        .join("");
      const left = `  ${clip(plain(title(metric)), label).padEnd(label)}${figures}`;
      return { metric, left: clip(left, width), right: rightOf(metric, result) };
    }),
  );
  const abreast = rows.flat().every(({ left, right }) => left.length + 2 + right.length <= width);
  return rows.map((group) =>
    group.flatMap(({ metric, left, right }): TextLine[] => {
      const style = styleOf(metric, result);
      if (abreast) return [{ text: `${left}  ${right}`, drawn: true, ...style }];
      return [
        { text: left, drawn: true, ...style },
        { text: right, indent: 4, ...style },
      ];
    }),
  );
}

function rightOf(metric: ComparedMetric, result: Result): string {
  const change = claimWithInterval(metric);
  if (!metric.primary) return change;
  const why = undecidedText(metric, result);
  const left = leftOutText(metric);
  const word = `${verdictWord(metric, result)}${why === null ? "" : `: ${why}`}`;
  return `${change}, ${word}${left === null ? "" : ` (${left})`}`;
}

function styleOf(metric: ComparedMetric, result: Result): Pick<TextLine, "style"> {
  const judged = result.comparison?.withheld === null && result.verdict !== "broken";
  if (!judged || !metric.primary || metric.because === "descriptive") return {};
  if (metric.verdict === "regression") return { style: "red" };
  if (metric.verdict === "improvement") return { style: "green" };
  return metric.verdict === "inconclusive" ? { style: "yellow" } : {};
}

/** As many primary metrics side by side as fit, the telling one first. */
function pairs(result: Result, width: number): TextLine[] {
  const { comparison } = result;
  const telling = tellingMetric(result);
  if (comparison === null || telling === null || comparison.pairs.list.length < 2) return [];
  const title = titles(result);
  const measured = primaryMetrics(comparison).filter((each) => each.pairs.length > 0);
  const ordered = [telling, ...measured.filter((each) => each !== telling)];
  const shown = ordered.slice(0, metricsAbreast(width));
  const rows = strip(result, shown, shown.map(title)).map(
    (text): TextLine => ({ text: clip(text, width), drawn: true }),
  );
  return [
    { text: "Each pair in order, head against base:" },
    ...rows,
    { text: stripLegend(result), style: "dim" },
    BLANK,
  ];
}

function logs(result: Result, width: number): TextLine[] {
  const tails = logTails(result);
  if (tails === null) return [];
  return [tails.head, ...(tails.base === null ? [] : [tails.base])].flatMap(({ title, lines }) => [
    { text: `Last lines of ${title}:` },
    ...lines
      .slice(-6)
      // With a bar before it, a runner takes no line for a command of a workflow.
      .map((line): TextLine => ({ text: clip(`  | ${plain(line)}`, width), drawn: true })),
    BLANK,
  ]);
}

function notes(result: Result): string {
  const { comparison } = result;
  if (comparison === null) return "";
  const judged = comparison.metrics.some(({ p }) => p !== null);
  const marks = judged
    ? ` ${CHANGE_NOTE}; in brackets: its interval (${INTERVAL_SURE}). ~: noise would show as much, once all are judged together. Thresholds: ${thresholdsText(result)}.`
    : "";
  return `${pairsLine(comparison)}${marks}`;
}
