/** What the machine is at just now: read at both ends of a run. */
import { loadavg } from "node:os";
import type { Moment } from "../../analyze/moments.ts";
import { cpuTicks, swapUsedBytes, thermalThrottles } from "./cpu.ts";
import { cpuThrottling } from "./cpu-cgroup.ts";
import { gpuMoments, gpuProcesses } from "./nvidia.ts";
import { ROOTS, type Roots } from "./roots.ts";

/**
 * A few files, and nvidia-smi where there is one.
 * @param own process ids of engines that we started: a GPU may not have let go of them yet
 */
export async function readMoment(options: {
  env: NodeJS.ProcessEnv;
  own?: ReadonlySet<number>;
  roots?: Roots;
}): Promise<Moment> {
  const { env, own = new Set(), roots = ROOTS } = options;
  const [gpus, processes] = await Promise.all([gpuMoments(env), gpuProcesses(env)]);
  const others = processes?.filter(({ pid }) => pid === null || !own.has(pid)) ?? null;
  return {
    // Windows has none and says 0.
    load1: process.platform === "win32" ? null : (loadavg()[0] ?? null),
    ticks: cpuTicks(roots),
    throttling: cpuThrottling(roots),
    thermalThrottles: thermalThrottles(roots),
    swapUsedBytes: swapUsedBytes(roots),
    gpus,
    gpuOthers: others === null ? null : others.map(({ bytes }) => ({ bytes })),
  };
}
