/**
 * The scheduler: state in, the next step out. Pure, so that every path through a run is tested
 * without a clock, a process or a socket.
 */
import { nextQuestion } from "../analyze/knowledge.ts";
import {
  attemptsOf,
  type CellState,
  hasPassed,
  isRetired,
  type Live,
  type RunState,
} from "../journal/state.ts";
import { nextLook } from "./ladder.ts";
import { seededRandom, shuffled } from "./random.ts";
import { climbing, isToBeMeasured } from "./remedies/climbing.ts";
import { settledAs } from "./settled.ts";
import { type CellSpec, combinationKey, isAttached, PROBES, type VariantSpec } from "./types.ts";

export type Step =
  | { kind: "provision"; variant: string }
  | { kind: "start"; variant: string; start: number; phase: "probe" | "measure" }
  | { kind: "settle"; variant: string; start: number }
  | { kind: "probe"; variant: string; cell: string; start: number; round: number }
  | {
      kind: "calibrate";
      variant: string;
      cell: string;
      start: number;
      /** Which of the prompts. */
      variation: number;
      /** Tokens to ask for; null: as many as the stream. */
      limit: number | null;
    }
  /** The client's plain command line takes a turn of the cell. */
  | { kind: "confirm"; variant: string; start: number; cell: string }
  | {
      kind: "look";
      variant: string;
      start: number;
      /** Prompt tokens that are wanted, and the body that should have about as many. */
      rung: number;
      requestBytes: number;
      stream: boolean;
      tools: boolean;
    }
  /** What the client would send in a cell whose real turn failed is sent by us. */
  | { kind: "replay"; variant: string; start: number; cell: string }
  /** A rung of the ladder of remedies: its prompt is captured, or a turn or session with it begun. */
  | { kind: "rung"; variant: string; part: "capture" | "turn" | "session"; cell: CellSpec }
  | { kind: "crosscheck"; variant: string; start: number; maxTokens: number }
  | {
      kind: "measure";
      variant: string;
      start: number;
      round: number;
      warmup: boolean;
      /** In the order in which they are asked. */
      cells: string[];
    }
  | { kind: "stop"; variant: string; start: number }
  | { kind: "done" };

/** What to do now. */
export function next(state: RunState): Step {
  const { live } = state;
  if (state.interrupted !== null || state.stopped !== null || state.failed !== null) {
    return live === null ? { kind: "done" } : { kind: "stop", ...which(live) };
  }
  for (const spec of state.plan.variants) {
    const variant = state.variants.get(spec.name);
    if (variant?.provisioned === null && variant.failure === null) {
      return { kind: "provision", variant: spec.name };
    }
  }
  if (live !== null) return nextInLife(state, live);
  for (const spec of state.plan.variants) {
    const rung = rungLeft(state, spec.name);
    if (rung !== null) return rung;
    const phase = phaseLeft(state, spec);
    if (phase !== null) {
      const start = state.starts.filter((each) => each.variant === spec.name).length;
      return { kind: "start", variant: spec.name, start, phase };
    }
  }
  return { kind: "done" };
}

function which(live: Live): { variant: string; start: number } {
  return { variant: live.variant, start: live.start };
}

/** What still needs an engine of this variant; null when nothing does, or nothing can. */
function phaseLeft(state: RunState, spec: VariantSpec): "probe" | "measure" | null {
  const variant = state.variants.get(spec.name);
  if (variant === undefined || variant.failure !== null) return null;
  if (variant.restarts > restartsAllowed(state)) return null;
  const asks = [probeLeft, calibrateLeft, confirmLeft, replayLeft];
  if (asks.some((left) => left(state, spec.name) !== null)) return "probe";
  return slotLeft(state, spec.name) === null ? null : "measure";
}

/** Cells that were not planned need lives of their own. */
function restartsAllowed({ plan, cells }: RunState): number {
  const added = [...cells.values()].filter(({ spec }) => spec.rung !== undefined);
  return plan.maxRestarts + PROBES * added.length;
}

/** What has to be asked next on the ladder of remedies; null: nothing, or what is planned comes first. */
function rungLeft(state: RunState, name: string): (Step & { kind: "rung" }) | null {
  const { remedies } = state.plan;
  const variant = state.variants.get(name);
  if (remedies == null || variant === undefined || variant.failure !== null) return null;
  if (probeLeft(state, name) !== null || variant.restarts > restartsAllowed(state)) return null;
  const end = climbing(state, name)?.end;
  if (end === undefined || !("cell" in end) || end.kind === "chosen") return null;
  if (end.kind === "capture" && variant.rungSizes.length >= remedies.most) return null;
  return { kind: "rung", variant: name, part: end.kind, cell: end.cell };
}

function nextInLife(state: RunState, live: Live): Step {
  const ids = which(live);
  if (state.variants.get(live.variant)?.failure !== null) return { kind: "stop", ...ids };
  // An engine that hangs is not waited for: a new life is cheaper.
  if (live.hung) return { kind: "stop", ...ids };
  const step = workInLife(state, live);
  return live.unsettled && step.kind !== "stop" ? { kind: "settle", ...ids } : step;
}

