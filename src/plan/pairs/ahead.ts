/** How far a comparison still has to go. Pure. */

import { median } from "../../analyze/statistics.ts";
import { nextLook } from "../../analyze/verdict/looks.ts";
import type { RunState } from "../../journal/state.ts";
import { isAttached, type Plan } from "../types.ts";
import { madePairs } from "./made.ts";
import { areBlocks, pairsAtMost } from "./planned.ts";
import { FIRST_ROUNDS, roundsOfNext } from "./rounds.ts";

export interface Ahead {
  /** Measured pairs, in all, by the next look: it may end there. */
  nextLook: number;
  atMost: number;
  /** Rounds of a start, as far as known now. */
  rounds: number;
}

/** Before anything was started. */
export function aheadOf(plan: Plan): Ahead {
  const atMost = pairsAtMost(plan);
  const rounds = areBlocks(plan) ? 1 : (plan.comparison?.rounds ?? FIRST_ROUNDS);
  return { nextLook: lookAfter(plan, 0), atMost, rounds };
}

export function aheadIn(state: RunState): Ahead {
  const pairs = madePairs(state);
  const made = pairs.filter(({ confirming, complete }) => complete && !confirming).length;
  const { plan } = state;
  return {
    nextLook: lookAfter(plan, made),
    atMost: pairsAtMost(plan),
    rounds: roundsOfNext(state, pairs),
  };
}

/** Blocks of running servers are looked at once, when all were made. */
function lookAfter(plan: Plan, pairs: number): number {
  const atMost = pairsAtMost(plan);
  return areBlocks(plan) ? atMost : (nextLook(atMost, pairs) ?? atMost);
}

/** What so many pairs take to launch and load, as the starts so far did. */
export function loadingMs(state: RunState, pairs: number): number {
  return state.plan.variants.reduce((sum, { name }) => {
    const own = state.starts.filter(({ variant }) => variant === name);
    const ready = own.flatMap(({ readyMs }) => readyMs ?? []);
    const made = own.filter(({ pair, confirming }) => pair !== null && !confirming).length;
    return sum + (ready.length === 0 ? 0 : median(ready) * Math.max(0, pairs - made));
  }, 0);
}

/** Starts of all variants, probing ones among them, for so many pairs. */
export function startsFor({ variants }: Plan, pairs: number): number {
  const started = variants.filter(
    (variant) => !isAttached(variant) || variant.restartCommand != null,
  );
  return started.length * (pairs + 1);
}
