/** Signs that a run had a bad moment: what else went on on the machine. Pure. */
import type { Warning } from "../result.ts";

export interface Throttling {
  times: number;
  ms: number;
}

export interface GpuMoment {
  utilizationPercent: number | null;
  /** Time slowed down for heat since the driver was loaded, ms. */
  thermalMs: number | null;
}

/** The machine at one instant; counters count from boot. Null: unknown. */
export interface Moment {
  /** One-minute load average. */
  load1: number | null;
  ticks: { total: number; steal: number } | null;
  throttling: Throttling | null;
  thermalThrottles: number | null;
  swapUsedBytes: number | null;
  gpus: GpuMoment[] | null;
  /** Memory of the processes on a GPU that aren't ours. */
  gpuOthers: { bytes: number | null }[] | null;
}

export interface Moments {
  start: Moment | null;
  end: Moment | null;
}

const STEAL_SHARE = 0.05;
/** The engine itself keeps about one thread a core at work: at the end only more than that is news. */
const LOAD_AT_END = 2;
const SWAP_BYTES = 64 * 2 ** 20;
const THROTTLED_MS = 100;
const IDLE_GPU_PERCENT = 10;

/** @param cores of the machine: the load average counts its whole */
export function momentWarnings({ start, end }: Moments, cores: number): Warning[] {
  const warnings: Warning[] = [];
  const warn = (code: string, text: string) => warnings.push({ code, text });
  if (start?.load1 != null && start.load1 > cores) {
    warn(
      "machine-busy",
      `When the run began, the load average was ${start.load1.toFixed(1)} on ${cores} cores: other programs were at work, and figures may be too slow.`,
    );
  } else if (end?.load1 != null && end.load1 > cores * LOAD_AT_END) {
    warn(
      "machine-busy",
      `When the run ended, the load average was ${end.load1.toFixed(1)} on ${cores} cores, more than the engine explains: other programs were at work, and figures may be too slow.`,
    );
  }
  if (start?.gpuOthers != null && start.gpuOthers.length > 0)
    warn("gpu-shared", shared(start.gpuOthers, "began"));
  else if (end?.gpuOthers != null && end.gpuOthers.length > 0)
    warn("gpu-shared", shared(end.gpuOthers, "ended"));
  else {
    const busiest = Math.max(0, ...(start?.gpus ?? []).map((gpu) => gpu.utilizationPercent ?? 0));
    if (busiest > IDLE_GPU_PERCENT) {
      warn(
        "gpu-busy",
        `Before the engine was started, a GPU was busy at ${busiest}%: somebody else uses it, and figures may be too slow.`,
      );
    }
  }
  if (start !== null && end !== null) warnings.push(...between(start, end));
  return warnings;
}

function shared(others: { bytes: number | null }[], when: string): string {
  const total = others.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  const memory = total === 0 ? "" : `, with ${(total / 2 ** 30).toFixed(1)} GiB of its memory`;
  const who = others.length === 1 ? "another process was" : `${others.length} other processes were`;
  return `When the run ${when}, ${who} on the GPU${memory}: speed and the room for the model are not those of an idle one.`;
}

function between(start: Moment, end: Moment): Warning[] {
  const warnings: Warning[] = [];
  const ticks = (end.ticks?.total ?? 0) - (start.ticks?.total ?? 0);
  const stolen = ((end.ticks?.steal ?? 0) - (start.ticks?.steal ?? 0)) / Math.max(1, ticks);
  if (start.ticks !== null && end.ticks !== null && stolen > STEAL_SHARE) {
    const text = `During the run the hypervisor gave ${Math.round(stolen * 100)}% of the CPU's time to others (steal): figures may be too slow.`;
    warnings.push({ code: "cpu-stolen", text });
  }
  const times = (end.throttling?.times ?? 0) - (start.throttling?.times ?? 0);
  const held = (end.throttling?.ms ?? 0) - (start.throttling?.ms ?? 0);
  if (start.throttling !== null && times > 0 && held > THROTTLED_MS) {
    const text = `The container's CPU limit held its processes back ${times} times, for ${(held / 1000).toFixed(1)} s in all: figures are those of the limit, not of the machine.`;
    warnings.push({ code: "cpu-throttled", text });
  }
  const hot = (end.thermalThrottles ?? 0) - (start.thermalThrottles ?? 0);
  if (start.thermalThrottles !== null && hot > 0) {
    const text = `The CPU was slowed down for heat ${hot} times during the run.`;
    warnings.push({ code: "cpu-hot", text });
  }
  const gpuHot = (end.gpus ?? []).map(
    (gpu, index) => (gpu.thermalMs ?? 0) - (start.gpus?.[index]?.thermalMs ?? gpu.thermalMs ?? 0),
  );
  const hottest = Math.max(0, ...gpuHot);
  if (hottest > THROTTLED_MS) {
    const text = `A GPU was slowed down for heat for ${(hottest / 1000).toFixed(1)} s during the run.`;
    warnings.push({ code: "gpu-hot", text });
  }
  const swapped = (end.swapUsedBytes ?? 0) - (start.swapUsedBytes ?? 0);
  if (start.swapUsedBytes !== null && swapped > SWAP_BYTES) {
    const text = `Swap in use grew by ${(swapped / 2 ** 20).toFixed(0)} MiB during the run: memory was short, and figures may be those of the disk.`;
    warnings.push({ code: "swapped", text });
  }
  return warnings;
}
