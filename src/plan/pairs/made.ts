/** The pairs of starts that a comparison has made so far. Pure. */
import { attemptsOf, type RunState, type StartState } from "../../journal/state.ts";
import { BASE, HEAD } from "../types.ts";

export interface MadePair {
  /** Counted from 0 over all pairs, confirming ones among them. */
  pair: number;
  confirming: boolean;
  first: string;
  /** Rounds of each of its starts. */
  rounds: number;
  /** Null: it was not begun. */
  base: StartState | null;
  head: StartState | null;
  /** Both starts are spent: it may be judged. */
  complete: boolean;
}

/** In the order in which they were begun. */
export function madePairs(state: RunState): MadePair[] {
  const numbers = new Set(state.starts.flatMap(({ pair }) => (pair === null ? [] : [pair])));
  return [...numbers].flatMap((pair) => {
    const starts = state.starts.filter((start) => start.pair === pair);
    const [first] = starts;
    if (first === undefined) return [];
    const of = (variant: string) => starts.find((start) => start.variant === variant) ?? null;
    const [base, head] = [of(BASE), of(HEAD)];
    const complete = [base, head].every((start) => start !== null && isSpent(state, start));
    const { confirming, rounds, variant } = first;
    return [{ pair, confirming, first: variant, rounds, base, head, complete }];
  });
}

/**
 * Whether a start has come to what it could: its rounds were measured, or it failed, died or hung,
 * and what is missing of its rounds was lost by that. One that we cut short (a signal, the time
 * budget) says nothing.
 */
export function isSpent(state: RunState, start: StartState): boolean {
  if (!start.ended) return false;
  const died = start.exit !== null && start.exit.by !== "us";
  return start.failure !== null || died || start.lost || isMeasured(state, start);
}

/** All cells of the start got all their rounds. */
export function isMeasured(state: RunState, start: StartState): boolean {
  return (start.cells ?? []).every((cell) => roundsIn(state, cell, start).length >= start.rounds);
}

/** Measured rounds of a cell in a start. */
export function roundsIn(state: RunState, cell: string, { variant, start }: StartState) {
  const known = state.cells.get(cell);
  if (known === undefined || known.spec.variant !== variant) return [];
  return attemptsOf(known, "measure").filter((attempt) => attempt.start === start);
}
