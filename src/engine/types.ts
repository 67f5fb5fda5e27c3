/** An engine's life, as data. */
import type { Memory } from "../result.ts";

/** Who counted the kills for memory, and whose limit it was. */
export interface OomFacts {
  /**
   * `engine-cgroup`: the engine's own, exact. `kernel-log`: it names the process. `our-cgroup`: the
   * one that engine and tool share. `machine`: all of it, so it may be another's kill.
   */
  source: "engine-cgroup" | "kernel-log" | "our-cgroup" | "machine" | "simulator";
  /** `outer-cgroup`: of one around the engine's (container, service, job). Null: not known. */
  limitOf: "engine-cgroup" | "outer-cgroup" | "machine" | null;
  limitBytes: number | null;
}

/** What watching the memory cost. */
export interface Sampling {
  samples: number;
  /** CPU time that it took, or the wall time where that is not known, which is more. */
  spentMs: number;
  /** For how long was watched. */
  overMs: number;
}

/** Which means keep an engine from taking the machine down with it. */
export interface GuardMeans {
  /** Version of the engine's own cgroup; null where none could be made. */
  cgroup: 1 | 2 | null;
  /** Why there is no cgroup; null where there is one. */
  why: string | null;
  /** What was set; null where there is no such thing. */
  oomScoreAdj: number | null;
  /** Memory at which the watchdog ends it; null: no limit. */
  watchdogBytes: number | null;
}

/** How an engine's process ended, as far as can be told from outside. */
export interface EngineExit {
  exitCode: number | null;
  signal: string | null;
  /** `us`: ended because we asked; `guard`: ended by us for its memory; `itself`: everything else. */
  by: "us" | "guard" | "itself";
  /** Kills that the kernel (or the simulator in its stead) made for memory since the start. */
  oomKills: number;
  /** Absent in journals of older versions. */
  oom?: OomFacts;
  /** With `guard`: what it saw. */
  guarded?: { heldBytes: number; newSwapBytes: number | null };
  /**
   * The peak of its process tree, in the attempt that it died in where there was one; null where it
   * couldn't be read.
   */
  peak: Memory | null;
  peakVramBytes?: number | null;
  /** Limit of its address space (`ulimit -v`); null: none. */
  addressSpaceBytes?: number | null;
  /** Tokens of the last prompt that its log names. */
  lastPromptTokens?: number | null;
  sampling?: Sampling | null;
  /** Last lines of its log, oldest first. */
  logTail: string[];
  limitBytes: number | null;
}

/** Engine start that came to nothing. */
export interface StartFailure {
  kind:
    | "unreachable"
    | "not-ready"
    | "load-failed"
    | "model-missing"
    | "wrong-device"
    | "port-taken"
    | "engine-crashed"
    | "out-of-memory";
  evidence: string;
  exit: EngineExit | null;
}
