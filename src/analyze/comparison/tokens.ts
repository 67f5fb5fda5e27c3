/** Whether base and head were asked, and answered, equally long. Pure. */
import type { CellState, RunState } from "../../journal/state.ts";
import { comparedCells } from "../../plan/pairs/cells.ts";
import { BASE, HEAD } from "../../plan/types.ts";
import { countTokens } from "../calibrate.ts";
import { calibrationOf } from "../knowledge.ts";
import { median } from "../statistics.ts";
import { nameOfCell } from "./cell-name.ts";
import { CLIENT, MODEL, type VariantDifference } from "./follows.ts";
import { measuredPairs } from "./metrics.ts";
import { roundsOf } from "./rounds.ts";

/** Fewer pairs may differ by one odd reply. */
const FEWEST_PAIRS = 3;
/** A share below which no figure moves by what a threshold would notice. */
const TOLERANCE = 0.01;

const OF_PROMPT = [...MODEL, ...CLIENT, "sim"];
/** What computes other numbers may end a reply elsewhere. */
const NUMBERS = ["quantize", "dtype", "turbo-quant", "paged-attention", "device"];

/** Medians over the measured rounds of the twins, where they are more than 1% apart. */
export function tokenDifferences(state: RunState): VariantDifference[] {
  const pairs = measuredPairs(state);
  if (pairs.length < FEWEST_PAIRS) return [];
  return comparedCells(state).flatMap(({ base, head }) => {
    const counts = [base, head].map((cell) => {
      const side = cell.spec.variant === BASE ? BASE : HEAD;
      const starts = pairs.flatMap((pair) => pair[side] ?? []);
      return countsOf(state, cell, starts);
    });
    return (["prompt", "output"] as const).flatMap((kind) => {
      const [one, two] = counts.map((count) => count[kind]);
      if (one == null || two == null) return [];
      if (Math.abs(one - two) <= TOLERANCE * Math.max(one, two)) return [];
      const follows = kind === "prompt" ? OF_PROMPT : [...OF_PROMPT, ...NUMBERS];
      const what = `${kind} tokens of ${nameOfCell(head.spec)}`;
      const text = (value: number) => String(Math.round(value));
      return [{ what, base: text(one), head: text(two), follows, decides: true }];
    });
  });
}

function countsOf(
  state: RunState,
  cell: CellState,
  starts: readonly RunState["starts"][number][],
): { prompt: number | null; output: number | null } {
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
