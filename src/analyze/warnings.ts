/** What a reader must know to judge the figures. Pure. */

import { attemptsOf, type CellState, hasPassed, type RunState } from "../journal/state.ts";
import { isToBeMeasured } from "../plan/remedies/climbing.ts";
import { plural } from "../report/format.ts";
import type { ResultCell, Warning } from "../result.ts";
import { clientWarnings, isReadLate } from "./client-warnings.ts";
import { turnWarnings } from "./turn-warnings.ts";

/** Cells that passed their probes and did not get all their rounds. */
export function unmeasured(state: RunState): CellState[] {
  // A comparison says by itself which pairs there are, and what a failed start is worth.
  if (state.plan.comparison != null) return [];
  const rounds = state.plan.starts * state.plan.rounds;
  return [...state.cells.values()].filter(
    (cell) =>
      hasPassed(cell) && attemptsOf(cell, "measure").length < rounds && isToBeMeasured(state, cell),
  );
}

/** Each in a sentence that names what it concerns. */
export function derivedWarnings(state: RunState, cells: ResultCell[]): Warning[] {
  const warnings: Warning[] = [];
  const flaky = cells.filter(
    (cell) => cell.outcome.kind === "pass" && cell.outcome.attempts.failed > 0,
  );
  if (flaky.length > 0) {
    const names = flaky.map((cell) => cell.id).join("; ");
    warnings.push({ code: "flaky", text: `Works, but not every time: ${names}.` });
  }
  warnings.push(...tokenWarnings(state, cells), ...clientWarnings(state), ...turnWarnings(state));
  if (state.stopped === "time-budget") {
    const text = "The time budget ended the run before every round was measured.";
    warnings.push({ code: "time-budget", text });
  }
  const short =
    state.ended && state.stopped === null && state.interrupted === null ? unmeasured(state) : [];
  if (short.length > 0) {
    const names = short.map((cell) => cell.spec.id).join("; ");
    const text = `Not every round could be measured, because the engine died or hung too often: ${names}.`;
    warnings.push({ code: "rounds-missing", text });
  }
  const gone = cells.filter((cell) => cell.outcome.reason === "engine-gone");
  if (gone.length > 0) {
    const cause = [...state.variants.values()].find((each) => each.failure !== null)?.failure;
    const why = (cause ?? "the engine died too often").replace(/\.$/, "");
    const text = `${plural(gone.length, "cell")} ${gone.length === 1 ? "was" : "were"} not run: ${why}.`;
    // Where nothing was run at all, the run itself says why.
    const said = cause !== undefined && gone.length === cells.length;
    if (!said) warnings.push({ code: "engine-gone", text });
  }
  return warnings;
}

/** Counts that are not sure, and routes that don't agree. */
function tokenWarnings(state: RunState, cells: readonly ResultCell[]): Warning[] {
  const warnings: Warning[] = [];
  const passing = cells.filter((cell) => cell.outcome.kind === "pass");
  const guessed = passing.filter((cell) => cell.tokens.outputSource === "chunks");
  if (guessed.length > 0) {
    const text = `The server counts its tokens nowhere: replies of ${names(guessed)} are given as chunks, which can hold several tokens or none, so tokens/s are not known.`;
    warnings.push({ code: "tokens-by-chunks", text });
  }
  const streamed = (cell: ResultCell) => cell.metrics.ttftMs !== undefined;
  const uncounted = passing.filter(
    (cell) => streamed(cell) && cell.tokens.outputSource === null && cell.metrics.ttftMs,
  );
  if (uncounted.length > 0) {
    const text = `How many tokens the replies of ${names(uncounted)} have can't be told: the stream doesn't count them, and the same request without streaming got another reply. Rates are left out.`;
    warnings.push({ code: "tokens-unknown", text });
  }
  const rateless = passing.filter(
    (cell) =>
      streamed(cell) &&
      cell.tokens.outputSource !== null &&
      cell.tokens.outputSource !== "chunks" &&
      (cell.tokens.output ?? 0) > 1 &&
      cell.metrics.decodeTokensPerSecond === undefined &&
      !readLateIn(state, cell.id),
  );
  if (rateless.length > 0) {
    const text = `Decode tokens/s of ${names(rateless)} are not known: chunks hold several tokens or none, and nothing tells how many the first one holds.`;
    warnings.push({ code: "decode-unknown", text });
  }
  const cached = [...state.cells.values()].filter((cell) =>
    attemptsOf(cell, "measure").some(
      ({ calls: [call] }) =>
        (call?.trace.usage?.cachedTokens ?? 0) > (call?.trace.usage?.promptTokens ?? 0) / 2,
    ),
  );
  if (cached.length > 0) {
    const text = `Most of the prompt came from the server's cache in ${cached.map((cell) => cell.spec.id).join("; ")}, though every round's prompt begins differently: TTFT there is not that of a new prompt.`;
    warnings.push({ code: "prompt-cached", text });
  }
  for (const [name, { crosscheck }] of state.variants) {
    if (crosscheck === null || crosscheck.disagreements.length === 0) continue;
    const text = `${name}: the server's routes don't agree on one and the same chat: ${crosscheck.disagreements.join("; ")}.`;
    warnings.push({ code: "counts-disagree", text });
  }
  return warnings;
}

/** That is another reason for a rate to be left out, and has a warning of its own. */
function readLateIn({ cells }: RunState, id: string): boolean {
  const cell = cells.get(id);
  return cell !== undefined && attemptsOf(cell, "measure").some(isReadLate);
}

function names(cells: readonly ResultCell[]): string {
  return cells.map((cell) => cell.id).join("; ");
}
