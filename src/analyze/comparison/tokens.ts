/** Whether base and head were asked, and answered, equally long. Pure. */
import type { CellState, RunState } from "../../journal/state.ts";
import { type ComparedCells, comparedCells } from "../../plan/pairs/cells.ts";
import type { MadePair } from "../../plan/pairs/made.ts";
import { BASE, HEAD } from "../../plan/types.ts";
import { countTokens } from "../calibrate.ts";
import { calibrationOf } from "../knowledge.ts";
import { median } from "../statistics.ts";
import { nameOfCell } from "./cell-name.ts";
import { CLIENT, ENGINE, MODEL, type VariantDifference } from "./follows.ts";
import { measuredPairs } from "./metrics.ts";
import { roundsOf } from "./rounds.ts";

/** Fewer pairs may differ by one odd reply. */
const FEWEST_PAIRS = 3;
/** A share below which no figure moves by what a threshold would notice. */
const TOLERANCE = 0.01;

/** One more or less is where a reply happens to end. */
const FEWEST_TOKENS = 2;
/** Of the pairs, that must differ the same way: by chance about as many would the other. */
const SAME_WAY = 0.75;

const OF_PROMPT = [...MODEL, ...CLIENT, "sim"];
/** What computes other numbers may end a reply elsewhere, and so may any other code. */
const OF_OUTPUT = [
  ...OF_PROMPT,
  ...ENGINE,
  ...["quantize", "dtype", "turbo-quant", "paged-attention", "device"],
];

type Kind = "prompt" | "output";
type Counts = Record<Kind, number | null>;

/** Medians over the measured rounds of the twins, where they are more than 1% apart. */
export function tokenDifferences(state: RunState): VariantDifference[] {
  return comparedCells(state).flatMap((cells) =>
    (["prompt", "output"] as const).flatMap((kind) => {
      const found = lengthsOf(state, cells, kind);
      if (found === null) return [];
      const { base, head, decides } = found;
      const follows = kind === "prompt" ? OF_PROMPT : OF_OUTPUT;
      const what = `${kind} tokens of ${nameOfCell(cells.head.spec)}`;
      const text = (value: number) => String(Math.round(value));
      return [{ what, base: text(base), head: text(head), follows, decides }];
    }),
  );
}

/** Head's cells whose replies have another length than base's, meant or not: whole turns are other work. */
export function repliesDiffer(state: RunState): string[] {
  return comparedCells(state).flatMap((cells) =>
    lengthsOf(state, cells, "output") === null ? [] : [cells.head.spec.id],
  );
}

/** @returns null where they are as long, or as often one way as the other */
function lengthsOf(
  state: RunState,
  cells: ComparedCells,
  kind: Kind,
): { base: number; head: number; decides: boolean } | null {
  const pairs = measuredPairs(state);
  if (pairs.length < FEWEST_PAIRS) return null;
  const of = (made: readonly MadePair[], side: typeof BASE | typeof HEAD) =>
    countsOf(
      state,
      cells[side],
      made.flatMap((pair) => pair[side] ?? []),
    )[kind];
  const [base, head] = [of(pairs, BASE), of(pairs, HEAD)];
  if (base === null || head === null) return null;
  if (Math.abs(base - head) <= TOLERANCE * Math.max(base, head)) return null;
  const ways = pairs.flatMap((pair) => {
    const [one, two] = [of([pair], BASE), of([pair], HEAD)];
    return one === null || two === null ? [] : [Math.sign(two - one)];
  });
  const same = ways.filter((way) => way === Math.sign(head - base)).length;
  if (same < SAME_WAY * ways.length) return null;
  return { base, head, decides: Math.abs(base - head) >= FEWEST_TOKENS };
}

function countsOf(
  state: RunState,
  cell: CellState,
  starts: readonly RunState["starts"][number][],
): Counts {
  const calibration = calibrationOf(state.cells.values(), cell);
  const counted = starts
    .flatMap((start) => roundsOf(state, cell, start) ?? [])
    .flatMap((round) => {
      const call = round === "failed" || round.finding.kind !== "pass" ? undefined : round.calls[0];
      if (round === "failed" || call === undefined) return [];
      return [countTokens(call, 0, round.variation, calibration)];
    });
  const middle = (values: (number | null)[]) => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : median(known);
  };
  // Chunks are no tokens: how many there are says how they were sent.
  const sure = counted.filter(({ outputSource }) => outputSource !== "chunks");
  return {
    prompt: middle(counted.map(({ prompt }) => prompt)),
    output: middle(sure.map(({ output }) => output)),
  };
}
