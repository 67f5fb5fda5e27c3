/** What the reports have in common: the result in a few sentences and groups. Pure. */

import { isAgent } from "../analyze/recommend.ts";
import { recommendedCombination } from "../analyze/recommended-cells.ts";
import { lightest } from "../plan/load.ts";
import { name, shownCombination } from "../plan/matrix.ts";
import type { Compat, MetricName, Result, ResultCell } from "../result.ts";
import { bytes, count, list, ms, percent, plural, tokensPerSecond } from "./format.ts";

/** A distinct failure with the cells that it hit. */
export interface Failure {
  kind: ResultCell["outcome"]["kind"];
  evidence: string | null;
  meaning: string;
  remedy: string | null;
  cells: ResultCell[];
}

/** What was tried on the ladder of remedies is told there. */
function planned({ cells }: Result): ResultCell[] {
  return cells.filter(({ rung }) => rung === undefined);
}

/** A compat flag among settings by path. */
export function isFlag(path: string): boolean {
  return /\.models\[\d+\]\.compat\.[^.]+$/.test(path);
}

/** Failures once each, in the order in which they are met; two that differ only in figures are one. */
export function failuresOf(result: Result): Failure[] {
  const failures = new Map<string, Failure>();
  for (const cell of planned(result)) {
    const { kind, evidence, meaning, remedy } = cell.outcome;
    if (kind === "pass" || kind === "not-run") continue;
    const key = `${kind} ${shapeOf(evidence)}`;
    const same = failures.get(key);
    if (same === undefined) failures.set(key, { kind, evidence, meaning, remedy, cells: [cell] });
    else same.cells.push(cell);
  }
  return [...failures.values()];
}

const MOST_SHAPE = 2_000;

function shapeOf(evidence: string | null): string {
  return (evidence ?? "").slice(0, MOST_SHAPE).replace(/[\d.,]+/g, "0");
}

/** The combinations in the order of the cells; scenarios that have none are left out. */
export function combinationsOf(result: Result): Compat[] {
  const seen = new Map<string, Compat>();
  for (const cell of planned(result)) {
    const shown = shownCombination(cell);
    if (Object.keys(shown).length > 0) seen.set(name(shown), shown);
  }
  return [...seen.values()];
}

/** Scenarios in order, told apart by whether they have combinations. */
export function scenariosOf(result: Result): { name: string; plain: boolean; scale: number }[] {
  const seen = new Map<string, { name: string; plain: boolean; scale: number }>();
  for (const { scenario, compat, settings, scale } of planned(result)) {
    const plain = Object.keys(shownCombination({ compat, settings })).length === 0;
    seen.set(scenario, { name: scenario, plain, scale });
  }
  return [...seen.values()];
}

/** Under the lightest load, where there were several. */
export function cellAt(result: Result, scenario: string, compat: Compat): ResultCell | undefined {
  return lightest(result.cells).find(
    (cell) => cell.scenario === scenario && name(shownCombination(cell)) === name(compat),
  );
}

/** Scenarios of which some combinations send the same bytes: what differs between those is noise. */
export function scenariosWithTwins(result: Result): string[] {
  return scenariosOf(result).flatMap(({ name: scenario, plain }) => {
    const cells = lightest(result.cells).filter(
      (cell) => cell.scenario === scenario && cell.requestDigest !== null,
    );
    const digests = new Set(cells.map((cell) => cell.requestDigest));
    return !plain && digests.size < cells.length ? [scenario] : [];
  });
}

