/** Which pair of starts a comparison is at. Pure. */

import type { RunState, StartState } from "../../journal/state.ts";
import { areBlocks, pairsAtMost } from "../../plan/pairs/planned.ts";
import type { Progress } from "../../report/progress.ts";
import { nextLook } from "../verdict/looks.ts";

/** Null outside a pair, and where nothing is compared. */
export function pairOf({ live, plan, starts }: RunState): NonNullable<Progress["pair"]> | null {
  if (live === null || plan.comparison == null) return null;
  const current = starts.find(
    ({ variant, start }) => variant === live.variant && start === live.start,
  );
  if (current === undefined || current.pair === null) return null;
  const before = new Set(
    starts
      .filter((start) => isFigure(start) && start.pair !== current.pair)
      .map(({ pair }) => pair),
  );
  if (current.confirming) return { kind: "confirming" };
  // Running servers are asked a round each in turn, and never judged.
  return {
    kind: "measuring",
    number: before.size + 1,
    of: pairsAtMost(plan),
    nextLook: areBlocks(plan) ? null : nextLook(plan.starts, before.size),
  };
}

/** Confirming pairs are no part of the figures. */
function isFigure({ pair, confirming }: StartState): boolean {
  return pair !== null && !confirming;
}
