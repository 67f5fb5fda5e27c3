/** Which cells the pairs of starts are made of. Pure. */
import { type Recommendable, recommend } from "../../analyze/recommend.ts";
import { attemptsOf, type CellState, hasPassed, type RunState } from "../../journal/state.ts";
import type { Compat } from "../../result.ts";
import { ALONE, lightest } from "../load.ts";
import { name, shownCombination } from "../matrix.ts";
import { settledAs } from "../settled.ts";
import { BASE, HEAD } from "../types.ts";
import { roundsIn } from "./made.ts";

/** A cell of base and the one of head that is compared with it. */
export interface ComparedCells {
  base: CellState;
  head: CellState;
}

/**
 * Measured in every pair: of base's recommended combination, and of the scenarios without
 * combinations, what passed on both sides, be it in a fresh start that was to confirm a failure. All
 * else is probed only: its outcomes are compared, and
 * its figures are not worth the starts that they would lengthen. Whatever was measured in the first
 * pair stays: the family of primary metrics is fixed before the first measured start.
 * @returns empty while base is being probed, and where nothing can be compared
 */
export function comparedCells(state: RunState): ComparedCells[] {
  const twins = twinsOf(state);
  const first = state.starts.find(({ pair, confirming }) => pair !== null && !confirming);
  if (first?.cells != null) {
    const { cells } = first;
    return twins.filter(({ base, head }) =>
      cells.includes((first.variant === BASE ? base : head).spec.id),
    );
  }
  return recommendedTwins(state).filter(
    ({ head }) =>
      settledAs(state, head) === null ||
      hasPassed(head) ||
      isUnseen(head) ||
      hasPassedFresh(state, head),
  );
}

/** This tool was late in every probe: what the server did with them isn't known. */
export function isUnseen(cell: CellState): boolean {
  const probes = attemptsOf(cell, "probe");
  return probes.length > 0 && probes.every(({ finding }) => finding.kind === "client-lagged");
}

/** A fresh start showed that its failed probes were a flake: it works in most of that start's rounds. */
function hasPassedFresh(state: RunState, { spec }: CellState): boolean {
  return state.starts.some((start) => {
    if (!start.confirming || start.variant !== spec.variant) return false;
    const passed = roundsIn(state, spec.id, start).filter(({ finding }) => finding.kind === "pass");
    return 2 * passed.length > start.rounds;
  });
}

/**
 * What base passes of its recommended combination and of the scenarios without combinations,
 * whatever head does with it.
 * @returns empty while base is being probed
 */
export function recommendedTwins(state: RunState): ComparedCells[] {
  const own = cellsOf(state, BASE);
  if (own.some((cell) => settledAs(state, cell) === null)) return [];
  const wanted = recommendedName(state, own);
  return twinsOf(state).filter(
    ({ base }) => hasPassed(base) && ["", wanted].includes(name(shownCombination(base.spec))),
  );
}

/** Of one variant. */
export function cellsInPairs(state: RunState, variant: string): CellState[] {
  return comparedCells(state).flatMap(({ base, head }) =>
    variant === BASE ? [base] : variant === HEAD ? [head] : [],
  );
}

/** Every cell of head with base's that it is compared with. */
export function twinsOf(state: RunState): ComparedCells[] {
  return cellsOf(state, HEAD).flatMap((head) => {
    const base = head.spec.base === undefined ? undefined : state.cells.get(head.spec.base);
    return base?.spec.applicable ? [{ base, head }] : [];
  });
}

function cellsOf(state: RunState, variant: string): CellState[] {
  return [...state.cells.values()].filter(
    ({ spec }) => spec.variant === variant && spec.applicable,
  );
}

/**
 * By what works, not by speed: two probes tell little of that, and which figures a pull request is
 * judged by should not change with their noise. Of equals it is the one nearest to the guide's.
 */
function recommendedName(state: RunState, cells: readonly CellState[]): string | null {
  const { turn } = state.plan;
  const asked = cells.map(({ spec }) => ({ ...spec, load: spec.load ?? ALONE }));
  const known = lightest(asked).map(
    (spec): Recommendable => ({
      compat: spec.compat,
      settings: (spec.settings ?? {}) as Recommendable["settings"],
      scenario: spec.scenario,
      ...(turn === "real" || turn === "replayed" ? { turn } : {}),
      outcome: { kind: outcomeOf(state, spec.id), reason: null },
      metrics: {},
    }),
  );
  const chosen = recommend(known, guideOf(state));
  return chosen === null ? null : name(shownCombination(chosen));
}

function outcomeOf(state: RunState, id: string): Recommendable["outcome"]["kind"] {
  const cell = state.cells.get(id);
  if (cell === undefined) return "not-run";
  return hasPassed(cell) ? "pass" : (settledAs(state, cell) ?? "not-run");
}

/** The compat flags of the guide's own config, as the run's config has them. */
function guideOf({ openclawConfig }: RunState): Compat {
  return (openclawConfig as { guideCompat?: Compat } | null)?.guideCompat ?? {};
}
