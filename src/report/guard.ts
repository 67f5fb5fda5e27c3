/** What kept the engine within bounds, what watching it cost, and whom it waited for. Pure. */
import type { Result } from "../result.ts";
import { bytes, duration, percent } from "./format.ts";

/** Null where no engine was started that needs a guard. */
export function guardLine({ guard }: Result): string | null {
  if (guard === null) return null;
  const limit =
    guard.limitBytes === null
      ? "without a memory limit"
      : `memory limit ${bytes(guard.limitBytes)}`;
  const means = [
    guard.cgroup === null
      ? `no cgroup of its own (${guard.why ?? "not permitted"})`
      : `held by a cgroup of its own (version ${guard.cgroup})`,
    guard.watchdogBytes === null ? null : `a watchdog at ${bytes(guard.watchdogBytes)}`,
    guard.oomScoreAdj === null ? null : `oom_score_adj raised to ${guard.oomScoreAdj}`,
  ].filter((each) => each !== null);
  return `${limit}: ${means.join(", ")}`;
}

/** Null where memory wasn't watched. */
export function samplingLine({ memorySampling: sampling }: Result): string | null {
  if (sampling === null) return null;
  return `every ${Math.round(sampling.everyMs)} ms, at ${percent(sampling.share)} of a core`;
}

/** Waits of a second and less are not worth a line. */
export function lockLine({ lockWaitMs }: Result): string | null {
  if (lockWaitMs === null || lockWaitMs <= 1000) return null;
  return `${duration(lockWaitMs)} for another run on this machine to end`;
}
