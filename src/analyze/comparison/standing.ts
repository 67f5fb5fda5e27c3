/** Where a comparison stands while it runs: whether more pairs of starts are wanted. Pure. */
import type { RunState } from "../../journal/state.ts";

export interface Standing {
  /** The verdict stands: further pairs would not be used. */
  settled: boolean;
  /** Head's cells that failed where base passed: so many confirming pairs are still to be made. */
  confirm: { cell: string; pairs: number }[];
}

/** Judged afresh whenever a pair is complete; with fewer pairs than the next look asks it can't be settled. */
export function standingOf(_state: RunState): Standing {
  return { settled: false, confirm: [] };
}
