/** What an engine that is up is still to be asked outside of measured rounds. Pure. */
import { nextQuestion } from "../analyze/knowledge.ts";
import {
  attemptsOf,
  type CellState,
  hasPassed,
  isRetired,
  type RunState,
} from "../journal/state.ts";
import { cellsInPairs } from "./pairs/cells.ts";
import { isToBeMeasured } from "./remedies/climbing.ts";
import { settledAs } from "./settled.ts";
import { combinationKey } from "./types.ts";

export function cellsOf(state: RunState, variant: string): CellState[] {
  return [...state.cells.values()].filter(
    (cell) => cell.spec.variant === variant && cell.spec.applicable,
  );
}

/** A cell that fails so many warm-ups is measured no further: it would cost the others their time. */
const WARMUP_TRIES = 3;

function failedWarmups(cell: CellState): number {
  return attemptsOf(cell, "warmup").filter((attempt) => attempt.finding.kind !== "pass").length;
}

/** Cells that are worth measuring: in a comparison those that its pairs are made of. */
export function liveCells(state: RunState, variant: string): CellState[] {
  if (state.plan.comparison != null) return cellsInPairs(state, variant);
  return cellsOf(state, variant).filter(
    (cell) => hasPassed(cell) && failedWarmups(cell) < WARMUP_TRIES && isToBeMeasured(state, cell),
  );
}

/** First every cell once, then every cell again: a cheap cell is known before a costly one is repeated. */
export function probeLeft(state: RunState, variant: string): CellState | null {
  const open = cellsOf(state, variant).filter((cell) => settledAs(state, cell) === null);
  const fewest = Math.min(...open.map((cell) => attemptsOf(cell, "probe").length));
  const next = open.find((cell) => attemptsOf(cell, "probe").length === fewest) ?? null;
  if (next !== null) mustSendSomething(state, next);
  return next;
}

/**
 * A cell that sends nothing would be asked for ever. Only a plan that was never checked has one.
 * @throws Error that names cell and scenario
 */
function mustSendSomething({ plan }: RunState, { spec }: CellState): void {
  const scenario = plan.scenarios.find((each) => each.name === spec.scenario);
  const scripted = plan.turn === undefined || plan.turn === "scripted";
  if (!scripted || scenario === undefined || scenario.steps.length > 0) return;
  throw new Error(
    `${spec.id}: scenario ${spec.scenario} has nothing that scripted turns send; its turns are for the client (--turn real or replayed)`,
  );
}

/**
 * What a plain request could still tell of a cell's streams: how many tokens their chunks hold. Cells
 * that send the same bytes share the answers.
 */
export function calibrateLeft(
  state: RunState,
  variant: string,
): { cell: string; variation: number; limit: number | null } | null {
  // What the real client sends can't be sent again by us.
  if (state.plan.turn === "real") return null;
  for (const cell of liveCells(state, variant)) {
    const question = nextQuestion(state.cells.values(), cell);
    if (question !== null) return { cell: cell.spec.id, ...question };
  }
  return null;
}

/** Outcomes that a second try would only repeat at a high price: an engine dead, or a time limit over. */
const NOT_AGAIN = ["out-of-memory", "engine-crashed", "engine-hung", "timeout", "client-timeout"];

/**
 * The cell by which a combination is confirmed with the client's command line: the first that passed,
 * else the first that failed without harm.
 */
export function confirmLeft(state: RunState, variant: string): CellState | null {
  if (state.plan.confirm !== true) return null;
  const groups = new Map<string, CellState[]>();
  // A comparison has no time for combinations that it doesn't measure.
  const compared = state.plan.comparison != null;
  const candidates = compared ? cellsInPairs(state, variant) : cellsOf(state, variant);
  for (const cell of candidates.filter((each) => isToBeMeasured(state, each))) {
    const key = combinationKey(cell.spec);
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  for (const cells of groups.values()) {
    if (cells.some((cell) => cell.confirmed !== undefined)) continue;
    const asked = cells.filter((cell) => cell.attempts.length > 0);
    const passed = asked.find(hasPassed);
    const harmless = asked.find((cell) =>
      cell.attempts.every(({ finding }) => !NOT_AGAIN.includes(finding.kind)),
    );
    const chosen = passed ?? harmless;
    if (chosen !== undefined) return chosen;
  }
  return null;
}

/** Failures of a turn for which the engine may not be to blame. */
const CLIENTS = ["client-timeout", "client-failed", "expectation-failed"];

export function replayLeft(state: RunState, variant: string): CellState | null {
  if (state.plan.turn !== "real" || state.plan.confirm !== true) return null;
  const open = cellsOf(state, variant).filter(
    (cell) => isRetired(cell) && cell.replayed === undefined && cell.spec.rung === undefined,
  );
  const clients = ({ attempts }: CellState) =>
    attempts.length > 0 && attempts.every(({ finding }) => CLIENTS.includes(finding.kind));
  return open.find(clients) ?? null;
}

/** The cross-check may take about so long. */
const CROSSCHECK_MS = 8_000;
const CROSSCHECK_TOKENS = 32;
/** Fewer tokens tell nothing of the rates. */
const LEAST_CROSSCHECK_TOKENS = 4;

/**
 * Tokens to ask for in the comparison of the server's routes, as many as a slow engine allows.
 * @returns null when it was made, or would take too long, or nothing streams
 */
export function crosscheckLeft(state: RunState, variant: string): number | null {
  if (state.variants.get(variant)?.crosscheck !== null) return null;
  const gaps = liveCells(state, variant).flatMap((cell) => {
    const chunks = attemptsOf(cell, "probe").at(-1)?.calls[0]?.trace.chunkMs ?? [];
    const span = (chunks.at(-1) ?? 0) - (chunks[0] ?? 0);
    return chunks.length < 2 ? [] : [span / (chunks.length - 1)];
  });
  if (gaps.length === 0) return null;
  const tokens = Math.floor(CROSSCHECK_MS / Math.max(1, ...gaps));
  return tokens < LEAST_CROSSCHECK_TOKENS ? null : Math.min(CROSSCHECK_TOKENS, tokens);
}
