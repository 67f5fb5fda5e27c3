/**
 * The scheduler: state in, the next step out. Pure, so that every path through a run is tested
 * without a clock, a process or a socket.
 */
import { attemptsOf, type CellState, type Live, type RunState } from "../journal/state.ts";
import {
  calibrateLeft,
  confirmLeft,
  crosscheckLeft,
  liveCells,
  probeLeft,
  replayLeft,
} from "./asks.ts";
import { coldFirst } from "./cold-first.ts";
import { nextLook } from "./ladder.ts";
import type { Judge } from "./pairs/end.ts";
import { nextStartOfPairs } from "./pairs/next.ts";
import { roundInPair } from "./pairs/round.ts";
import { seededRandom, shuffled } from "./random.ts";
import { climbing } from "./remedies/climbing.ts";
import { type CellSpec, isAttached, PROBES, type VariantSpec } from "./types.ts";

export type Step =
  | { kind: "provision"; variant: string }
  | {
      kind: "start";
      variant: string;
      start: number;
      phase: "probe" | "measure";
      /** Of a comparison's measured start; absent: it is none. */
      pair?: PairedStart;
    }
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

/** What a start is made for that belongs to a pair. */
export interface PairedStart {
  pair: number;
  /** Made because head failed, to see whether it does so again. */
  confirming: boolean;
  rounds: number;
  /** Of its variant. */
  cells: string[];
}

/**
 * What to do now.
 * @param judge says where a comparison stands; absent: as its verdict does
 */
export function next(state: RunState, judge?: Judge): Step {
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
  if (lacksVariant(state)) return { kind: "done" };
  for (const spec of state.plan.variants) {
    const rung = rungLeft(state, spec.name);
    if (rung !== null) return rung;
    const phase = phaseLeft(state, spec);
    if (phase !== null) {
      const start = state.starts.filter((each) => each.variant === spec.name).length;
      return { kind: "start", variant: spec.name, start, phase };
    }
  }
  return nextStartOfPairs(state, judge) ?? { kind: "done" };
}

/** With one of the two not to be had there is nothing to compare, and no time to be spent on it. */
function lacksVariant({ plan, variants }: RunState): boolean {
  const missing = [...variants.values()].some(({ provisioned }) => provisioned === null);
  return plan.comparison != null && missing;
}

function which(live: Live): { variant: string; start: number } {
  return { variant: live.variant, start: live.start };
}

/** What still needs an engine of this variant; null when nothing does, or nothing can. */
function phaseLeft(state: RunState, spec: VariantSpec): "probe" | "measure" | null {
  const variant = state.variants.get(spec.name);
  if (variant === undefined || variant.failure !== null) return null;
  if (variant.restarts > restartsAllowed(state)) return null;
  if (state.plan.comparison != null) return probingLeft(state, spec.name) ? "probe" : null;
  const asks = [probeLeft, calibrateLeft, confirmLeft, replayLeft];
  if (asks.some((left) => left(state, spec.name) !== null)) return "probe";
  return slotLeft(state, spec.name) === null ? null : "measure";
}

/**
 * Once a pair was begun nothing is probed any more, and what is still open is asked after the
 * rounds of its starts: both variants of a pair are treated alike.
 */
function probingLeft(state: RunState, variant: string): boolean {
  if (state.starts.some(({ pair }) => pair !== null)) return false;
  const asks = [probeLeft, calibrateLeft, confirmLeft, replayLeft];
  return asks.some((left) => left(state, variant) !== null);
}

/** Cells that were not planned need lives of their own. */
function restartsAllowed({ plan, cells }: RunState): number {
  const added = [...cells.values()].filter(({ spec }) => spec.rung !== undefined);
  return plan.maxRestarts + PROBES * added.length;
}

/** What has to be asked next on the ladder of remedies; null: nothing, or what is planned comes first. */
function rungLeft(state: RunState, name: string): (Step & { kind: "rung" }) | null {
  const { remedies, comparison } = state.plan;
  const variant = state.variants.get(name);
  // What would mend head is no part of whether it is worse than base.
  if (comparison != null) return null;
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
  // An attached server goes on after our stop: what we left it with must not slow the other variant.
  const spec = state.plan.variants.find((each) => each.name === live.variant);
  const goesOn = state.plan.comparison != null && spec !== undefined && isAttached(spec);
  return live.unsettled && (goesOn || step.kind !== "stop") ? { kind: "settle", ...ids } : step;
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
    if (!attached || state.plan.comparison != null) return { kind: "stop", ...ids };
  }
  const measure =
    state.plan.comparison != null ? roundInPair(state, live) : measureStep(state, live);
  if (measure !== null) return measure;
  const calibrate = calibrateLeft(state, live.variant);
  return calibrate === null
    ? { kind: "stop", ...ids }
    : { kind: "calibrate", ...ids, ...calibrate };
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
