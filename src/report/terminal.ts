/** The final table: what a terminal shows at the end, never wider than it is. Pure. */

import { styleText } from "node:util";
import type { HistoryReport } from "../analyze/history/report.ts";
import { recommendedCombination } from "../analyze/recommended-cells.ts";
import { name } from "../plan/matrix.ts";
import type { Compat, Result, ResultCell } from "../result.ts";
import { comparisonLines, comparisonTitle, type TextLine } from "./comparison-text.ts";
import { clip, plain, unheard } from "./escape.ts";
import { fitLines } from "./fit.ts";
import { bytes, count, duration, ms, rate } from "./format.ts";
import { lockLine, samplingLine } from "./guard.ts";
import { headOnly } from "./head-only.ts";
import { historyText } from "./history.ts";
import { LOAD_HEAD, loadFigures, loadText, underLoad } from "./load.ts";
import { remedyLines } from "./remedies.ts";
import {
  cacheLine,
  caveats,
  cellAt,
  coldLine,
  combinationsOf,
  failuresOf,
  median,
  numbersLine,
  onlyProbed,
  overheadLine,
  PROBED,
  scenariosOf,
  sizeLine,
  verdictLine,
} from "./summary.ts";
import { turnLine } from "./turns.ts";

export interface TableOptions {
  columns: number;
  color: boolean;
  files?: readonly { name: string; path: string }[];
  history?: HistoryReport | null;
}

type Style = "bold" | "red" | "green" | "yellow" | "dim" | "cyan";

/** Without a newline at the end. */
export function renderTable(whole: Result, options: TableOptions): string {
  const result = headOnly(whole);
  const width = Math.max(40, options.columns);
  const paint = (style: Style, text: string) =>
    options.color ? styleText(style, text, { validateStream: false }) : text;
  const lines: string[] = [""];
  const say = (text: string, style?: Style, indent = 0) => {
    for (const line of wrap(plain(text), width - indent)) {
      lines.push(" ".repeat(indent) + (style === undefined ? line : paint(style, line)));
    }
  };
  const tell = ({ text, style, indent, drawn }: TextLine) => {
    if (drawn !== true) say(text, style, indent);
    else lines.push(style === undefined ? text : paint(style, text));
  };
  for (const line of comparisonTitle(whole)) tell(line);
  for (const note of caveats(result)) say(note, "yellow");
  const compared = comparisonLines(whole, width);
  if (compared.length > 0) lines.push("");
  for (const line of compared) tell(line);
  if (compared.length > 0) lines.push("");
  say(`${compared.length > 0 ? "Head by itself: " : ""}${verdictLine(result)}`, "bold");
  const numbers = numbersLine(result);
  if (numbers !== null) say(numbers);
  lines.push("", ...rows(result, width, paint));
  const loaded = loadRows(result, width, paint);
  if (loaded.length > 0) lines.push("", ...loaded);
  const fitted = fitLines(result);
  if (fitted.length > 0) lines.push("");
  for (const line of fitted) say(line);
  const cold = [turnLine(result), coldLine(result), cacheLine(result)].filter(
    (line) => line !== null,
  );
  if (cold.length > 0) lines.push("");
  for (const line of cold) say(line);
  const { recommendation } = result;
  const climbed = remedyLines(result);
  if (climbed.length > 0) lines.push("");
  for (const line of climbed) say(line.trim(), undefined, line.startsWith(" ") ? 2 : 0);
  if (recommendation !== null && result.ladder?.some(({ chosen }) => chosen !== null)) {
    lines.push("");
    say(`Recommended settings${recommendation.toolsKept ? "" : " (chat only)"}:`, "green");
    for (const { path, value, because, cost } of recommendation.settings) {
      say(`${path} = ${JSON.stringify(value)}`, undefined, 2);
      say(`${because}${cost === "" ? "" : `; costs: ${cost}`}`, "dim", 4);
    }
    say(recommendation.because, undefined, 2);
  } else if (recommendation !== null) {
    lines.push("");
    say(
      `Recommended${recommendation.toolsKept ? "" : " (chat only)"}: ${name(recommendedCombination(result) ?? {}).replaceAll(",", ", ")}`,
      "green",
    );
    say(recommendation.because, undefined, 2);
  }
  for (const failure of failuresOf(result)) {
    lines.push("");
    say(`${failure.kind}: ${failure.meaning}`, "red");
    if (failure.evidence !== null) say(clip(failure.evidence, 240), "dim", 2);
    const prompt = Math.max(0, ...failure.cells.map((cell) => cell.tokens.prompt ?? 0));
    const died = failure.kind === "out-of-memory" || failure.kind === "engine-crashed";
    const peak = Math.max(0, ...failure.cells.map((cell) => cell.peakMemory?.bytes ?? 0));
    if (died && prompt > 0)
      say(`With ${count(prompt)} prompt tokens; peak memory ${bytes(peak)}.`, undefined, 2);
    if (failure.remedy !== null) say(`What mends it: ${failure.remedy}`, undefined, 2);
  }
  if (options.history) {
    const { words, rows: earlier } = historyText(options.history, width);
    lines.push("");
    for (const text of words) say(text);
    lines.push(...earlier);
  }
  if (result.warnings.length > 0) lines.push("");
  for (const warning of result.warnings) say(`Warning: ${warning.text}`, "yellow");
  lines.push("");
  say(`${sizeLine(whole)}, in ${duration(result.durationMs)}.`, "dim");
  const overhead = overheadLine(result);
  if (overhead !== null) say(overhead, "dim");
  const sampling = samplingLine(result);
  if (sampling !== null) say(`Memory sampled ${sampling}.`, "dim");
  const waited = lockLine(result);
  if (waited !== null) say(`Waited ${waited}.`, "dim");
  const folder = options.files?.[0]?.path.replace(/[/\\][^/\\]+$/, "");
  if (folder !== undefined) {
    const names = options.files?.map((file) => file.name).join(", ") ?? "";
    say(`${names} are in ${folder}`, "dim");
  }
  return lines.map(unheard).join("\n");
}

