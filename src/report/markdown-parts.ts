/** The parts of the Markdown report that are always open. */
import { recommendedCombination } from "../analyze/recommended-cells.ts";
import { name } from "../plan/matrix.ts";
import type { Compat, Result, ResultCell, Warning } from "../result.ts";
import type { Shortenable } from "./budget.ts";
import { clip, fence, md } from "./escape.ts";
import { list, ms, plural, rate } from "./format.ts";
import { settingsTable } from "./remedies.ts";
import {
  cellAt,
  combinationsOf,
  isFlag,
  median,
  onlyProbed,
  PROBED,
  scenariosOf,
  scenariosWithTwins,
} from "./summary.ts";

/** Rows of a table; cells are already escaped. */
export function table(header: string[], rows: string[][], align: string[] = []): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  const rule = header.map((_, index) => (align[index] === "right" ? "--:" : ":--"));
  return [line(header), line(rule), ...rows.map(line)].join("\n");
}

/** A combination in as few words as the table allows: one line per flag, which may break at its humps. */
export function combinationCell(compat: Compat): string {
  return Object.entries(compat)
    .map(([flag, value]) => breakable(`${flag}=${Array.isArray(value) ? value.join("+") : value}`))
    .join("<br>");
}

/** Long names would make a phone's table scroll. */
function breakable(text: string): string {
  return md(clip(text, 120)).replace(/(?<=[a-z])(?=[A-Z])|(?<=[=.,/])(?=\w)/g, "<wbr>");
}

/** Combinations by scenarios: outcome and headline figures; what is beyond `open` rows is folded. */
export function matrix(result: Result, rows = Number.POSITIVE_INFINITY, open = rows): string {
  const scenarios = scenariosOf(result);
  const withCombinations = scenarios.filter((scenario) => !scenario.plain);
  const combination = recommendedCombination(result);
  const recommended = combination === null ? null : name(combination);
  const parts: string[] = [];
  if (withCombinations.length > 0) {
    const all = recommendedFirst(combinationsOf(result), recommended);
    const shown = all
      .slice(0, rows)
      .map((compat) => [
        combinationCell(compat) + (name(compat) === recommended ? "<br>**recommended**" : ""),
        ...withCombinations.map((scenario) => outcomeCell(cellAt(result, scenario.name, compat))),
      ]);
    const heads = [
      hasSettings(result) ? "compat flags, settings" : "compat flags",
      ...withCombinations.map(({ name: title, scale }) =>
        scale === 1 ? md(clip(title, 80)) : `${md(clip(title, 80))} (×${Number(scale.toFixed(3))})`,
      ),
    ];
    parts.push(table(heads, shown.slice(0, open)));
    const rest = shown.slice(open);
    if (rest.length > 0) {
      const title = plural(rest.length, "more combination");
      parts.push(folded(title, table(heads, rest)));
    }
    const left = all.length - shown.length;
    if (left > 0)
      parts.push(`_${plural(left, "more combination is", "more combinations are")} left out._`);
    parts.push(...notesOnTwins(result));
  }
  for (const scenario of scenarios.filter((each) => each.plain)) {
    const cell = result.cells.find((each) => each.scenario === scenario.name);
    parts.push(
      `**${md(clip(scenario.name, 80))}**: ${outcomeCell(cell).replaceAll("<br>", " · ")}`,
    );
  }
  return parts.join("\n\n");
}

export function matrixShortened(result: Result, open: number): Shortenable {
  return { rows: combinationsOf(result).length, text: (rows) => matrix(result, rows, open) };
}

/** What is folded or left out is never what is recommended. */
function recommendedFirst(all: readonly Compat[], recommended: string | null): Compat[] {
  const is = (compat: Compat) => name(compat) === recommended;
  return [...all.filter(is), ...all.filter((compat) => !is(compat))];
}

function hasSettings(result: Result): boolean {
  return result.cells.some(({ settings }) => Object.keys(settings).length > 0);
}

