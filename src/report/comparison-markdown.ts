/** A comparison as Markdown: for `report.md`, the job summary and the comment. Pure. */
import type { ComparedMetric, Comparison, Result } from "../result.ts";
import type { Shortenable } from "./budget.ts";
import {
  CHANGE_NOTE,
  changeText,
  INTERVAL_SURE,
  intervalText,
  isNoise,
  leftOutText,
  undecidedText,
  VERDICT_SIGNS,
  valueText,
  verdictSign,
  verdictWord,
  within,
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
import { strip, stripLegend } from "./comparison-strip.ts";
import { comparisonSentence, differingWords, titles, whatToDo } from "./comparison-words.ts";
import { clip, code, fence, md } from "./escape.ts";
import { plural } from "./format.ts";
import { folded, table } from "./markdown-parts.ts";

/** The verdict and what to do: under 200 characters mostly. Null where nothing was compared. */
export function comparisonHead(
  result: Result,
): { sign: string; sentence: string; toDo: string } | null {
  const sentence = comparisonSentence(result);
  if (sentence === null) return null;
  const sign = result.verdict === null ? "⚠️" : VERDICT_SIGNS[result.verdict];
  return { sign, sentence: md(clip(sentence, 400)), toDo: md(clip(whatToDo(result), 600)) };
}

/** What differs, what that made of the figures, and why; where head is broken that comes first. */
export function comparisonTable(result: Result): string {
  const { comparison, verdict } = result;
  if (comparison === null) return "";
  const parts = ["#### Base against head", differs(comparison)];
  const figures = [primaryTable(result), notes(result)];
  if (verdict === "broken") {
    parts.push("#### What fails on head", success(result), ...evidence(result));
    if (hasFigures(comparison)) parts.push("#### The figures, which don't count", ...figures);
    else parts.push(`<sub>${md(pairsLine(comparison))}</sub>`);
  } else
    parts.push(
      [reason(result), success(result)].filter((part) => part !== "").join(" "),
      ...figures,
    );
  return parts.filter((part) => part !== "").join("\n\n");
}

/** What the heading and the table don't say. */
function reason({ comparison, verdict }: Result): string {
  if (comparison === null) return "";
  if (comparison.withheld !== null) return "The figures are shown, and decide nothing.";
  return verdict === "inconclusive" || verdict === null ? md(comparison.because) : "";
}

function success(result: Result): string {
  const lines = successLines(result).map(md);
  return lines.length === 1 ? (lines[0] ?? "") : lines.map((line) => `- ${line}`).join("\n");
}

/** What head said where it broke, once each. */
function evidence({ comparison, cells }: Result): string[] {
  const broken = (comparison?.success ?? []).filter(({ state }) => state === "broken");
  const said = broken.flatMap(({ cell }) => {
    const outcome = cells.find(({ id }) => id === cell)?.outcome;
    return outcome?.evidence == null ? [] : [outcome.evidence];
  });
  return [...new Set(said)].map((text) => `> ${md(clip(text, 400))}`);
}

function differs({ kind, differs: rows }: Comparison): string {
  if (rows.length === 0) {
    return kind === "self"
      ? "Nothing: head is measured against itself (A/A)."
      : "Nothing, as far as options and logs tell.";
  }
  const [only] = rows;
  if (only !== undefined && rows.length === 1 && only.intended) {
    const [base, head] = differingWords(only).map((text) => code(clip(text, 80)));
    return `Under test: ${md(only.what)}, ${base} → ${head}.`;
  }
  const lines = rows
    .slice(0, MOST_DIFFERENCES)
    .map(({ what, base, head, intended }) => [
      `${md(what)}${intended ? "" : "<br>⚠️ not meant to differ"}`,
      code(clip(base, 60)),
      code(clip(head, 60)),
    ]);
  const left = rows.length - lines.length;
  const more = left > 0 ? [`_${plural(left, "other difference")} left out._`] : [];
  return [table(["under test", "base", "head"], lines), ...more].join("\n\n");
}

const MOST_DIFFERENCES = 20;

/** What the verdict is about, and the load time. */
function isShown({ primary, metric }: ComparedMetric): boolean {
  return primary || metric === "loadMs";
}

function primaryTable(result: Result): string {
  return rowsOf(result, result.comparison?.metrics.filter(isShown) ?? []);
}

function advisory({ comparison }: Result): ComparedMetric[] {
  return comparison?.metrics.filter((metric) => !isShown(metric)) ?? [];
}

/** The other metrics, folded. */
export function advisoryMetrics(result: Result, rows = Number.POSITIVE_INFINITY): string {
  const metrics = advisory(result);
  if (metrics.length === 0) return "";
  const left = metrics.length - rows;
  const more = left > 0 ? [`_${plural(left, "more")} left out._`] : [];
  const body = [rowsOf(result, metrics.slice(0, rows)), ...more].join("\n\n");
  return folded("The other metrics (advisory: they decide nothing)", body);
}

export function advisoryShortened(result: Result): Shortenable {
  return { rows: advisory(result).length, text: (rows) => advisoryMetrics(result, rows) };
}

function rowsOf(result: Result, metrics: readonly ComparedMetric[]): string {
  const title = titles(result);
  const rows = metrics.map((metric) => {
    const name = md(title(metric));
    // Without a column of its own: a phone's table has room for three.
    const sign = verdictSign(metric, result);
    const marked = `${sign === null ? "" : `${sign}\u00a0`}${metric.primary ? `**${name}**` : name}`;
    return [marked, figuresCell(metric), `${changeCell(metric)}${verdictText(metric, result)}`];
  });
  return table(["metric", "base → head", "change"], rows);
}

/** Below the change; what noise makes of an advisory metric says its sign already. */
function verdictText(metric: ComparedMetric, result: Result): string {
  const said = verdictWord(metric, result);
  const word = metric.metric === "loadMs" ? "advisory" : metric.primary ? said : null;
  const why = [undecidedText(metric, result), leftOutText(metric)]
    .filter((part) => part !== null)
    .join("; ");
  const text = [word, why].filter((part) => part !== null && part !== "").join(": ");
  return text === "" ? "" : `<br><sub>${md(text)}</sub>`;
}

function figuresCell(metric: ComparedMetric): string {
  const unit = metric.unit === "ms" ? "ms" : "";
  const text = (value: number | null) =>
    md(valueText(metric, value, unit)).replaceAll(" ", "\u00a0");
  const rate = metric.unit === "ms" ? "" : `<br><sub>${md(metric.unit)}</sub>`;
  return `${text(metric.base)} →\u00a0${text(metric.head)}${rate}`;
}

/** Where noise wins no direction is claimed: only within which bounds it lies. */
function changeCell(metric: ComparedMetric): string {
  const change = changeText(metric);
  const interval = intervalText(metric);
  if (interval === null) return md(change);
  if (isNoise(metric)) return `${NOISE}<br>${md(interval)}`;
  return `**${md(change)}**<br>${md(within(change, interval))}`;
}

/** Two in a row would strike through. */
const NOISE = "\\~";

function notes(result: Result): string {
  const { comparison } = result;
  if (comparison === null) return "";
  const level = primaryMetrics(comparison)[0]?.ratio?.level ?? null;
  const interval =
    level === null
      ? []
      : [
          `${CHANGE_NOTE}; below it its interval (${INTERVAL_SURE}).`,
          "\\~: noise would show as much where so many metrics are judged, so no direction is claimed.",
          `Thresholds: ${md(thresholdsText(result))}.`,
        ];
  return `<sub>${[md(pairsLine(comparison)), ...interval].join(" ")}</sub>`;
}

/** What would decide it; empty where it is decided. */
export function comparisonAdvice({ comparison }: Result): string {
  if (comparison === null || comparison.advice.length === 0) return "";
  const items = comparison.advice.map((each) => `- ${md(each)}`);
  return ["#### What would decide it", items.join("\n")].join("\n\n");
}

/** Each pair of starts in order, of the metric that tells the verdict first; folded. */
export function comparisonPairs(result: Result): string {
  const { comparison } = result;
  const telling = tellingMetric(result);
  if (comparison === null || telling === null || comparison.pairs.list.length < 2) return "";
  const title = titles(result);
  const drawn = (metric: ComparedMetric) => fence(strip(result, [metric]).join("\n"), "text");
  const measured = primaryMetrics(comparison).filter(({ pairs }) => pairs.length > 0);
  const others = measured.filter((metric) => metric !== telling);
  const strips = [telling, ...others].map(
    (metric) => `**${md(title(metric))}**\n\n${drawn(metric)}`,
  );
  const made = plural(comparison.pairs.list.length, "pair");
  return folded(
    `Each of the ${made} of ${comparison.design === "attached" ? "rounds" : "starts"}`,
    [...strips, `<sub>${md(stripLegend(result))}</sub>`].join("\n\n"),
  );
}

/** Of an A/A comparison. */
export function machineSensitivity(result: Result): string {
  const { primary, rest } = sensitivityLines(result);
  if (primary.length + rest.length === 0) return "";
  const items = (lines: string[]) => lines.map((line) => `- ${md(line)}`).join("\n");
  const others = rest.length === 0 ? [] : [folded("Of the other metrics", items(rest))];
  return [
    "#### What change this machine would see",
    `${SENSITIVITY_NOTE}`,
    ...(primary.length > 0 ? [items(primary)] : []),
    ...others,
  ].join("\n\n");
}

/** Head's log beside base's where head broke. */
export function comparisonLogs(result: Result): string {
  const tails = logTails(result);
  if (tails === null) return "";
  const shown = ({ title, lines }: { title: string; lines: string[] }) =>
    `${md(title)}:\n\n${fence(lines.map((line) => clip(line, 300)).join("\n"), "text")}`;
  const base = tails.base === null ? "base kept no log." : shown(tails.base);
  return ["#### The last lines of both logs", shown(tails.head), base].join("\n\n");
}
