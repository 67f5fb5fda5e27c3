/** Which start of a comparison is made next. Pure. */
import type { RunState } from "../../journal/state.ts";
import type { PairedStart, Step } from "../next.ts";
import { BASE } from "../types.ts";
import { comparedCells, twinsOf } from "./cells.ts";
import { afterPair, type Judge } from "./end.ts";
import { type MadePair, madePairs } from "./made.ts";
import { firstOf, otherOf } from "./planned.ts";
import { roundsOfNext } from "./rounds.ts";

/**
 * @param state no engine is up, and everything that is to be probed was
 * @returns null when there is no comparison, or it is over
 */
export function nextStartOfPairs(
  state: RunState,
  judge?: Judge,
): (Step & { kind: "start" }) | null {
  if (state.plan.comparison == null) return null;
  const pairs = madePairs(state);
  const last = pairs.at(-1);
  if (last !== undefined && !last.complete) return secondOf(state, last);
  const after = afterPair(state, pairs, judge);
  if (after.kind === "end") return null;
  const confirming = after.kind === "confirm";
  const index = pairs.filter((each) => each.confirming === confirming).length;
  const variant = firstOf(state.plan.seed, index, confirming);
  const compared = confirming
    ? twinsOf(state).filter(({ head }) => after.cells.includes(head.spec.id))
    : comparedCells(state);
  return startOf(state, variant, {
    pair: (last?.pair ?? -1) + 1,
    confirming,
    rounds: roundsOfNext(state, pairs),
    cells: compared.map((each) => (variant === BASE ? each.base : each.head).spec.id),
  });
}

/** The other variant, right after the first; null where a pair was cut and can't be completed. */
function secondOf(state: RunState, { pair, confirming, rounds, first, base, head }: MadePair) {
  const made = base ?? head;
  if (made === null || (base !== null && head !== null)) return null;
  const variant = otherOf(first);
  const twins = twinsOf(state).filter((each) =>
    made.cells?.includes((first === BASE ? each.base : each.head).spec.id),
  );
  const cells = twins.map((each) => (variant === BASE ? each.base : each.head).spec.id);
  return startOf(state, variant, { pair, confirming, rounds, cells });
}

function startOf(state: RunState, variant: string, pair: PairedStart): Step & { kind: "start" } {
  const start = state.starts.filter((each) => each.variant === variant).length;
  return { kind: "start", variant, start, phase: "measure", pair };
}
