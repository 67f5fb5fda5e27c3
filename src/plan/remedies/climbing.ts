/**
 * The ladder of remedies in a run: which rung is tried next, and what came of those before. Pure.
 *
 * It is climbed when no planned combination that keeps the tools works. What a combination of rungs
 * comes to is decided as for any cell: it is sent only if it fits, it is probed, and a planned
 * combination with the same flags and settings has answered already.
 */
import { type Climb, climb, type PromptSize, sizeKey } from "../../analyze/remedies/climb.ts";
import type { Fitting } from "../../analyze/remedies/fitting.ts";
import {
  type LadderContext,
  ladder,
  OF_SESSIONS,
  type Rung,
  rungsOf,
} from "../../analyze/remedies/rungs.ts";
import type { CellState, RunState } from "../../journal/state.ts";
import type { OutcomeKind } from "../../result.ts";
import { settledAs } from "../settled.ts";
import type { CellSpec } from "../types.ts";
import { cellLike, cellOf, sessionOf } from "./cells.ts";
import {
  capturedWith,
  type Facts,
  fits,
  fitsAlone,
  fittingFor,
  longest,
  sizeWith,
} from "./facts.ts";
import { contextOf, failedTurn, scenarioOf } from "./failed-turn.ts";

/** A combination of rungs that was, or is being, tried. */
export interface TriedRungs {
  rungs: string[];
  /** Null: it is being asked. */
  outcome: OutcomeKind | null;
  cell: CellState;
  /** That followed a turn that works; null: none was asked. */
  session: CellState | null;
}

export type ClimbEnd =
  /** The prompt with these rungs is to be captured. */
  | { kind: "capture"; rungs: string[]; cell: CellSpec }
  /** A turn, or a session, with these rungs is to be asked. */
  | { kind: "turn" | "session"; rungs: string[]; cell: CellSpec }
  /** What was tried last is being asked. */
  | { kind: "asking" }
  /** `session`: null where none is asked, or it did not come to that. */
  | {
      kind: "chosen";
      rungs: string[];
      keepsTools: boolean;
      cell: CellState;
      session: CellState | null;
    }
  | { kind: "none"; outcome: OutcomeKind; because: string };

export interface Climbing {
  variant: string;
  /** The planned turn that failed: the combination that is nearest to the config. */
  from: CellState;
  /** As the config and that combination have it. */
  context: LadderContext;
  ladder: Rung[];
  /** In order, the first as configured. */
  tried: TriedRungs[];
  /** Captured, and not asked because they would save nothing, or not enough. */
  passedOver: {
    rungs: string[];
    bytes: number;
    because: "saves-nothing" | "too-long" | "no-room";
  }[];
  /** False: nothing leaves room for a session to grow, so a turn is all that is wanted. */
  roomWanted: boolean;
  sizeOf(rungs: readonly string[]): PromptSize | null;
  fitting(rungs: readonly string[]): Fitting;
  end: ClimbEnd;
}

/** @returns null where nothing needs a remedy, or it isn't known yet */
export function climbing(state: RunState, variant: string): Climbing | null {
  const { remedies } = state.plan;
  const known = state.variants.get(variant);
  if (remedies == null || known === undefined) return null;
  const from = failedTurn(state, variant);
  if (from === null) return null;
  const context = contextOf(remedies, from.spec);
  // A turn that can't be asked without tools says nothing of them.
  const needsTools = scenarioOf(state, from.spec.scenario)?.needsTools === true;
  const whole = ladder(context).filter(({ keepsTools }) => keepsTools || !needsTools);
  const sizeOf = (rungs: readonly string[]) => sizeWith(state, from, whole, rungs);
  const longestTokens = longest(state, from);
  const given = { state, remedies, from, context, whole, sizeOf, longestTokens };
  const facts = { ...given, roomWanted: true };
  const fitting = (rungs: readonly string[]) => fittingFor(facts, rungs);
  const strict = walk({ ...facts, fitting });
  const cramped = strict.passedOver.some(({ because }) => because === "no-room");
  const walked =
    strict.end.kind === "none" && cramped ? walk({ ...facts, roomWanted: false, fitting }) : strict;
  return { variant, from, context, ladder: whole, sizeOf, fitting, ...walked };
}

/** What is planned is measured, and of the ladder the turn that was chosen. */
export function isToBeMeasured(state: RunState, { spec }: CellState): boolean {
  if (spec.rung === undefined) return true;
  if (spec.rung.part === "session") return false;
  const end = climbing(state, spec.variant)?.end;
  return end?.kind === "chosen" && end.cell.spec.id === spec.id;
}

