/** The parts of the Markdown report that are always open. */
import { recommendedCombination } from "../analyze/recommended-cells.ts";
import { lightest } from "../plan/load.ts";
import { name } from "../plan/matrix.ts";
import type { Compat, Result, ResultCell } from "../result.ts";
import { clip, code, fence, md } from "./escape.ts";
import { bytes, count, list, ms, rate } from "./format.ts";
import { settingsTable } from "./remedies.ts";
import { cellAt, combinationsOf, failuresOf, isFlag, median, scenariosOf } from "./summary.ts";

/** Rows of a table; cells are already escaped. */
export function table(header: string[], rows: string[][], align: string[] = []): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  const rule = header.map((_, index) => (align[index] === "right" ? "--:" : ":--"));
  return [line(header), line(rule), ...rows.map(line)].join("\n");
}

/** Closed until the reader opens it. */
export function folded(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

/** A combination in as few words as the table allows: one line per flag. */
export function combinationCell(compat: Compat): string {
  return Object.entries(compat)
    .map(([flag, value]) => code(`${flag}=${Array.isArray(value) ? value.join("+") : value}`))
    .join("<br>");
}

/** Combinations by scenarios: outcome and headline figures. */
export function matrix(result: Result): string {
  const scenarios = scenariosOf(result);
  const withCombinations = scenarios.filter((scenario) => !scenario.plain);
  const combination = recommendedCombination(result);
  const recommended = combination === null ? null : name(combination);
  const parts: string[] = [];
  if (withCombinations.length > 0) {
    const rows = combinationsOf(result).map((compat) => [
      combinationCell(compat) + (name(compat) === recommended ? "<br>**recommended**" : ""),
      ...withCombinations.map((scenario) => outcomeCell(cellAt(result, scenario.name, compat))),
    ]);
    const heads = withCombinations.map(({ name: title, scale }) =>
      scale === 1 ? md(title) : `${md(title)} (×${Number(scale.toFixed(3))})`,
    );
    parts.push(
      table([hasSettings(result) ? "compat flags, settings" : "compat flags", ...heads], rows),
    );
    parts.push(...notesOnTwins(result));
  }
  for (const scenario of scenarios.filter((each) => each.plain)) {
    const cell = result.cells.find((each) => each.scenario === scenario.name);
    parts.push(`**${md(scenario.name)}**: ${outcomeCell(cell).replaceAll("<br>", " · ")}`);
  }
  return parts.join("\n\n");
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
  return [flaky, ...figures].join("<br>").replace("✅<br>", "✅ ").replace("failed<br>", "failed ");
}

/** Cells that sent the same bytes differ only by noise: say so, or readers will see patterns. */
function notesOnTwins(result: Result): string[] {
  const notes: string[] = [];
  for (const scenario of scenariosOf(result).filter((each) => !each.plain)) {
    const cells = lightest(result.cells).filter(
      (cell) => cell.scenario === scenario.name && cell.requestDigest !== null,
    );
    const digests = new Set(cells.map((cell) => cell.requestDigest));
    if (cells.length > 1 && digests.size < cells.length) notes.push(scenario.name);
  }
  if (notes.length === 0) return [];
  const where = list(notes.map((scenario) => md(scenario)));
  return [
    `<sub>Some combinations send the same bytes in ${where}; what differs between those is noise.</sub>`,
  ];
}

/** Why, the flags to copy, and the whole config folded. */
export function recommendation(result: Result): string {
  const { recommendation: advice } = result;
  if (advice === null) return "";
  const reasons = settingsTable(result);
  const title = advice.toolsKept ? "Recommended settings" : "Recommended settings (chat only)";
  const flags = Object.entries(advice.compat).map(
    ([flag, value]) => `${flag}: ${JSON.stringify(value)}`,
  );
  const note = result.simulated ? " (simulated)" : "";
  const rest = advice.settings.filter(({ path }) => !isFlag(path));
  const lines = [
    `// in the model's entry of OpenClaw's config${note}`,
    `compat: { ${flags.join(", ")} }`,
    ...(rest.length === 0 ? [] : ["// and, by their paths"]),
    ...rest.map(({ path, value }) => `${path}: ${JSON.stringify(value)}`),
  ];
  return [
    `#### ${title}`,
    md(advice.because),
    ...(reasons === "" ? [] : [reasons]),
    fence(lines.join("\n"), "json5"),
    `<details><summary>The whole entry, ready to merge (openclaw.json5)</summary>\n\n${fence(advice.openclawConfig.trimEnd(), "json5")}\n\n</details>`,
  ].join("\n\n");
}

/** Each distinct failure once: the server's words, what they mean, what mends it. */
export function failures(result: Result): string {
  const all = failuresOf(result);
  if (all.length === 0) return "";
  const texts = all.map((failure) => {
    const sizes = failure.cells.map((cell) => cell.tokens.prompt).filter((n) => n !== null);
    const peak = Math.max(0, ...failure.cells.map((cell) => cell.peakMemory?.bytes ?? 0));
    const died = failure.kind === "out-of-memory" || failure.kind === "engine-crashed";
    const ofSize = died || failure.kind === "timeout" || failure.kind === "context-length-exceeded";
    const facts = [
      ofSize && sizes.length > 0 ? `${count(Math.max(...sizes))} prompt tokens` : null,
      died && peak > 0 ? `peak memory ${bytes(peak)}` : null,
    ].filter((fact) => fact !== null);
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

export function warnings(result: Result): string {
  if (result.warnings.length === 0) return "";
  return result.warnings.map((warning) => `> ⚠️ ${md(warning.text)}`).join("\n>\n");
}
