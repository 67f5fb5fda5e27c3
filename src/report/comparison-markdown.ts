/** A comparison as Markdown: for `report.md`, the job summary and the comment. Pure. */
import type { ComparedMetric, Comparison, Result } from "../result.ts";
import {
  changeText,
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
import { comparisonSentence, titles, whatToDo } from "./comparison-words.ts";
import { clip, code, fence, md } from "./escape.ts";
import { table } from "./markdown-parts.ts";

/** The heading, the verdict its first words, and what to do: under 200 characters mostly. */
export function comparisonHead(result: Result): string[] {
  const sentence = comparisonSentence(result);
  if (sentence === null) return [];
  const sign = result.verdict === null ? "⚠️" : VERDICT_SIGNS[result.verdict];
  return [`### ${sign} ${md(clip(sentence, 400))}`, md(clip(whatToDo(result), 400))];
}

/** What differs, what that made of the figures, and why; where head is broken that comes first. */
export function comparisonTable(result: Result): string {
  const { comparison, verdict } = result;
  if (comparison === null) return "";
  const parts = ["#### What differs", differs(comparison)];
  const figures = [metricsTable(result), notes(result)];
  if (verdict === "broken") {
    parts.push("#### What fails on head", success(result), ...evidence(result));
    if (hasFigures(comparison)) parts.push("#### The figures, which don't count", ...figures);
    else parts.push(`<sub>${md(pairsLine(comparison))}</sub>`);
  } else {
    parts.push(
      "#### What it makes of the figures",
      reason(comparison),
      success(result),
      ...figures,
    );
  }
  return parts.join("\n\n");
}

function reason({ because, withheld }: Comparison): string {
  return withheld === null ? md(because) : "They are shown, and decide nothing.";
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
  const lines = rows.map(({ what, base, head, intended }) => [
    md(what),
    code(clip(base, 60)),
    code(clip(head, 60)),
    intended ? "under test" : "⚠️ not meant to",
  ]);
  return table(["", "base", "head", ""], lines);
}

function metricsTable(result: Result): string {
  const { comparison } = result;
  if (comparison === null) return "";
  const shown = comparison.metrics.filter(({ primary, metric }) => primary || metric === "loadMs");
  const folded = comparison.metrics.filter((metric) => !shown.includes(metric));
  const parts = [rowsOf(result, shown)];
  if (folded.length > 0) {
    parts.push(
      `<details><summary>The other metrics (advisory: they decide nothing)</summary>\n\n${rowsOf(result, folded)}\n\n</details>`,
    );
  }
  return parts.join("\n\n");
}

function rowsOf(result: Result, metrics: readonly ComparedMetric[]): string {
  const title = titles(result);
  const rows = metrics.map((metric) => {
    const name = md(title(metric));
    const said = md(verdictWord(metric, result));
    const why = undecidedText(metric, result);
    // The verdict's column is out of sight on a phone, its sign is not.
    const sign = verdictSign(metric, result);
    const marked = `${sign === null ? "" : `${sign}\u00a0`}${metric.primary ? `**${name}**` : name}`;
    return [
      [marked, ...unitOf(metric)].join("<br>"),
      figureCell(metric, metric.base),
      figureCell(metric, metric.head),
      changeCell(metric),
      [said, metric.metric === "loadMs" ? "advisory" : null, why, leftOutText(metric)]
        .filter((part) => part !== null)
        .map((part, i) => (i === 0 ? part : `<sub>${md(part)}</sub>`))
        .join("<br>"),
    ];
  });
  return table(["metric", "base", "head", "change", "verdict"], rows, ["", "right", "right"]);
}

/** A rate's unit stands below its name: columns are few on a phone. */
function unitOf({ unit }: ComparedMetric): string[] {
  return unit === "ms" ? [] : [`<sub>${md(unit)}</sub>`];
}

function figureCell(metric: ComparedMetric, value: number | null): string {
  const text = valueText(metric, value, metric.unit === "ms" ? "ms" : "");
  return md(text).replaceAll(" ", "\u00a0");
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
          "Change: head against base over the pairs of starts, below it the interval (95% over all looks, of each metric by itself).",
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

/** Each pair of starts in order, of the metric that tells the verdict; of the others folded. */
export function comparisonPairs(result: Result): string {
  const { comparison } = result;
  const telling = tellingMetric(result);
  if (comparison === null || telling === null || comparison.pairs.list.length < 2) return "";
  const title = titles(result);
  const drawn = (metric: ComparedMetric) => fence(strip(result, [metric]).join("\n"), "text");
  const measured = primaryMetrics(comparison).filter(({ pairs }) => pairs.length > 0);
  const others = measured.filter((metric) => metric !== telling);
  const parts = [
    `#### Each pair of ${comparison.design === "attached" ? "rounds" : "starts"}`,
    `**${md(title(telling))}**, head against base:`,
    drawn(telling),
    `<sub>${md(stripLegend(result))}</sub>`,
  ];
  if (others.length > 0) {
    const strips = others.map((metric) => `**${md(title(metric))}**\n\n${drawn(metric)}`);
    parts.push(
      `<details><summary>The other primary metrics</summary>\n\n${strips.join("\n\n")}\n\n</details>`,
    );
  }
  return parts.join("\n\n");
}

/** Of an A/A comparison. */
export function machineSensitivity(result: Result): string {
  const { primary, rest } = sensitivityLines(result);
  if (primary.length + rest.length === 0) return "";
  const items = (lines: string[]) => lines.map((line) => `- ${md(line)}`).join("\n");
  const folded =
    rest.length === 0
      ? []
      : [`<details><summary>Of the other metrics</summary>\n\n${items(rest)}\n\n</details>`];
  return [
    "#### What change this machine would see",
    `${SENSITIVITY_NOTE}`,
    ...(primary.length > 0 ? [items(primary)] : []),
    ...folded,
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