function outcomeCell(cell: ResultCell | undefined): string {
  if (cell === undefined) return "–";
  const { outcome } = cell;
  if (outcome.kind === "not-run") {
    if (outcome.reason === "not-applicable") return "needs tools";
    if (outcome.reason === "doesnt-fit")
      return `❌ not sent: ${md(clip(outcome.evidence ?? "", 120))}`;
    return `not run (${outcome.reason ?? ""})`;
  }
  if (outcome.kind !== "pass") return `❌ ${outcome.kind}`;
  const failed = outcome.attempts.failed;
  const total = outcome.attempts.ok + failed;
  const flaky = failed > 0 ? `⚠️ ${failed} of ${total} failed` : "✅";
  const turn = median(cell, "turnMs");
  const ttft = median(cell, "ttftMs");
  const decode = median(cell, "decodeTokensPerSecond");
  const extra = median(cell, "toolCallMs");
  const figures = [
    turn === null ? null : `**${ms(turn)}**`,
    ttft === null ? null : `TTFT ${ms(ttft)}`,
    decode === null ? null : `${rate(decode)} tok/s`,
    extra === null ? null : `+${ms(extra)} a tool call`,
  ].filter((figure) => figure !== null);
  if (onlyProbed(cell)) return `${flaky} ${PROBED}`;
  return [flaky, ...figures].join("<br>").replace("✅<br>", "✅ ").replace("failed<br>", "failed ");
}

/** Cells that sent the same bytes differ only by noise: say so, or readers will see patterns. */
function notesOnTwins(result: Result): string[] {
  const scenarios = scenariosWithTwins(result);
  if (scenarios.length === 0) return [];
  const where = list(scenarios.map((scenario) => md(scenario)));
  return [
    `<sub>Some combinations send the same bytes in ${where}; what differs between those is noise.</sub>`,
  ];
}

/** Of code that a phone of 360 pixels shows without scrolling. */
const PHONE_COLUMNS = 36;

/** Why, the flags to copy, and the whole config folded. */
export function recommendation(result: Result): string {
  const { recommendation: advice } = result;
  if (advice === null) return "";
  const reasons = settingsTable(result);
  const title = advice.toolsKept ? "Recommended settings" : "Recommended settings (chat only)";
  const lines = settingsLines(result);
  return [
    `#### ${title}`,
    md(clip(advice.because, 600)),
    ...(reasons === "" ? [] : [reasons]),
    fence(lines, "json5"),
  ].join("\n\n");
}

/** The recommended settings to copy; empty where there are none. */
export function settingsLines({ recommendation: advice, simulated }: Result): string {
  if (advice === null) return "";
  const flags = Object.entries(advice.compat).map(
    ([flag, value]) => `${flag}: ${JSON.stringify(value)}`,
  );
  const note = simulated ? " (simulated)" : "";
  const rest = advice.settings.filter(({ path }) => !isFlag(path));
  const compat = `compat: { ${flags.join(", ")} }`;
  return [
    "// in OpenClaw's config,",
    `// in the model's entry${note}`,
    ...(compat.length <= PHONE_COLUMNS
      ? [compat]
      : ["compat: {", ...flags.map((flag) => `  ${flag},`), "}"]),
    ...(rest.length === 0 ? [] : ["// and, by their paths"]),
    ...rest.map(({ path, value }) => `${path}: ${JSON.stringify(value)}`),
  ].join("\n");
}

/** The whole config folded; empty where nothing is recommended. */
export function wholeEntry({ recommendation }: Result): string {
  if (recommendation === null) return "";
  const { openclawConfig } = recommendation;
  const title = "The whole entry, ready to merge (openclaw.json5)";
  return folded(title, fence(openclawConfig.trimEnd(), "json5"));
}

/** A heading and what it stands over, folded away: what is read by few, in a text that many get. */
export function foldedAway(text: string): string {
  const [, title, rest] = /^#{3,5} ([^\n]*)\n+([\s\S]*)$/.exec(text) ?? [];
  return title === undefined || rest === undefined ? text : folded(title, rest);
}

/** @param summary already escaped */
export function folded(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

const MOST_WARNING = 400;

/** What doesn't bear on trust, or was too much for the line near the top. */
export function warningList(list: readonly Warning[], rows = Number.POSITIVE_INFINITY): string {
  if (list.length === 0) return "";
  const lines = list.slice(0, rows).map(({ text }) => `- ${md(clip(text, MOST_WARNING))}`);
  if (list.length > rows) lines.push(`- _${plural(list.length - rows, "more")} left out_`);
  return folded(`Warnings (${list.length})`, lines.join("\n"));
}
