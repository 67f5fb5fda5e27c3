/** Whether head still works: failures are judged apart from speed, and never by speed. */
import type { Look } from "./looks.ts";
import { signFlip } from "./sign-flip.ts";
import { tangoInterval } from "./tango.ts";

/** Fresh pairs of starts that settle whether a failure is head's own. */
export const CONFIRMING_PAIRS = 3;
/** A failure that the same request always meets is settled when it is met again. */
const SETTLED_BY = 2;

/** Requests (or turns) of one cell in one start. */
export interface Attempts {
  ok: number;
  failed: number;
}

export interface SuccessEvidence {
  cell: string;
  /** What base did in its probe, before anything was measured. */
  basePassed: boolean;
  /**
   * A failure of head's whose kind is the same for the same request (a refusal by the server, a
   * load that fails), and how often it was met; null: none.
   */
  deterministic: { kind: string; seen: number } | null;
  /** Measured pairs of starts, in order. */
  pairs: readonly { base: Attempts; head: Attempts }[];
  /** Fresh pairs that were made because head failed: whether each start passed. */
  confirmation: readonly { base: boolean; head: boolean }[];
  /** Head failed in its probe, in a way that is not settled. */
  headFailedProbe: boolean;
}

/** How often the two failed, of starts that failed at least once. */
export interface Failures {
  /** Share of requests. */
  base: number;
  head: number;
  /** One-sided p-value that head fails more often, by sign flips of the pairs; null before a look. */
  p: number | null;
  level: number | null;
  /** Share of starts with a failure, head less base, with Tango's 95% interval. */
  starts: { difference: number; low: number; high: number } | null;
}

export type SuccessDecision = { cell: string; failures: Failures } & (
  | { state: "works" }
  /** Base fails too: head breaks nothing. */
  | { state: "base-fails" }
  /** Head failed where base passed: so many fresh pairs are to be made before it is called broken. */
  | { state: "confirm"; pairs: number }
  | { state: "broken"; because: "deterministic"; kind: string; seen: number }
  | { state: "broken"; because: "confirmed"; pairs: number }
  | { state: "broken"; because: "fails-more-often" }
);

/**
 * Broken is head when a deterministic failure was met twice; when it failed all of three fresh
 * starts and base passed all of its; or when over the measured pairs it fails more often than base
 * by the exact sign-flip test of the shares of failed requests, at an error of its own (1% over all
 * looks and all cells, each of which gets an equal part). A flake on both sides is none of these.
 *
 * A start passes when more than half of its requests did: where its median is a number.
 * @param cells that are compared in pairs of starts
 */
export function decideSuccess(
  evidence: SuccessEvidence,
  look: Look | null,
  cells = 1,
): SuccessDecision {
  const { cell, basePassed, deterministic, confirmation } = evidence;
  const failures = failuresOf(evidence, look, cells);
  const decided = { cell, failures };
  if (!basePassed) return { ...decided, state: "base-fails" };
  if (deterministic !== null && deterministic.seen >= SETTLED_BY) {
    return { ...decided, state: "broken", because: "deterministic", ...deterministic };
  }
  const { p, level } = failures;
  if (p !== null && level !== null && p <= level) {
    return { ...decided, state: "broken", because: "fails-more-often" };
  }
  const suspected =
    deterministic !== null ||
    evidence.headFailedProbe ||
    evidence.pairs.some(({ base, head }) => passes(base) && !passes(head));
  if (!suspected) return { ...decided, state: "works" };
  const settled = confirmation.slice(0, CONFIRMING_PAIRS);
  // One start that passes, or one of base's that fails, and three of three can't come any more.
  if (settled.some(({ base, head }) => head || !base)) return { ...decided, state: "works" };
  const missing = CONFIRMING_PAIRS - settled.length;
  return missing > 0
    ? { ...decided, state: "confirm", pairs: missing }
    : { ...decided, state: "broken", because: "confirmed", pairs: CONFIRMING_PAIRS };
}

export function passes({ ok, failed }: Attempts): boolean {
  return ok > failed;
}

function failuresOf({ pairs }: SuccessEvidence, look: Look | null, cells: number): Failures {
  const judged = look === null ? pairs : pairs.slice(0, look.pairs);
  const share = ({ ok, failed }: Attempts) => (ok + failed === 0 ? 0 : failed / (ok + failed));
  const total = (side: "base" | "head") =>
    share(
      judged.reduce(
        (sum, pair) => ({ ok: sum.ok + pair[side].ok, failed: sum.failed + pair[side].failed }),
        { ok: 0, failed: 0 },
      ),
    );
  const alone = (one: "base" | "head", other: "base" | "head") =>
    judged.filter((pair) => pair[one].failed > 0 && pair[other].failed === 0).length;
  const [headAlone, baseAlone] = [alone("head", "base"), alone("base", "head")];
  const n = judged.length;
  return {
    base: total("base"),
    head: total("head"),
    p: look === null ? null : signFlip(judged.map(({ base, head }) => share(head) - share(base))),
    level: look?.failures(cells) ?? null,
    starts: n === 0 ? null : interval(headAlone, baseAlone, n),
  };
}

function interval(headAlone: number, baseAlone: number, n: number) {
  const [low, high] = tangoInterval(headAlone, baseAlone, n, 0.95);
  return { difference: (headAlone - baseAlone) / n, low, high };
}