type Walked = Pick<Climbing, "tried" | "passedOver" | "end" | "roomWanted">;

/** From the ground up, by what is known, until something has to be asked. */
function walk(facts: Facts & { fitting(rungs: readonly string[]): Fitting }): Walked {
  const { state, from, whole, sizeOf, fitting } = facts;
  const first = settledAs(state, from) ?? "not-run";
  const tried: TriedRungs[] = [{ rungs: [], outcome: first, cell: from, session: null }];
  const answers: { rungs: readonly string[]; outcome: OutcomeKind }[] = [
    { rungs: [], outcome: first },
  ];
  const ofSessions = whole.filter(({ id }) => OF_SESSIONS.includes(id));
  let standing = whole.filter((rung) => !ofSessions.includes(rung));
  /** Its turn works, but a session with it did not come to a good end. */
  let second: ClimbEnd | null = null;
  const over = (end: ClimbEnd): Walked => ({
    tried,
    roomWanted: facts.roomWanted,
    passedOver: passedOver(facts, tried),
    end: end.kind === "none" && second !== null ? second : end,
  });
  for (;;) {
    const step: Climb = climb({
      ladder: standing,
      tried: answers,
      sizeOf,
      fits: (size) => fits(facts, size),
      fitting: (rungs) => fitting(rungs).settings,
    });
    if (step.kind === "none") return over(step);
    const { rungs } = step;
    if (step.kind === "try") {
      const spec = cellOf(facts, rungs, fitting(rungs));
      const cell = cellLike(state, spec);
      if (cell === null) {
        const captured = capturedWith(state, from.spec.variant, whole, rungs);
        if (captured === undefined && sizeOf(rungs) === null) {
          return over({ kind: "capture", rungs, cell: spec });
        }
        // What the client can't be brought to send can't be tried.
        if (captured?.bytes === null) {
          standing = standing.filter(({ id }) => id !== step.rung.id);
          continue;
        }
        const size = sizeOf(rungs);
        const requestBytes = size === null ? {} : { requestBytes: size.bytes };
        return over({ kind: "turn", rungs, cell: { ...spec, ...requestBytes } });
      }
      const outcome = cell.refused === undefined ? settledAs(state, cell) : "client-refused";
      tried.push({ rungs, outcome, cell, session: null });
      if (outcome === null) return over({ kind: "asking" });
      answers.push({ rungs, outcome });
      continue;
    }
    const cell = tried.at(-1)?.cell ?? from;
    const chosen = { kind: "chosen" as const, rungs, keepsTools: step.keepsTools, cell };
    const spec = sessionOf(facts, rungs, fitting(rungs));
    if (spec === null) return over({ ...chosen, session: null });
    const session = state.cells.get(spec.id);
    if (session === undefined) return over({ kind: "session", rungs, cell: spec });
    const last = tried.at(-1);
    if (last !== undefined) last.session = session;
    const outcome = session.refused === undefined ? settledAs(state, session) : "client-refused";
    if (outcome === null) return over({ kind: "asking" });
    if (outcome === "pass") return over({ ...chosen, session });
    second ??= { ...chosen, session };
    standing = whole.filter((rung) => standing.includes(rung) || ofSessions.includes(rung));
    answers.push({ rungs, outcome });
  }
}

/** Captured, but neither tried nor about to be. */
function passedOver(facts: Facts, tried: readonly TriedRungs[]): Climbing["passedOver"] {
  const { state, from, whole, sizeOf } = facts;
  const sizes = state.variants.get(from.spec.variant)?.rungSizes ?? [];
  const asked = (rungs: readonly string[]) =>
    tried.some((each) => sizeKey(whole, each.rungs) === sizeKey(whole, rungs));
  return sizes.flatMap(({ rungs, bytes }) => {
    if (bytes === null || asked(rungs)) return [];
    const without = sizeOf(
      rungsOf(whole, rungs)
        .slice(0, -1)
        .map(({ id }) => id),
    );
    const size = sizeOf(rungs);
    const shorter = without === null || bytes < without.bytes;
    const alone = size === null ? null : fitsAlone(facts, size);
    const because = !shorter ? "saves-nothing" : alone === false ? "too-long" : "no-room";
    return [{ rungs, bytes, because }];
  });
}
