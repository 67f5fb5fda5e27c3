/** Watches an engine on macOS: `footprint`, `sysctl` and `ps`, seldom, because each call costs. */
import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import { footprintArgs, parseFootprint, parseSwapUsed } from "../host/mac.ts";
import { cpuMsOf, groupMembers } from "../host/proc.ts";
import type { Memory } from "../result.ts";
import { larger, type Meter, type OnSample, PAUSE_PER_COST } from "./meter.ts";

const run = promisify(execFile);
const SAMPLE_EVERY_MS = 1000;
const LOOK_FOR_CHILDREN_EVERY = 10;

/**
 * The peak of the whole life is the kernel's own count; that of an attempt is the highest sample,
 * or the life's peak where it rose meanwhile.
 */
export function meterMac(pgid: number, onSample: OnSample, env: NodeJS.ProcessEnv): Meter {
  const began = performance.now();
  const options = { encoding: "utf8", env, timeout: 10_000 } as const;
  let members = [pgid];
  let samples = 0;
  let spentMs = 0;
  let phase: Memory | null = null;
  let life: Memory | null = null;
  let peakBefore = 0;
  let swapBefore: number | null = null;
  let swapUsed: number | null = null;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const take = (footprint: string, swap: string) => {
    const memory = parseFootprint(footprint);
    swapUsed = parseSwapUsed(swap) ?? swapUsed;
    swapBefore ??= swapUsed;
    if (memory === null) return;
    const newSwapBytes =
      swapUsed === null || swapBefore === null ? null : Math.max(0, swapUsed - swapBefore);
    const highest = memory.peakBytes > peakBefore ? memory.peakBytes : memory.bytes;
    const of = (bytes: number): Memory => {
      return { bytes, kind: "phys_footprint", swapBytes: newSwapBytes };
    };
    phase = larger(phase, of(highest));
    life = larger(life, of(Math.max(memory.bytes, memory.peakBytes)));
    onSample({ heldBytes: memory.bytes, newSwapBytes });
  };
  const turn = async () => {
    const from = performance.now();
    if (samples++ % LOOK_FOR_CHILDREN_EVERY === 0) {
      members = [...new Set([pgid, ...groupMembers(pgid)])];
    }
    const told = (command: string, args: string[]) =>
      run(command, args, options).then(
        ({ stdout }) => stdout,
        () => "",
      );
    const footprint = await told("footprint", footprintArgs(members));
    const swap = await told("sysctl", ["vm.swapusage"]);
    if (stopped) return;
    take(footprint, swap);
    // The wall time of the children: more than the CPU that they used.
    const costMs = performance.now() - from;
    spentMs += costMs;
    timer = setTimeout(turn, Math.max(SAMPLE_EVERY_MS, costMs * PAUSE_PER_COST));
    timer.unref();
  };
  void turn();
  /** Blocks for some 40 ms: only between attempts. */
  const sample = () => {
    const from = performance.now();
    try {
      const stdio = ["ignore", "pipe", "ignore"] as const;
      const footprint = execFileSync("footprint", footprintArgs(members), {
        ...options,
        stdio: [...stdio],
      });
      take(footprint, "");
    } catch {
      // Gone, or not permitted.
    }
    samples++;
    spentMs += performance.now() - from;
  };
  return {
    sample,
    peak: () => phase,
    lifePeak: () => life,
    resetPeak: () => {
      peakBefore = life?.bytes ?? 0;
      phase = null;
    },
    cpuMs: () => {
      const times = members.map(cpuMsOf).filter((ms): ms is number => ms !== null);
      return times.length === 0 ? null : times.reduce((sum, ms) => sum + ms, 0);
    },
    members: () => members,
    addressSpaceBytes: () => null,
    sampling: () => ({ samples, spentMs, overMs: performance.now() - began }),
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
