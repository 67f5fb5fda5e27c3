/** Memory and CPU of an engine while it lives. */
import { readFileSync } from "node:fs";
import {
  cpuMsOf,
  groupMembers,
  kernelOomKills,
  type ProcessUsage,
  resetPeak,
  usageOf,
} from "../host/proc.ts";
import type { Memory } from "../result.ts";

export interface Meter {
  /** Peak since {@link resetPeak}, or since the start. */
  peak(): Memory | null;
  /** Peak over the whole life. */
  lifePeak(): Memory | null;
  resetPeak(): void;
  /** CPU time so far in ms; null where unknown. */
  cpuMs(): number | null;
  /** Kills for memory since this engine began. */
  oomKills(): number;
  /** Takes a sample now. */
  sample(): void;
  stop(): void;
}

const SAMPLE_EVERY_MS = process.platform === "linux" ? 100 : 1000;
/** Children appear seldom: looking for them means reading every process. */
const LOOK_FOR_CHILDREN_EVERY = 20;

/**
 * Watches a process group.
 * @param onSample called with the group's memory now: the guard's eye
 */
export function meterProcess(pgid: number, onSample: (bytes: number) => void): Meter {
  const oomBefore = kernelOomKills();
  let members = [pgid];
  let ticks = 0;
  let phase: Memory | null = null;
  let life: Memory | null = null;
  const sample = () => {
    if (ticks++ % LOOK_FOR_CHILDREN_EVERY === 0)
      members = [...new Set([pgid, ...groupMembers(pgid)])];
    const usages = members.map(usageOf).filter((usage): usage is ProcessUsage => usage !== null);
    if (usages.length === 0) return;
    const now = usages.reduce((sum, usage) => sum + usage.rssBytes, 0);
    const highest = Math.max(now, ...usages.map((usage) => usage.peakBytes ?? 0));
    const swap = usages.reduce<number | null>(
      (sum, usage) => (usage.swapBytes === null ? sum : (sum ?? 0) + usage.swapBytes),
      null,
    );
    phase = larger(phase, { bytes: highest, kind: "rss", swapBytes: swap });
    life = larger(life, phase);
    onSample(now);
  };
  const timer = setInterval(sample, SAMPLE_EVERY_MS);
  timer.unref();
  sample();
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
    oomKills: () => kernelOomKills() - oomBefore,
    stop: () => clearInterval(timer),
  };
}

/** The simulator uses no real memory: it keeps an account of what it pretends to use, in a file. */
export function meterSimulator(statePath: string): Meter {
  let phase: Memory | null = null;
  let life: Memory | null = null;
  let oomKills = 0;
  let prompts = 0;
  const read = (): Record<string, number | null> | null => {
    try {
      return JSON.parse(readFileSync(statePath, "utf8"));
    } catch {
      // Not written yet.
      return null;
    }
  };
  const sample = () => {
    const state = read();
    if (state === null) return;
    oomKills = state.oomKills ?? 0;
    const memory = (bytes: number): Memory => ({
      bytes: Math.round(bytes),
      kind: "simulated",
      swapBytes: null,
    });
    life = larger(life, memory(Math.max(state.rssBytes ?? 0, state.peakBytes ?? 0)));
    // A request that never reached the queue left the peak of the one before it there.
    const recent = (state.prompts ?? 0) > prompts ? state.phasePeakBytes : state.rssBytes;
    phase = larger(phase, memory(recent ?? 0));
  };
  return {
    sample,
    peak: () => phase,
    lifePeak: () => life,
    resetPeak: () => {
      phase = null;
      prompts = read()?.prompts ?? 0;
    },
    cpuMs: () => {
      const state = read();
      if (state?.cpuMs == null) return null;
      // What it is at now counts as well: it writes only when a request begins or ends.
      return state.cpuMs + (state.busySince ? Date.now() - state.busySince : 0);
    },
    oomKills: () => oomKills,
    stop: () => {},
  };
}

function larger(a: Memory | null, b: Memory): Memory {
  return a !== null && a.bytes > b.bytes ? a : b;
}
