/** What starts and rounds cost in time, as the pairs so far tell. Pure. */
import { median } from "../../analyze/statistics.ts";
import type { RunState, StartState } from "../../journal/state.ts";
import { type MadePair, roundsIn } from "./made.ts";

export interface Costs {
  /** Launch, load, warm-up, and the end. */
  startMs: number;
  /** A round of all cells of one variant. */
  roundMs: number;
}

/**
 * Medians over the starts that had all their rounds.
 * @returns null before there is one
 */
export function startCosts(state: RunState, pairs: readonly MadePair[]): Costs | null {
  const starts = pairs
    .filter(({ confirming }) => !confirming)
    .flatMap(({ base, head }) => [base, head])
    .flatMap((start) => (start === null ? [] : (costOf(state, start) ?? [])));
  if (starts.length === 0) return null;
  return {
    startMs: median(starts.map(({ startMs }) => startMs)),
    roundMs: median(starts.map(({ roundMs }) => roundMs)),
  };
}

function costOf(state: RunState, start: StartState): Costs | null {
  const { begunMs, endedMs, cells, rounds } = start;
  const spans = (cells ?? []).flatMap((cell) => {
    const attempts = roundsIn(state, cell, start);
    return attempts.length < rounds ? [null] : attempts.map(({ span }) => span);
  });
  const known = spans.filter((span) => span !== null);
  if (endedMs === null || known.length === 0 || known.length < spans.length) return null;
  const from = Math.min(...known.map(([begun]) => begun));
  const to = Math.max(...known.map(([, ended]) => ended));
  return { startMs: from - begunMs + (endedMs - to), roundMs: (to - from) / rounds };
}
