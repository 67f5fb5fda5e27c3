/** Memory and CPU of an engine while it lives. */
import {
  addressSpaceLimitOf,
  cpuMsOf,
  familyOf,
  groupMembers,
  type ProcessUsage,
  resetPeak,
  usageOf,
} from "../host/proc.ts";
import type { Memory } from "../result.ts";
import type { EngineCgroup } from "./cgroup.ts";
import type { Sampling } from "./types.ts";

/** The guard's eye: what can't be reclaimed, and what the system has swapped out since the start. */
export type OnSample = (seen: { heldBytes: number; newSwapBytes: number | null }) => void;

export interface Meter {
  /** Peak since {@link resetPeak}, or since the start. */
  peak(): Memory | null;
  /** Peak over the whole life. */
  lifePeak(): Memory | null;
  resetPeak(): void;
  /** CPU time so far in ms; null where unknown. */
  cpuMs(): number | null;
  /** The engine's processes, as last seen. */
  members(): readonly number[];
  /** `ulimit -v`; null: none, or unknown. */
  addressSpaceBytes(): number | null;
  /** What the watching has cost so far; null for the simulator, which is only asked. */
  sampling(): Sampling | null;
  /** Takes a sample now. */
  sample(): void;
  stop(): void;
}

const SAMPLE_EVERY_MS = 100;
/** A sample is followed by a pause of at least so many times its own cost: under 1% of a core. */
export const PAUSE_PER_COST = 125;
/** Children appear seldom: looking for them may mean reading every process. */
const LOOK_FOR_CHILDREN_EVERY = 20;

/**
 * Watches a process group by /proc.
 * @param cgroup the engine's own, where it has one: it knows all its processes
 */
export function meterProcess(
  pgid: number,
  onSample: OnSample,
  cgroup: EngineCgroup | null = null,
): Meter {
  const began = performance.now();
  let members = [pgid];
  let addressSpaceBytes: number | null = null;
  let samples = 0;
  let spentMs = 0;
  let phase: Memory | null = null;
  let life: Memory | null = null;
  const look = () => {
    members = [...new Set([pgid, ...(cgroup === null ? groupMembers(pgid) : cgroup.members())])];
    addressSpaceBytes = addressSpaceLimitOf(pgid) ?? addressSpaceBytes;
  };
  const sample = () => {
    const from = performance.now();
    if (samples++ % LOOK_FOR_CHILDREN_EVERY === 0) look();
    const usages = members.map(usageOf).filter((usage): usage is ProcessUsage => usage !== null);
    if (usages.length > 0) {
      const sum = (field: "rssBytes" | "heldBytes") =>
        usages.reduce((total, usage) => total + usage[field], 0);
      const highest = Math.max(sum("rssBytes"), ...usages.map((usage) => usage.peakBytes ?? 0));
      const swap = usages.reduce<number | null>(
        (total, usage) => (usage.swapBytes === null ? total : (total ?? 0) + usage.swapBytes),
        null,
      );
      phase = larger(phase, { bytes: highest, kind: "rss", swapBytes: swap });
      life = larger(life, phase);
      onSample({ heldBytes: sum("heldBytes"), newSwapBytes: null });
    }
    spentMs += performance.now() - from;
  };
  const clock = repeat(sample, SAMPLE_EVERY_MS);
  return {
    sample,
    peak: () => phase,
    lifePeak: () => life,
    resetPeak: () => {
      for (const pid of members) resetPeak(pid);
      phase = null;
      sample();
    },
    cpuMs: () => {
      const times = members.map(cpuMsOf).filter((ms): ms is number => ms !== null);
      return times.length === 0 ? null : times.reduce((sum, ms) => sum + ms, 0);
    },
    members: () => members,
    addressSpaceBytes: () => addressSpaceBytes,
    sampling: () => ({ samples, spentMs, overMs: performance.now() - began }),
    stop: clock.stop,
  };
}

/** Only watched, and only while asked: no mark of a process that isn't ours is touched. */
export function watchServer(pid: number): { begin(): void; peak(): Memory | null; stop(): void } {
  let highest: Memory | null = null;
  let clock: { stop(): void } | null = null;
  let members: number[] = [];
  let samples = 0;
  const sample = () => {
    if (samples++ % LOOK_FOR_CHILDREN_EVERY === 0) members = familyOf(pid);
    const usages = members.map(usageOf).filter((usage): usage is ProcessUsage => usage !== null);
    if (usages.length === 0) return;
    const bytes = usages.reduce((total, usage) => total + usage.rssBytes, 0);
    highest = larger(highest, { bytes, kind: "rss", swapBytes: null });
  };
  return {
    begin: () => {
      highest = null;
      clock ??= repeat(sample, SAMPLE_EVERY_MS);
      sample();
    },
    peak: () => {
      sample();
      return highest;
    },
    stop: () => clock?.stop(),
  };
}

/** Does something at once and then again and again, seldom enough to stay under 1% of a core. */
function repeat(act: () => void, everyMs: number): { stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const turn = () => {
    const from = performance.now();
    act();
    const costMs = performance.now() - from;
    if (stopped) return;
    timer = setTimeout(turn, Math.max(everyMs, costMs * PAUSE_PER_COST));
    timer.unref();
  };
  turn();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

export function larger(a: Memory | null, b: Memory): Memory {
  return a !== null && a.bytes > b.bytes ? a : b;
}