function workInLife(state: RunState, live: Live): Step {
  const ids = which(live);
  const spec = state.plan.variants.find((each) => each.name === live.variant);
  const attached = spec !== undefined && isAttached(spec);
  if (live.phase === "probe") {
    // First of all: what doesn't fit is not to be sent, and a longer prompt would raise the peaks.
    const look = nextLook(state, live.variant);
    if (look?.kind === "look") return { ...look, ...ids };
    const probe = probeLeft(state, live.variant);
    if (probe !== null) {
      const round = attemptsOf(probe, "probe").length;
      return { kind: "probe", ...ids, cell: probe.spec.id, round };
    }
    const rung = rungLeft(state, live.variant);
    if (rung !== null) return rung;
    const calibrate = calibrateLeft(state, live.variant);
    if (calibrate !== null) return { kind: "calibrate", ...ids, ...calibrate };
    const confirm = confirmLeft(state, live.variant);
    if (confirm !== null) return { kind: "confirm", ...ids, cell: confirm.spec.id };
    const replay = replayLeft(state, live.variant);
    if (replay !== null) return { kind: "replay", ...ids, cell: replay.spec.id };
    const maxTokens = crosscheckLeft(state, live.variant);
    if (maxTokens !== null) return { kind: "crosscheck", ...ids, maxTokens };
    if (!attached) return { kind: "stop", ...ids };
  }
  const measure = measureStep(state, live);
  if (measure !== null) return measure;
  const calibrate = calibrateLeft(state, live.variant);
  return calibrate === null
    ? { kind: "stop", ...ids }
    : { kind: "calibrate", ...ids, ...calibrate };
}

function cellsOf(state: RunState, variant: string): CellState[] {
  return [...state.cells.values()].filter(
    (cell) => cell.spec.variant === variant && cell.spec.applicable,
  );
}

/** A cell that fails so many warm-ups is measured no further: it would cost the others their time. */
const WARMUP_TRIES = 3;

function failedWarmups(cell: CellState): number {
  return attemptsOf(cell, "warmup").filter((attempt) => attempt.finding.kind !== "pass").length;
}

/** Cells that are worth measuring. */
export function liveCells(state: RunState, variant: string): CellState[] {
  return cellsOf(state, variant).filter(
    (cell) => hasPassed(cell) && failedWarmups(cell) < WARMUP_TRIES && isToBeMeasured(state, cell),
  );
}

/** First every cell once, then every cell again: a cheap cell is known before a costly one is repeated. */
function probeLeft(state: RunState, variant: string): CellState | null {
  const open = cellsOf(state, variant).filter((cell) => settledAs(state, cell) === null);
  const fewest = Math.min(...open.map((cell) => attemptsOf(cell, "probe").length));
  return open.find((cell) => attemptsOf(cell, "probe").length === fewest) ?? null;
}

/**
 * What a plain request could still tell of a cell's streams: how many tokens their chunks hold. Cells
 * that send the same bytes share the answers.
 */
function calibrateLeft(
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
function confirmLeft(state: RunState, variant: string): CellState | null {
  if (state.plan.confirm !== true) return null;
  const groups = new Map<string, CellState[]>();
  for (const cell of cellsOf(state, variant).filter((each) => isToBeMeasured(state, each))) {
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

function replayLeft(state: RunState, variant: string): CellState | null {
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
function crosscheckLeft(state: RunState, variant: string): number | null {
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

/** The measured start that isn't complete yet, and what is missing in it. */
function slotLeft(state: RunState, variant: string): { slot: number; cells: CellState[] } | null {
  const cells = liveCells(state, variant);
  for (let slot = 0; slot < state.plan.starts; slot++) {
    const needed = (slot + 1) * state.plan.rounds;
    const open = cells.filter((cell) => attemptsOf(cell, "measure").length < needed);
    if (open.length > 0) return { slot, cells: open };
  }
  return null;
}

function measureStep(state: RunState, live: Live): Step | null {
  const left = slotLeft(state, live.variant);
  if (left === null || left.slot !== slotOf(state, live, left.slot)) return null;
  const done = (cell: CellState) => attemptsOf(cell, "measure").length;
  const round = Math.min(...left.cells.map(done));
  const cells = left.cells.filter((cell) => done(cell) === round);
  const cold = left.cells.filter(
    (cell) => !attemptsOf(cell, "warmup").some((attempt) => attempt.start === live.start),
  );
  const warmup = cold.length > 0;
  const seed = state.plan.seed * 7919 + live.start * 101 + (warmup ? 0 : round + 1);
  const ids = (warmup ? cold : cells).map((cell) => cell.spec.id);
  return {
    kind: "measure",
    ...which(live),
    round: warmup ? 0 : round % state.plan.rounds,
    warmup,
    cells: warmup
      ? coldFirst(ids, left.cells, seededRandom(seed))
      : shuffled(ids, seededRandom(seed)),
  };
}

/** The first request of a life is always the same cell's, so that cold starts can be compared. */
function coldFirst(ids: string[], cells: CellState[], random: () => number): string[] {
  const streams = cells.filter((cell) =>
    attemptsOf(cell, "probe").some((probe) => probe.calls[0]?.exchange.stream === true),
  );
  const first = (streams[0] ?? cells[0])?.spec.id;
  const rest = shuffled(
    ids.filter((id) => id !== first),
    random,
  );
  return first !== undefined && ids.includes(first) ? [first, ...rest] : rest;
}

/**
 * The slot that this life is for: the one that was open when it began. A life that has measured in
 * an earlier slot is over; the next slot needs a fresh one.
 */
function slotOf(state: RunState, live: Live, open: number): number {
  const cells = liveCells(state, live.variant);
  const measured = cells.flatMap((cell) =>
    attemptsOf(cell, "measure")
      .map((attempt, index) => ({ attempt, slot: Math.floor(index / state.plan.rounds) }))
      .filter(({ attempt }) => attempt.start === live.start)
      .map(({ slot }) => slot),
  );
  return measured.length === 0 ? open : Math.min(...measured);
}
