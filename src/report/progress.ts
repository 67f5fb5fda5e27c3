/** What is going on, as data: the live view, the log lines and the tests read the same. */
import type { OutcomeKind } from "../result.ts";

export type ProgressPhase =
  | "provision"
  | "wait"
  | "start"
  | "probe"
  | "calibrate"
  | "confirm"
  | "replay"
  | "crosscheck"
  | "look"
  | "rung"
  | "measure"
  | "settle"
  | "stop"
  | "report";

/** One row of the live view. */
export interface ProgressCell {
  id: string;
  scenario: string;
  /** `requiresStringContent=true supportsTools=false`; empty where the scenario has no combinations. */
  combination: string;
  state: "waiting" | "running" | "passing" | "retired" | "done";
  /** What the attempts so far say; null before the first. */
  outcome: OutcomeKind | null;
  /** Measured rounds done, and how many there will be. */
  measured: number;
  planned: number;
  /** Median so far; null before the first measured round. */
  ttftMs: number | null;
  turnMs: number | null;
}

export interface Progress {
  phase: ProgressPhase;
  /** What is being done now, in a few words: `agent-turn requiresStringContent=true`. */
  doing: string;
  /** The attempt that has just ended; null when something else has. */
  finished: { label: string; outcome: OutcomeKind; tookMs: number | null } | null;
  variant: string;
  /** Counted from 1; null outside an engine's life. */
  start: {
    /** Of a comparison: the pair, counted from 1 among measured or confirming ones. */
    number: number;
    of: number;
    kind: "probe" | "measure";
  } | null;
  round: { number: number; of: number } | null;
  /** Requests done and planned, as far as known now. */
  requests: { done: number; planned: number };
  elapsedMs: number;
  /** Null until something was measured; of a comparison until its next look, where it may end. */
  remainingMs: number | null;
  /** Of a comparison: if every look leaves it open; absent: there is none. */
  remainingAtMostMs?: number | null;
  cells: ProgressCell[];
  simulated: boolean;
  synthetic: boolean;
  /** In a comparison: which pair of starts; null or absent: none. */
  pair?:
    | { kind: "measuring"; number: number; of: number; nextLook: number | null }
    /** To see whether head fails again. */
    | { kind: "confirming" }
    | null;
}
