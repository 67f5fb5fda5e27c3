/** What a cell has come to, once it is settled. Pure. */
import { refusal } from "../analyze/fit/gate.ts";
import {
  attemptsOf,
  type CellState,
  hasPassed,
  isProbed,
  type RunState,
} from "../journal/state.ts";
import type { OutcomeKind } from "../result.ts";
import { PROBES } from "./types.ts";

/** @returns null while it is being probed; `not-run` for what doesn't fit and isn't sent */
export function settledAs(state: RunState, cell: CellState): OutcomeKind | null {
  if (cell.refused !== undefined) return "client-refused";
  if (refusal(state, cell) !== null) return "not-run";
  // A session takes many turns, and minutes: one says enough.
  if (cell.spec.rung?.part === "session") {
    return attemptsOf(cell, "probe")[0]?.finding.kind ?? null;
  }
  if (!isProbed(cell, PROBES)) return null;
  if (hasPassed(cell)) return "pass";
  const kinds = attemptsOf(cell, "probe").map(({ finding }) => finding.kind);
  const count = (kind: OutcomeKind) => kinds.filter((each) => each === kind).length;
  return kinds.toSorted((a, b) => count(b) - count(a))[0] ?? null;
}
