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
  type Failure,
  failuresOf,
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
    `<details><summary>The whole entry, ready to merge (openclaw.json5)</summary>\n\n${fence(advice.openclawConfig.trimEnd(), "json5")}\n\n</details>`,
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
  return [
    `// in the model's entry of OpenClaw's config${note}`,
    `compat: { ${flags.join(", ")} }`,
    ...(rest.length === 0 ? [] : ["// and, by their paths"]),
    ...rest.map(({ path, value }) => `${path}: ${JSON.stringify(value)}`),
  ].join("\n");
}

/** Each distinct failure once: the server's words, what they mean, what mends it. */
export function failures(result: Result): string {
  const all = failuresOf(result);
  if (all.length === 0) return "";
  const texts = all.map((failure) => {
    const facts = failureFacts(failure);
    const where = failure.cells.map((cell) => code(cell.id)).join(", ");
    return [
      `**${failure.kind}**: ${md(failure.meaning)}${facts.length > 0 ? ` (${facts.join(", ")})` : ""}`,
      failure.evidence === null ? null : `> ${md(clip(failure.evidence, 400))}`,
      failure.remedy === null ? null : `**What mends it:** ${md(failure.remedy)}`,
      `<sub>${where}</sub>`,
    ]
      .filter((line) => line !== null)
      .join("\n\n");
  });
  return ["#### What fails", ...texts].join("\n\n");
}

/** How large what failed was, where that may be why. */
export function failureFacts({ kind, cells }: Failure): string[] {
  const sizes = cells.map((cell) => cell.tokens.prompt).filter((n) => n !== null);
  const peak = Math.max(0, ...cells.map((cell) => cell.peakMemory?.bytes ?? 0));
  const died = kind === "out-of-memory" || kind === "engine-crashed";
  const ofSize = died || kind === "timeout" || kind === "context-length-exceeded";
  return [
    ofSize && sizes.length > 0 ? `${count(Math.max(...sizes))} prompt tokens` : null,
    died && peak > 0 ? `peak memory ${bytes(peak)}` : null,
  ].filter((fact) => fact !== null);
}

export function warnings(result: Result): string {
  if (result.warnings.length === 0) return "";
  return result.warnings.map((warning) => `> ⚠️ ${md(warning.text)}`).join("\n>\n");
}
