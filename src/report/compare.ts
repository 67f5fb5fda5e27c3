/** Two results side by side, as Markdown and for a terminal. Pure. */
import type { ComparedMetric, ComparedResults } from "../analyze/compare-results.ts";
import { code, md, plain } from "./escape.ts";
import { UNKNOWN } from "./format.ts";
import { figure } from "./history.ts";
import { table } from "./markdown-parts.ts";
import { wrap } from "./terminal.ts";

export interface ComparedNames {
  base: string;
  head: string;
}

/** Where the starts overlap no direction is claimed. */
function change({ ratio, better, mayBeNoise }: ComparedMetric): string {
  if (ratio === null) return "";
  const percent = Math.abs(ratio - 1) * 100;
  if (mayBeNoise) return "~";
  const more = ratio > 1;
  return `${percent.toFixed(1)}% ${more === (better === "smaller") ? "worse" : "better"}`;
}

const ratioText = (ratio: number | null) => (ratio === null ? UNKNOWN : `×${ratio.toFixed(3)}`);
const valueText = (value: number | null, unit: string) =>
  value === null ? UNKNOWN : figure(value, unit);

/** @param advice absent: the two are separate runs */
function noiseNote({ advice }: ComparedResults): string {
  return advice === undefined
    ? "~: the starts of the two runs overlap, or a run has fewer than two."
    : "~: the interval of the ratio holds 1, or there is none.";
}

function namesText({ base, head }: ComparedNames): string[] {
  return base === head ? [`Base and head of: ${base}`] : [`Base: ${base}`, `Head: ${head}`];
}

/** @returns Markdown that ends with a newline */
export function compareMarkdown(compared: ComparedResults, names: ComparedNames): string {
  const parts = [
    `### inferrs-bench: two ${compared.advice === undefined ? "runs" : "variants"} side by side`,
    names.base === names.head
      ? `Base and head of ${code(names.base)}.`
      : `Base ${code(names.base)}, head ${code(names.head)}.`,
    `**${compared.verdict ?? "No verdict"}**: ${md(compared.because)}`,
    ...(compared.advice ?? []).map((sentence) => md(sentence)),
    differences(compared),
  ];
  if (compared.outcomes.length > 0) {
    const rows = compared.outcomes.map(({ cell, base, head }) => [
      md(cell),
      code(base),
      code(head),
    ]);
    parts.push(table(["what came out otherwise", "base", "head"], rows));
  }
  const rows = (primary: boolean) =>
    compared.metrics
      .filter((each) => each.primary === primary)
      .map((each) => [
        `${code(each.cell)} ${md(each.label)}`,
        md(valueText(each.base, each.unit)),
        md(valueText(each.head, each.unit)),
        ratioText(each.ratio),
        md(change(each)),
      ]);
  const head = ["metric", "base", "head", "head / base", ""];
  const align = ["left", "right", "right", "right"];
  if (rows(true).length > 0) parts.push(table(head, rows(true), align));
  if (rows(false).length > 0) {
    const rest = table(head, rows(false), align);
    parts.push(`<details><summary>All other metrics</summary>\n\n${rest}\n\n</details>`);
  }
  if (compared.metrics.length > 0) parts.push(`<sub>${md(noiseNote(compared))}</sub>`);
  return `${parts.join("\n\n")}\n`;
}

function differences({ tested, differs }: ComparedResults): string {
  const rows = [
    ...tested.map((each) => [md(each.what), code(each.before), code(each.now), "under test"]),
    ...differs.map((each) => [
      md(each.what),
      code(each.before),
      code(each.now),
      each.intended ? "under test" : "⚠️ not meant to differ",
    ]),
  ];
  if (rows.length === 0) return "Nothing differs between the two but the figures.";
  return table(["what differs", "base", "head", ""], rows);
}

/** For a terminal; without a newline at the end. */
export function compareText(
  compared: ComparedResults,
  names: ComparedNames,
  columns: number,
): string {
  const width = Math.max(40, columns);
  const lines: string[] = [];
  const say = (text: string) => lines.push(...wrap(plain(text), width));
  for (const line of namesText(names)) say(line);
  lines.push("");
  if (compared.tested.length + compared.differs.length === 0) {
    say("Nothing differs between the two but the figures.");
  }
  for (const { what, before, now } of compared.tested) {
    say(`${what}: ${before} -> ${now}`);
  }
  for (const { what, before, now, intended } of compared.differs) {
    say(`${intended ? "" : "NOT MEANT TO DIFFER: "}${what}: ${before} -> ${now}`);
  }
  for (const { cell, base, head } of compared.outcomes) say(`${cell}: ${base} -> ${head}`);
  lines.push("", ...rowsOf(compared.metrics, width), "");
  say(`${compared.verdict ?? "No verdict"}: ${compared.because}`);
  for (const sentence of compared.advice ?? []) say(sentence);
  if (compared.metrics.length > 0) say(noiseNote(compared));
  return lines.join("\n");
}

/** Figures in columns; a cell's name stands above those of its metrics. */
function rowsOf(metrics: readonly ComparedMetric[], width: number): string[] {
  const lines: string[] = [];
  let above = "";
  for (const each of metrics) {
    const title = `${each.cell}${each.primary ? " (recommended)" : ""}`;
    if (title !== above) lines.push(...wrap(plain(title), width));
    above = title;
    const figures = [each.base, each.head].map(
      (value) => ` ${valueText(value, each.unit).padStart(12)}`,
    );
    const row = `  ${each.label.padEnd(10)}${figures.join("")}  ${ratioText(each.ratio)}  ${change(each)}`;
    lines.push(row.trimEnd().slice(0, width));
  }
  return lines;
}
