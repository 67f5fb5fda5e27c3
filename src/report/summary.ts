/** What the reports have in common: the result in a few sentences and groups. Pure. */
import { name } from "../plan/matrix.ts";
import type { Compat, MetricName, Result, ResultCell } from "../result.ts";
import { bytes, count, list, ms, plural, tokensPerSecond } from "./format.ts";

/** A distinct failure with the cells that it hit. */
export interface Failure {
  kind: ResultCell["outcome"]["kind"];
  evidence: string | null;
  meaning: string;
  remedy: string | null;
  cells: ResultCell[];
}

/** Failures once each, in the order in which they are met. */
export function failuresOf(result: Result): Failure[] {
  const failures: Failure[] = [];
  for (const cell of result.cells) {
    const { kind, evidence, meaning, remedy } = cell.outcome;
    if (kind === "pass" || kind === "not-run") continue;
    const same = failures.find((each) => each.kind === kind && similar(each.evidence, evidence));
    if (same === undefined) failures.push({ kind, evidence, meaning, remedy, cells: [cell] });
    else same.cells.push(cell);
  }
  return failures;
}

/** Two evidences that differ only in figures are one. */
function similar(a: string | null, b: string | null): boolean {
  const shape = (text: string | null) => (text ?? "").replace(/[\d.,]+/g, "0");
  return shape(a) === shape(b);
}

/** The combinations in the order of the cells; scenarios that have none are left out. */
export function combinationsOf(result: Result): Compat[] {
  const seen = new Map<string, Compat>();
  for (const cell of result.cells) {
    if (Object.keys(cell.compat).length > 0) seen.set(name(cell.compat), cell.compat);
  }
  return [...seen.values()];
}

/** Scenarios in order, told apart by whether they have combinations. */
export function scenariosOf(result: Result): { name: string; plain: boolean; scale: number }[] {
  const seen = new Map<string, { name: string; plain: boolean; scale: number }>();
  for (const { scenario, compat, scale } of result.cells) {
    const plain = Object.keys(compat).length === 0;
    seen.set(scenario, { name: scenario, plain, scale });
  }
  return [...seen.values()];
}

export function cellAt(result: Result, scenario: string, compat: Compat): ResultCell | undefined {
  return result.cells.find(
    (cell) => cell.scenario === scenario && name(cell.compat) === name(compat),
  );
}

/** The heaviest agent scenario of the recommended combination, else any cell of it. */
export function headlineCell(result: Result): ResultCell | undefined {
  const compat = result.recommendation?.compat;
  if (compat === undefined) return result.cells.find((cell) => cell.outcome.kind === "pass");
  const cells = result.cells.filter(
    (cell) => name(cell.compat) === name(compat) && cell.outcome.kind === "pass",
  );
  return (
    cells.find((cell) => cell.scenario === "agent-turn") ??
    cells.find((cell) => cell.scenario.startsWith("agent")) ??
    cells.at(-1)
  );
}

export function median(cell: ResultCell | undefined, metric: MetricName): number | null {
  return cell?.metrics[metric]?.median ?? null;
}

/** What a reader must know before any figure: simulated, synthetic, scaled, incomplete. */
export function caveats(result: Result): string[] {
  const scale = Math.min(1, ...result.cells.map((cell) => cell.scale));
  const notes: string[] = [];
  if (result.simulated) {
    notes.push(
      "SIMULATED: the engine is the bundled simulator. No figure here is of a real server.",
    );
  }
  if (result.synthetic) {
    notes.push(
      "SYNTHETIC MODEL: random weights. The replies mean nothing; speed and memory are those of a tiny model.",
    );
  }
  if (scale < 1) {
    notes.push(
      `SCALED: agent turns at ${Number((scale * 100).toFixed(1))}% of OpenClaw's size. This is not an agent verdict at full size.`,
    );
  }
  if (result.status === "interrupted" || result.status === "failed") {
    notes.push(`${result.status.toUpperCase()}: ${result.exitDetail ?? "the run did not end"}.`);
  }
  if (result.status === "partial")
    notes.push("PARTIAL: not everything that was planned was measured.");
  return notes;
}

/** The first sentence: does it work, and what to set. */
export function verdictLine(result: Result): string {
  const asked = result.cells.filter((cell) => cell.outcome.kind !== "not-run");
  const passed = asked.filter((cell) => cell.outcome.kind === "pass");
  if (result.exitReason === "setup-failed") return `The set-up failed: ${result.exitDetail ?? ""}`;
  if (asked.length === 0) return "Nothing was measured.";
  const { recommendation } = result;
  if (passed.length === 0) return "Nothing works: every cell failed.";
  if (recommendation === null) {
    return passed.length === asked.length ? "It works." : "Some of it works.";
  }
  const agents = result.cells.filter(
    (cell) =>
      cell.scenario.startsWith("agent") && name(cell.compat) === name(recommendation.compat),
  );
  const agentWorks = agents.some((cell) => cell.outcome.kind === "pass");
  const what =
    agents.length === 0
      ? "Chat works"
      : !agentWorks
        ? "Chat works, but no agent turn does"
        : recommendation.toolsKept
          ? "Agent turns work, with tools"
          : "Agent turns work only without tools (chat only)";
  if (passed.length === asked.length) return `${what}, with every combination of compat flags.`;
  return `${what}: set ${list(settings(recommendation.compat))}.`;
}

function settings(compat: Compat): string[] {
  return Object.entries(compat).map(([flag, value]) => `${flag}: ${JSON.stringify(value)}`);
}

/** The number that matters, in a sentence. */
export function numbersLine(result: Result): string | null {
  const cell = headlineCell(result);
  const turn = median(cell, "turnMs");
  if (cell === undefined || turn === null) return null;
  const parts = [
    `${cell.scenario} takes ${ms(turn)}`,
    cell.tokens.prompt === null ? null : `${count(cell.tokens.prompt)} prompt tokens`,
    `first token after ${ms(median(cell, "ttftMs"))}`,
    `${tokensPerSecond(median(cell, "decodeTokensPerSecond"))} decode`,
  ].filter((part) => part !== null && !part.includes("–"));
  const tools = result.cells.find(
    (each) => each.metrics.toolCallMs !== undefined && name(each.compat) === name(cell.compat),
  );
  const extra = median(tools, "toolCallMs");
  if (extra !== null) parts.push(`each tool call adds ${ms(extra)}`);
  if (cell.peakMemory !== null) parts.push(`peak memory ${bytes(cell.peakMemory.bytes)}`);
  return `${parts.join(", ")}.`;
}

/** How much was measured, in a few words. */
export function sizeLine(result: Result): string {
  const total = Object.values(result.requests).reduce((sum, count) => sum + count, 0);
  return `${plural(result.cells.length, "cell")}, ${plural(result.plan.starts, "measured engine start")} of ${plural(result.plan.rounds, "round")}, ${plural(total, "request")}`;
}