const LOAD_COLUMN = 11;
const LOAD_LABEL = 14;

/** One line per load, below the scenario and combination that it belongs to; as many columns as fit. */
function loadRows(result: Result, width: number, paint: Paint): string[] {
  const groups = underLoad(result);
  if (groups.length === 0) return [];
  const room = Math.floor((width - LOAD_LABEL) / LOAD_COLUMN);
  const line = (figures: string[]) =>
    figures
      .slice(0, room)
      .map((figure) => figure.padStart(LOAD_COLUMN))
      .join("");
  const [first = "", ...titles] = LOAD_HEAD;
  return [
    paint("dim", `  ${first}`.padEnd(LOAD_LABEL) + line(titles)),
    ...groups.flatMap(({ title, cells }) => [
      paint("bold", clip(plain(title), width)),
      ...cells.map((cell) => {
        const label = clip(`  ${loadText(cell)}`, LOAD_LABEL).padEnd(LOAD_LABEL);
        if (cell.outcome.kind === "pass") return label + line(loadFigures(cell));
        return label + paint("red", clip(`  ${cell.outcome.kind}`, width - LOAD_LABEL));
      }),
    ]),
  ];
}

type Paint = (style: Style, text: string) => string;

const COLUMNS = ["turn", "TTFT", "tok/s", "memory"];
const FIGURE_WIDTH = 7;

/** One line per cell, grouped by scenario, a column for each flag. */
function rows(result: Result, width: number, paint: Paint): string[] {
  const labelWidth = width - COLUMNS.length * (FIGURE_WIDTH + 1) - 3;
  const combinations = combinationsOf(result);
  const flags = flagColumns(combinations, labelWidth - 2);
  const head = clip(`  ${flags.head}`, labelWidth).padEnd(labelWidth + 3);
  const titles = COLUMNS.map((title) => ` ${title.padStart(FIGURE_WIDTH)}`).join("");
  const lines = [paint("dim", `${head}${titles}`)];
  for (const scenario of scenariosOf(result)) {
    const scale = scenario.scale === 1 ? "" : ` (at ${Number((scenario.scale * 100).toFixed(1))}%)`;
    const title = clip(plain(scenario.name) + scale, labelWidth);
    if (scenario.plain) {
      const cell = result.cells.find((each) => each.scenario === scenario.name);
      lines.push(row(title, cell, labelWidth, paint));
      continue;
    }
    lines.push(paint("bold", title));
    for (const [index, compat] of combinations.entries()) {
      const cell = cellAt(result, scenario.name, compat);
      if (cell !== undefined) lines.push(row(`  ${flags.texts[index]}`, cell, labelWidth, paint));
    }
  }
  if (flags.legend === "") return lines;
  return [...lines, "", ...wrap(flags.legend, width).map((line) => paint("dim", line))];
}

