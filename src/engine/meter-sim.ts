/** The simulator uses no real memory: it keeps an account of what it pretends to use, in a file. */
import { readFileSync } from "node:fs";
import type { Memory } from "../result.ts";
import { larger, type Meter } from "./meter.ts";

/** @returns a meter that also counts the kills for memory that the simulator has played */
export function meterSimulator(statePath: string): Meter & { oomKills(): number } {
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
    members: () => [],
    addressSpaceBytes: () => null,
    sampling: () => null,
    oomKills: () => oomKills,
    stop: () => {},
  };
}
