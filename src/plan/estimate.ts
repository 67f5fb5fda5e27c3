/** How much there is to do, and how long it may take. Pure. */
import { type CellState, liveCellsLeft, type RunState } from "../journal/state.ts";
import { ALONE, turnsOf } from "./load.ts";
import type { CellSpec, Plan } from "./types.ts";
import { isAttached, PROBES } from "./types.ts";

/** Speeds that an estimate goes by, before anything was measured. */
export interface Speeds {
  prefillTokensPerSecond: number;
  decodeTokensPerSecond: number;
  loadMs: number;
  /** Where the figures come from, for the reader. */
  basis: string;
}

type AssumedSpeeds = Omit<Speeds, "basis">;

/** Assumed for a small Gemma where nothing is known; the live view corrects them. */
export const CPU_SPEEDS: AssumedSpeeds = {
  prefillTokensPerSecond: 200,
  decodeTokensPerSecond: 15,
  loadMs: 20_000,
};
export const GPU_SPEEDS: AssumedSpeeds = {
  prefillTokensPerSecond: 2000,
  decodeTokensPerSecond: 50,
  loadMs: 10_000,
};

export interface RequestCounts {
  probe: number;
  calibrate: number;
  warmup: number;
  measure: number;
}

/** What one attempt at a cell sends. */
export interface CellSize {
  /** Bytes of each generation request, in order. */
  requestBytes: number[];
  maxTokens: number;
}

/** English prose and JSON schemas; only for the first estimate. */
const BYTES_PER_TOKEN = 3.5;

/** Generation requests of the whole plan, if every cell passes. */
export function plannedRequests(plan: Plan, sizeOf: (cell: CellSpec) => CellSize): RequestCounts {
  const cells = plan.cells.filter((cell) => cell.applicable);
  const calls = (cell: CellSpec) => sizeOf(cell).requestBytes.length;
  const once = cells.reduce((sum, cell) => sum + calls(cell), 0);
  const total = cells.reduce((sum, cell) => sum + calls(cell) * turnsOf(cell.load ?? ALONE), 0);
  return {
    probe: total * PROBES,
    calibrate: once,
    warmup: total * plan.starts,
    measure: total * plan.starts * plan.rounds,
  };
}

/** The whole run, in ms, by assumed speeds. */
export function estimateMs(
  plan: Plan,
  sizeOf: (cell: CellSpec) => CellSize,
  speeds: Speeds,
): number {
  const attempts = PROBES + 1 + plan.starts * (1 + plan.rounds);
  const perAttempt = plan.cells
    .filter((cell) => cell.applicable)
    .map((cell) => attemptMs(sizeOf(cell), speeds) * turnsOf(cell.load ?? ALONE))
    .reduce((sum, ms) => sum + ms, 0);
  const lives = plan.variants.reduce(
    (sum, variant) => sum + (isAttached(variant) ? 0 : plan.starts + 1),
    0,
  );
  return attempts * perAttempt + lives * speeds.loadMs;
}

function attemptMs(size: CellSize, speeds: Speeds): number {
  return size.requestBytes.reduce((sum, bytes) => {
    const prefill = bytes / BYTES_PER_TOKEN / speeds.prefillTokensPerSecond;
    return sum + 1000 * (prefill + size.maxTokens / speeds.decodeTokensPerSecond);
  }, 0);
}

/**
 * Time left, from what the cells' own attempts took.
 * @returns null until every live cell has been tried
 */
export function remainingMs(state: RunState): number | null {
  let total = 0;
  for (const cell of liveCellsLeft(state)) {
    const times = cell.attempts.map(attemptDuration).filter((ms): ms is number => ms !== null);
    if (times.length === 0) return null;
    const mean = times.reduce((sum, ms) => sum + ms, 0) / times.length;
    total += mean * attemptsLeft(state, cell);
  }
  return total;
}

/** Generation requests still to come, if what works now goes on working. */
export function requestsLeft(state: RunState): number {
  return liveCellsLeft(state).reduce((sum, cell) => {
    const scenario = state.plan.scenarios.find((each) => each.name === cell.spec.scenario);
    const calls = scenario?.steps.filter((step) => step.kind === "send").length ?? 0;
    return sum + calls * turnsOf(cell.spec.load ?? ALONE) * attemptsLeft(state, cell);
  }, 0);
}

function attemptDuration({ calls }: CellState["attempts"][number]): number | null {
  const ends = calls.map(({ exchange }) => (exchange.sentNs + exchange.end.tNs) / 1e6);
  return ends.length === 0 ? null : Math.max(...ends);
}

function attemptsLeft(state: RunState, cell: CellState): number {
  const { plan } = state;
  const all = PROBES + plan.starts * (1 + plan.rounds);
  const done = cell.attempts.filter((attempt) => attempt.phase !== "calibrate").length;
  return Math.max(0, all - done);
}
