/** How much there is to do, and how long it may take. Pure. */
import { type CellState, liveCellsLeft, type RunState } from "../journal/state.ts";
import { ALONE, turnsOf } from "./load.ts";
import type { CellSpec, Plan } from "./types.ts";
import { combinationKey, isAttached, PROBES } from "./types.ts";

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
  /** The real client's own time in it; absent: it is not run. */
  clientMs?: number;
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
    calibrate: plan.turn === "real" ? 0 : once,
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
  const calibrated = plan.turn === "real" ? 0 : 1;
  const attempts = PROBES + calibrated + plan.starts * (1 + plan.rounds);
  const perAttempt = plan.cells
    .filter((cell) => cell.applicable)
    .map((cell) => attemptMs(sizeOf(cell), speeds) * turnsOf(cell.load ?? ALONE))
    .reduce((sum, ms) => sum + ms, 0);
  const lives = plan.variants.reduce(
    (sum, variant) => sum + (isAttached(variant) ? 0 : plan.starts + 1),
    0,
  );
  const looks = plan.variants.length * lookMs(plan, speeds);
  return attempts * perAttempt + lives * speeds.loadMs + confirmMs(plan) + looks;
}

/** The client's two commands were seen to take half a minute on two cores. */
const CONFIRM_MS = 30_000;

function confirmMs(plan: Plan): number {
  if (plan.confirm !== true) return 0;
  return CONFIRM_MS * new Set(plan.cells.map(combinationKey)).size;
}

/** The ladder of prompts, as far as it goes where it must be paid for: 256 to 4,096 tokens. */
const LADDER_TOKENS = 7936;

function lookMs({ look }: Plan, speeds: Speeds): number {
  if (look === undefined) return 0;
  return Math.min(look.budgetMs, (1000 * LADDER_TOKENS) / speeds.prefillTokensPerSecond);
}

function attemptMs(size: CellSize, speeds: Speeds): number {
  return size.requestBytes.reduce((sum, bytes) => {
    const prefill = bytes / BYTES_PER_TOKEN / speeds.prefillTokensPerSecond;
    return sum + 1000 * (prefill + size.maxTokens / speeds.decodeTokensPerSecond);
  }, size.clientMs ?? 0);
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
    const calls =
      (scenario?.steps.filter((step) => step.kind === "send").length ?? 0) +
      (scenario?.turns.reduce((of, { script, repeat }) => of + script.length * repeat, 0) ?? 0);
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
