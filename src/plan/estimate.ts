/** How much there is to do, and how long it may take. Pure. */
import { type CellState, liveCellsLeft, type RunState } from "../journal/state.ts";
import { ALONE, turnsOf } from "./load.ts";
import { name, shownCombination } from "./matrix.ts";
import { type Ahead, aheadIn, aheadOf, loadingMs, startsFor } from "./pairs/ahead.ts";
import { cellsInPairs } from "./pairs/cells.ts";
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
  if (plan.comparison != null) {
    const { atMost, rounds } = aheadOf(plan);
    const compared = likelyCompared(plan, (cell) => calls(cell) * turnsOf(cell.load ?? ALONE));
    const calibrate = plan.turn === "real" ? 0 : likelyCompared(plan, calls);
    const warmup = compared * atMost;
    return { probe: total * PROBES, calibrate, warmup, measure: warmup * rounds };
  }
  return {
    probe: total * PROBES,
    calibrate: plan.turn === "real" ? 0 : once,
    warmup: total * plan.starts,
    measure: total * plan.starts * plan.rounds,
  };
}

/**
 * What of the cells a comparison will measure, before that is known: of each variant one combination,
 * the costliest, and what has none.
 */
function likelyCompared(plan: Plan, costOf: (cell: CellSpec) => number): number {
  return plan.variants.reduce((sum, variant) => {
    const groups = new Map<string, number>();
    for (const cell of plan.cells) {
      if (!cell.applicable || cell.variant !== variant.name) continue;
      const key = name(shownCombination(cell));
      groups.set(key, (groups.get(key) ?? 0) + costOf(cell));
    }
    const combined = [...groups].flatMap(([key, cost]) => (key === "" ? [] : [cost]));
    return sum + (groups.get("") ?? 0) + Math.max(0, ...combined);
  }, 0);
}

/** Of a comparison, in ms, by assumed speeds: until the first look, where it may end, and at most. */
export function estimateComparison(
  plan: Plan,
  sizeOf: (cell: CellSpec) => CellSize,
  speeds: Speeds,
): { firstLookMs: number; atMostMs: number } {
  const cost = (cell: CellSpec) => attemptMs(sizeOf(cell), speeds) * turnsOf(cell.load ?? ALONE);
  const all = plan.cells.filter((cell) => cell.applicable).map(cost);
  const probing = PROBES * all.reduce((sum, ms) => sum + ms, 0);
  const compared = likelyCompared(plan, cost);
  const { nextLook, atMost, rounds } = aheadOf(plan);
  const looks = plan.variants.length * lookMs(plan, speeds);
  const calibrated = plan.turn === "real" ? 0 : 1;
  const upTo = (pairs: number) =>
    probing +
    compared * (calibrated + pairs * (1 + rounds)) +
    startsFor(plan, pairs) * speeds.loadMs +
    (plan.confirm === true ? CONFIRM_MS * plan.variants.length : 0) +
    looks;
  return { firstLookMs: upTo(nextLook), atMostMs: upTo(atMost) };
}

/** The whole run, in ms, by assumed speeds; of a comparison at most. */
export function estimateMs(
  plan: Plan,
  sizeOf: (cell: CellSpec) => CellSize,
  speeds: Speeds,
): number {
  if (plan.comparison != null) return estimateComparison(plan, sizeOf, speeds).atMostMs;
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
 * Time left, from what the cells' own attempts took; of a comparison until its next look.
 * @returns null until every live cell has been tried
 */
export function remainingMs(state: RunState): number | null {
  return remaining(state, ({ nextLook }) => nextLook);
}

/** Of a comparison: the time left if every look leaves it open; null as long as that is not known. */
export function remainingAtMostMs(state: RunState): number | null {
  return state.plan.comparison == null ? null : remaining(state, ({ atMost }) => atMost);
}

function remaining(state: RunState, pairsOf: (ahead: Ahead) => number): number | null {
  const left = attemptsAhead(state, pairsOf);
  let total = 0;
  for (const cell of liveCellsLeft(state)) {
    const times = cell.attempts.map(attemptDuration).filter((ms): ms is number => ms !== null);
    if (times.length === 0) return null;
    const mean = times.reduce((sum, ms) => sum + ms, 0) / times.length;
    total += mean * left(cell);
  }
  if (state.plan.comparison == null) return total;
  return total + loadingMs(state, pairsOf(aheadIn(state)));
}

/** Generation requests still to come, at most, if what works now goes on working. */
export function requestsLeft(state: RunState): number {
  const left = attemptsAhead(state, ({ atMost }) => atMost);
  return liveCellsLeft(state).reduce((sum, cell) => {
    const scenario = state.plan.scenarios.find((each) => each.name === cell.spec.scenario);
    const calls =
      (scenario?.steps.filter((step) => step.kind === "send").length ?? 0) +
      (scenario?.turns.reduce((of, { script, repeat }) => of + script.length * repeat, 0) ?? 0);
    return sum + calls * turnsOf(cell.spec.load ?? ALONE) * left(cell);
  }, 0);
}

function attemptDuration({ calls }: CellState["attempts"][number]): number | null {
  const ends = calls.map(({ exchange }) => (exchange.sentNs + exchange.end.tNs) / 1e6);
  return ends.length === 0 ? null : Math.max(...ends);
}

/** How many attempts a cell has still before it. */
function attemptsAhead(
  state: RunState,
  pairsOf: (ahead: Ahead) => number,
): (cell: CellState) => number {
  const { plan } = state;
  const counted = ({ attempts }: CellState) =>
    attempts.filter((attempt) => attempt.phase !== "calibrate").length;
  if (plan.comparison == null) {
    const all = PROBES + plan.starts * (1 + plan.rounds);
    return (cell) => Math.max(0, all - counted(cell));
  }
  const ahead = aheadIn(state);
  const compared = new Set(
    plan.variants
      .flatMap((variant) => cellsInPairs(state, variant.name))
      .map(({ spec }) => spec.id),
  );
  const inPairs = pairsOf(ahead) * (1 + ahead.rounds);
  return (cell) => Math.max(0, PROBES + (compared.has(cell.spec.id) ? inPairs : 0) - counted(cell));
}
