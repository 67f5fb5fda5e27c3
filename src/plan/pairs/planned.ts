/** How many pairs a comparison makes at most, and in which order. Pure. */
import { seededRandom } from "../random.ts";
import { BASE, HEAD, isAttached, type Plan } from "../types.ts";

/**
 * Running servers that nobody restarts: there are no starts to pair. Blocks of one round each
 * alternate between them instead, so that drift meets both; they can only be described.
 */
export function areBlocks({ comparison, variants }: Plan): boolean {
  return (
    comparison != null &&
    variants.every((variant) => isAttached(variant) && variant.restartCommand == null)
  );
}

/** Pairs that are measured at most, confirming ones not counted. */
export function pairsAtMost(plan: Plan): number {
  return areBlocks(plan) ? plan.starts * plan.rounds : plan.starts;
}

/**
 * Which variant comes first: of each two pairs one begins with base and one with head, and which of
 * the two comes first is drawn. So neither drift nor what the first leaves behind is on one side.
 * @param index counted among the measured pairs, or among the confirming ones
 */
export function firstOf(seed: number, index: number, confirming: boolean): string {
  const block = Math.floor(index / 2);
  const random = seededRandom(seed * 7919 + block * 2 + (confirming ? 1 : 0) + 0x5eed);
  const [one, two] = random() < 0.5 ? [BASE, HEAD] : [HEAD, BASE];
  return index % 2 === 0 ? one : two;
}

export function otherOf(variant: string): string {
  return variant === BASE ? HEAD : BASE;
}