function row(
  label: string,
  cell: ResultCell | undefined,
  labelWidth: number,
  paint: Paint,
): string {
  const text = clip(label, labelWidth).padEnd(labelWidth);
  if (cell === undefined) return text.trimEnd();
  const { outcome } = cell;
  if (outcome.kind === "not-run") {
    if (outcome.reason === "doesnt-fit") {
      const need = /^needs about [\d.]+ [GM]B/.exec(outcome.evidence ?? "")?.[0] ?? "doesn't fit";
      const short = need.replace("needs about ", "");
      return `${text} ${paint("red", "✗")} ${paint("red", clip(` not sent: needs ${short}`, COLUMNS.length * (FIGURE_WIDTH + 1)))}`;
    }
    const why =
      outcome.reason === "not-applicable" ? "needs tools" : `not run: ${outcome.reason ?? ""}`;
    return `${text}   ${paint("dim", why)}`;
  }
  const room = COLUMNS.length * (FIGURE_WIDTH + 1);
  if (outcome.kind !== "pass")
    return `${text} ${paint("red", "✗")} ${paint("red", clip(` ${outcome.kind}`, room))}`;
  if (onlyProbed(cell)) return `${text} ${paint("green", "✓")}  ${paint("dim", PROBED)}`;
  const figures = [
    ms(median(cell, "turnMs")),
    ms(median(cell, "ttftMs")),
    rate(median(cell, "decodeTokensPerSecond")),
    bytes(cell.peakMemory?.bytes ?? null),
  ];
  const mark = outcome.attempts.failed > 0 ? paint("yellow", "!") : paint("green", "✓");
  return `${text} ${mark}${figures.map((figure) => ` ${figure.padStart(FIGURE_WIDTH)}`).join("")}`;
}

/** A column for each flag, its values below; initials with a legend where the names don't fit. */
function flagColumns(
  combinations: Compat[],
  room: number,
): { head: string; texts: string[]; legend: string } {
  const flags = [...new Set(combinations.flatMap((compat) => Object.keys(compat)))];
  const valueText = (compat: Compat, flag: string) => {
    const value = compat[flag];
    if (value === undefined) return "–";
    return plain(Array.isArray(value) ? value.join("+") : String(value));
  };
  const lay = (heads: string[]) => {
    const widths = flags.map((flag, index) =>
      Math.max(
        heads[index]?.length ?? 0,
        ...combinations.map((each) => valueText(each, flag).length),
      ),
    );
    const line = (texts: string[]) =>
      texts
        .map((text, index) => text.padEnd(widths[index] ?? 0))
        .join(" ")
        .trimEnd();
    const texts = combinations.map((compat) => line(flags.map((flag) => valueText(compat, flag))));
    return { head: line(heads), texts };
  };
  const whole = lay(flags.map(plain));
  if (whole.head.length <= room && whole.texts.every((text) => text.length <= room)) {
    return { ...whole, legend: "" };
  }
  const short = initials(flags);
  const legend = flags.map((flag, index) => `${short[index]} ${plain(flag)}`).join(", ");
  return { ...lay(short), legend };
}

/** `RSC` for requiresStringContent; a number where two would be the same. */
function initials(flags: string[]): string[] {
  const taken = new Map<string, number>();
  return flags.map((flag) => {
    const letters = (flag.charAt(0).toUpperCase() + flag.slice(1)).replace(/[^A-Z]/g, "");
    const count = (taken.get(letters) ?? 0) + 1;
    taken.set(letters, count);
    return count === 1 ? letters : `${letters}${count}`;
  });
}

/** Breaks at spaces; a word that is longer than the line is cut. */
export function wrap(text: string, columns: number): string[] {
  const width = Math.max(10, columns);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    for (let rest = word; ; ) {
      const joined = line === "" ? rest : `${line} ${rest}`;
      if (joined.length <= width) {
        line = joined;
        break;
      }
      if (line !== "") {
        lines.push(line);
        line = "";
      } else {
        lines.push(rest.slice(0, width));
        rest = rest.slice(width);
      }
    }
  }
  if (line !== "") lines.push(line);
  return lines.map(unheard);
}