/** The heaviest agent scenario of the recommended combination, else any cell of it. */
export function headlineCell(result: Result): ResultCell | undefined {
  const compat = recommendedCombination(result);
  const all = lightest(result.cells);
  if (compat === null) return all.find((cell) => cell.outcome.kind === "pass");
  const passing = all.filter(
    (cell) => name(shownCombination(cell)) === name(compat) && cell.outcome.kind === "pass",
  );
  // Its turn is two questions about one text: nobody's everyday turn.
  const everyday = passing.filter((cell) => cell.scenario !== "prompt-cache");
  const cells = everyday.length > 0 ? everyday : passing;
  return (
    cells.find((cell) => cell.scenario === "agent-turn") ??
    cells.find((cell) => cell.scenario === "oc-two-tools") ??
    cells.find(isAgent) ??
    cells.at(-1)
  );
}

/** Of a cell that works and of which no figure was measured, as in a comparison of what isn't compared. */
export const PROBED = "probed, not measured";

export function onlyProbed({ outcome, metrics }: ResultCell): boolean {
  return outcome.kind === "pass" && Object.keys(metrics).length === 0;
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
  if (result.plan.turn === "replayed") {
    notes.push("REPLAYED: requests captured from OpenClaw; the client itself was not run.");
  }
  if (scale < 1) {
    notes.push(
      `SCALED: agent turns at ${Number((scale * 100).toFixed(1))}% of OpenClaw's size. This is not an agent verdict at full size.`,
    );
  }
  if (result.status === "interrupted" || result.status === "failed") {
    const why = (result.exitDetail ?? "the run did not end").replace(/\.$/, "");
    notes.push(`${result.status.toUpperCase()}: ${why}.`);
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
  const unsent = result.cells.filter((cell) => cell.outcome.reason === "doesnt-fit");
  if (asked.length === 0 && unsent.length > 0) {
    return "Nothing was sent: every prompt needs more memory than there is.";
  }
  if (asked.length === 0) return "Nothing was measured.";
  const { recommendation } = result;
  const recommended = recommendedCombination(result);
  if (passed.length === 0) {
    const rest = unsent.length > 0 ? ", or does not fit and was not sent" : "";
    return `Nothing works: every cell failed${rest}.`;
  }
  if (recommendation === null && unsent.length > 0) {
    return `Some of it works; ${plural(unsent.length, "cell")} would need more memory than there is, and ${unsent.length === 1 ? "was" : "were"} not sent.`;
  }
  if (recommendation === null || recommended === null) {
    return passed.length === asked.length ? "It works." : "Some of it works.";
  }
  const agents = result.cells.filter(
    (cell) => isAgent(cell) && name(shownCombination(cell)) === name(recommended),
  );
  const agentWorks = agents.some((cell) => cell.outcome.kind === "pass");
  const what =
    agents.length === 0
      ? "Chat works"
      : !agentWorks
        ? agents.every((cell) => cell.outcome.reason === "doesnt-fit")
          ? "Chat works, but no agent turn fits in memory"
          : "Chat works, but no agent turn does"
        : `${recommendation.toolsKept ? "Agent turns work, with tools" : "Agent turns work only without tools (chat only)"}${sessionFails(result) ? ", but no session that grows until it is compacted" : ""}`;
  if (passed.length === asked.length && unsent.length === 0)
    return `${what}, with every combination of compat flags.`;
  const climbed = result.ladder?.some(({ chosen }) => chosen !== null) === true;
  const set = climbed ? changes(recommendation) : settings(recommendation);
  return `${what}: set ${list(set)}.`;
}

function sessionFails({ ladder }: Result): boolean {
  return (ladder ?? []).some(({ chosen, tried }) => {
    const session = tried.find(({ cell }) => cell === chosen?.cell)?.session;
    return session != null && session.outcome !== "pass";
  });
}

/** What the ladder of remedies changes; flags by their names alone. */
function changes({ settings }: NonNullable<Result["recommendation"]>): string[] {
  return settings.map(({ path, value }) => {
    const name = isFlag(path) ? path.slice(path.lastIndexOf(".") + 1) : path;
    return `${name}: ${JSON.stringify(value)}`;
  });
}

function settings({ compat, settings }: NonNullable<Result["recommendation"]>): string[] {
  return [
    ...Object.entries(compat),
    ...settings.map(({ path, value }): [string, unknown] => [path, value]),
  ].map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
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
    (each) =>
      each.metrics.toolCallMs !== undefined &&
      name(shownCombination(each)) === name(shownCombination(cell)),
  );
  const extra = median(tools, "toolCallMs");
  if (extra !== null) parts.push(`each tool call adds ${ms(extra)}`);
  if (cell.peakMemory !== null) parts.push(`peak memory ${bytes(cell.peakMemory.bytes)}`);
  return `${parts.join(", ")}.`;
}

