/** What is asked in a start that belongs to a pair. Pure. */
import { attemptsOf, type CellState, type Live, type RunState } from "../../journal/state.ts";
import { coldFirst } from "../cold-first.ts";
import type { Step } from "../next.ts";
import { seededRandom, shuffled } from "../random.ts";
import { roundsIn } from "./made.ts";
import { areBlocks } from "./planned.ts";

/**
 * One warm-up of every cell, then the rounds. Nothing is asked again: a failure is a result, and
 * what a start didn't come to is lost with it. Both starts of a pair ask in the same order, so that
 * what the order does, it does to both.
 * @returns null when the start has had all its rounds
 */
export function roundInPair(state: RunState, live: Live): Step | null {
  const start = state.starts.findLast(
    (each) => each.variant === live.variant && each.start === live.start,
  );
  if (start?.pair == null) return null;
  const cells = (start.cells ?? []).flatMap((id) => state.cells.get(id) ?? []);
  const ids = { variant: live.variant, start: live.start };
  const cold = cells.filter((cell) => !isWarm(state, cell, live));
  if (cold.length > 0) {
    const asked = cold.map(({ spec }) => spec.id);
    const order = coldFirst(asked, cells, seededRandom(orderSeed(state, start.pair, 0)));
    return { kind: "measure", ...ids, round: 0, warmup: true, cells: order };
  }
  const done = (cell: CellState) => roundsIn(state, cell.spec.id, start).length;
  const round = Math.min(...cells.map(done));
  if (cells.length === 0 || round >= start.rounds) return null;
  const open = cells.filter((cell) => done(cell) === round);
  const order = inOrder(cells, open, orderSeed(state, start.pair, round + 1));
  return {
    kind: "measure",
    ...ids,
    round: numberOf(state, start.pair, round),
    warmup: false,
    cells: order,
  };
}

/** Of a running server that nobody restarts, the first block of rounds warmed it up. */
function isWarm(state: RunState, cell: CellState, live: Live): boolean {
  const warmups = attemptsOf(cell, "warmup");
  return areBlocks(state.plan)
    ? warmups.length > 0
    : warmups.some((attempt) => attempt.start === live.start);
}

/** Blocks of a running server send different prompts each; starts send the same as each other. */
function numberOf(state: RunState, pair: number, round: number): number {
  return areBlocks(state.plan) ? pair + round : round;
}

function orderSeed(state: RunState, pair: number, round: number): number {
  return state.plan.seed * 7919 + pair * 101 + round;
}

/** Drawn by the place of each cell in its variant: the twins of the other variant get the same. */
function inOrder(all: CellState[], some: CellState[], seed: number): string[] {
  return shuffled(all, seededRandom(seed)).flatMap((cell) =>
    some.includes(cell) ? [cell.spec.id] : [],
  );
}
