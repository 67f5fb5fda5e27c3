/** An engine's life, as data. */
import type { Memory } from "../result.ts";

/** How an engine's process ended, as far as can be told from outside. */
export interface EngineExit {
  exitCode: number | null;
  signal: string | null;
  /** `us`: ended because we asked; `guard`: ended by us for its memory; `itself`: everything else. */
  by: "us" | "guard" | "itself";
  /** Kills that the kernel (or the simulator in its stead) made for memory since the start. */
  oomKills: number;
  /** The peak of its process tree; null where it couldn't be read. */
  peak: Memory | null;
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
    | "engine-crashed"
    | "out-of-memory";
  evidence: string;
  exit: EngineExit | null;
}
