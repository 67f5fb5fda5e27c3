/** GPU memory of the engine's processes, as NVIDIA's driver counts it. */
import { type ChildProcess, spawn } from "node:child_process";
import { cpuMsOf, startTimeOf } from "../host/proc.ts";

export interface VramWatch {
  /** Its process: to be ended with the engine's. Null where nvidia-smi isn't there. */
  helper: { pid: number; startTime: string | null } | null;
  /** Since {@link reset}; null: nothing was seen. */
  peakBytes(): number | null;
  reset(): void;
  /** CPU time of the watching itself. */
  cpuMs(): number;
  stop(): void;
}

const EVERY_MS = 1000;

/**
 * One nvidia-smi that repeats its query costs far less than one call after the other.
 * @param members the engine's processes; others on the GPU are not counted
 */
export function watchVram(members: () => readonly number[], env: NodeJS.ProcessEnv): VramWatch {
  const used = new Map<string, { pid: number; bytes: number }>();
  let peak: number | null = null;
  let lastCpuMs = 0;
  const query = ["--query-compute-apps=gpu_uuid,pid,used_memory", "--format=csv,noheader,nounits"];
  // Of its own group, so that it can be ended like an engine that was left behind.
  const child: ChildProcess = spawn("nvidia-smi", [...query, "-lms", String(EVERY_MS)], {
    env,
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  child.on("error", () => {});
  child.unref();
  let rest = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const row of lines.flatMap(parseRow)) used.set(`${row.gpu} ${row.pid}`, row);
    const ours = new Set(members());
    let now: number | null = null;
    for (const { pid, bytes } of used.values()) if (ours.has(pid)) now = (now ?? 0) + bytes;
    if (now !== null) peak = Math.max(now, peak ?? 0);
  });
  (child.stdout as unknown as { unref?: () => void } | null)?.unref?.();
  const { pid } = child;
  return {
    helper: pid === undefined ? null : { pid, startTime: startTimeOf(pid) },
    peakBytes: () => peak,
    reset: () => {
      peak = null;
    },
    cpuMs: () => {
      lastCpuMs = (pid === undefined ? null : cpuMsOf(pid)) ?? lastCpuMs;
      return lastCpuMs;
    },
    stop: () => child.kill("SIGKILL"),
  };
}

/** `GPU-…, 12345, 2048` in MiB; `[N/A]` where the driver doesn't tell. */
export function parseRow(line: string): { gpu: string; pid: number; bytes: number }[] {
  const [gpu = "", pid, mib] = line.split(",").map((field) => field.trim());
  const row = { gpu, pid: Number(pid), bytes: Number(mib || Number.NaN) * 2 ** 20 };
  return Number.isInteger(row.pid) && Number.isFinite(row.bytes) ? [row] : [];
}
