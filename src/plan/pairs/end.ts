/** Whether a comparison goes on. Pure. */
import { attemptsIn } from "../../analyze/comparison/rounds.ts";
import { type Standing, standingOf } from "../../analyze/comparison/standing.ts";
import { CONFIRMING_PAIRS } from "../../analyze/verdict/success.ts";
import type { RunState, StartState } from "../../journal/state.ts";
import type { Comparison } from "../../result.ts";
import { comparedCells, twinsOf } from "./cells.ts";
import { type MadePair, madePairs, roundsIn } from "./made.ts";
import { pairsAtMost } from "./planned.ts";

/** So many starts of a variant in a row that give nothing end the comparison. */
export const FRUITLESS_STARTS = 3;

/** Those that say nothing among them. */
const MOST_CONFIRMING = 2 * CONFIRMING_PAIRS;

/** Judges what there is; another one than the verdict's own is for tests. */
export type Judge = (state: RunState) => Standing;

export type PairsEnd = Comparison["pairs"]["ended"];

/** What comes after a complete pair. */
export type After =
  | { kind: "end"; ended: PairsEnd }
  /** These cells of head (with base's twins) once more, because head failed. */
  | { kind: "confirm"; cells: string[] }
  | { kind: "measure" };

/**
 * Asked before the first pair, and whenever one is complete. A verdict that stands ends it, then
 * failures are confirmed, and only then it matters whether starts still give anything: three in a
 * row that don't would else cut the very pairs off that say whose failure it is.
 */
export function afterPair(
  state: RunState,
  pairs: readonly MadePair[] = madePairs(state),
  judge: Judge = standingOf,
): After {
  if (state.failed !== null) return end("failed");
  if (state.interrupted !== null) return end("interrupted");
  if (state.stopped !== null) return end("time-budget");
  if ([...state.variants.values()].some(({ failure }) => failure !== null)) return end("failed");
  const { settled, confirm } = judge(state);
  if (settled) return end("settled");
  const cells = confirm.flatMap(({ cell, pairs: more }) =>
    more > 0 && confirmedIn(state, pairs, cell) < CONFIRMING_PAIRS ? [cell] : [],
  );
  if (cells.length > 0) return { kind: "confirm", cells };
  const compared = comparedCells(state).length > 0;
  if (!compared || [...state.variants.keys()].some((name) => isFruitless(state, name))) {
    return end("failed");
  }
  const measured = pairs.filter(({ confirming, complete }) => complete && !confirming);
  return measured.length >= pairsAtMost(state.plan) ? end("all-made") : { kind: "measure" };
}

function end(ended: PairsEnd): After {
  return { kind: "end", ended };
}

/**
 * Each cell gets so many confirming pairs in a run, and no more: a failure that comes again is known.
 * One that says nothing, because this tool was late or the port was taken, is made again, within
 * reason.
 */
function confirmedIn(state: RunState, pairs: readonly MadePair[], cell: string): number {
  const twins = twinsOf(state).find(({ head }) => head.spec.id === cell);
  if (twins === undefined) return Number.POSITIVE_INFINITY;
  const made = pairs.filter(({ confirming, head }) => confirming && head?.cells?.includes(cell));
  if (made.length >= MOST_CONFIRMING) return Number.POSITIVE_INFINITY;
  return made.filter(
    ({ base, head }) =>
      base !== null &&
      head !== null &&
      attemptsIn(state, twins.base, base) !== null &&
      attemptsIn(state, twins.head, head) !== null,
  ).length;
}

function isFruitless(state: RunState, variant: string): boolean {
  const starts = state.starts.filter((start) => start.pair !== null && start.variant === variant);
  const last = starts.slice(-FRUITLESS_STARTS);
  return last.length === FRUITLESS_STARTS && last.every((start) => gaveNothing(state, start));
}

function gaveNothing(state: RunState, start: StartState): boolean {
  const rounds = (start.cells ?? []).flatMap((cell) => roundsIn(state, cell, start));
  return rounds.every(({ finding }) => finding.kind !== "pass");
}