/** How a cold engine compares with a warm one, in a sentence; null where none was started. */
export function coldLine(result: Result): string | null {
  const ready = result.starts.flatMap(({ readyMs, end }) =>
    readyMs === null || end === null ? [] : [readyMs],
  );
  const cell = result.cells.find((each) => each.metrics.coldTtftMs !== undefined);
  if (ready.length === 0) return null;
  const middle = [...ready].sort((a, b) => a - b)[Math.floor(ready.length / 2)];
  const start = `Ready ${ms(middle)} after its start`;
  if (cell === undefined) return `${start}.`;
  const cold = ms(median(cell, "coldTtftMs"));
  return `${start}; its first request (${cell.scenario}) has the first token after ${cold}, a warm one after ${ms(median(cell, "ttftMs"))}.`;
}

/** A repeated prompt's share of the time of a new one above which no cache is at work. */
const CACHED_SHARE = 0.7;

/** Whether the engine reuses a prompt that it has read before; null where it wasn't asked. */
export function cacheLine(result: Result): string | null {
  const cells = lightest(result.cells).filter((each) => each.scenario === "prompt-cache");
  const cell = cells.find((each) => median(each, "repeatTtftMs") !== null);
  const fresh = median(cell, "ttftMs");
  const again = median(cell, "repeatTtftMs");
  if (fresh === null || again === null) return null;
  const cached = again < fresh * CACHED_SHARE;
  const what = cached ? "It has a prompt cache" : "It has no prompt cache that shows";
  return `${what}: the first token after ${ms(again)} where the prompt goes on from one that it has read, after ${ms(fresh)} where it is new.`;
}

/** How much of the measuring time was ours, in a sentence. */
export function overheadLine(result: Result): string | null {
  const measuring = result.overhead?.measuring;
  if (measuring == null) return null;
  return `Of the ${ms(measuring.wallMs)} from the first measured request to the last, ${percent(measuring.share)} (${ms(measuring.idleMs)}) had neither a request in flight nor an engine starting.`;
}

/** How much was measured, in a few words. */
export function sizeLine(result: Result): string {
  const total = Object.values(result.requests).reduce((sum, count) => sum + count, 0);
  const { comparison } = result;
  const made = result.starts.filter(
    ({ phase, failure }) => phase === "measure" && failure === null,
  );
  if (comparison === null && made.length === 0) {
    return `${plural(result.cells.length, "cell")}, nothing measured, ${plural(total, "request")}`;
  }
  const starts =
    comparison?.design === "alternating-starts"
      ? plural(comparison.pairs.made, "pair of engine starts", "pairs of engine starts")
      : plural(comparison === null ? made.length : result.plan.starts, "measured engine start");
  return `${plural(result.cells.length, "cell")}, ${starts} of ${roundsText(result)}, ${plural(total, "request")}`;
}

/** A comparison's follow from what a start costs, and may change after its first pairs. */
export function roundsText({ plan, comparison }: Result): string {
  const rounds = (comparison?.pairs.list ?? []).map((pair) => pair.rounds);
  if (rounds.length === 0) return plural(plan.rounds, "round");
  const [fewest, most] = [Math.min(...rounds), Math.max(...rounds)];
  return fewest === most ? plural(most, "round") : `${fewest} to ${most} rounds`;
}
