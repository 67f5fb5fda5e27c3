/**
 * What macOS tells of memory. Written from public descriptions and recorded outputs; not run on a
 * Mac by us.
 */
import { execFileSync } from "node:child_process";

/** Arguments of `footprint`: about 40 ms a call; `vmmap -summary` takes 800 ms and stops the process. */
export function footprintArgs(pids: readonly number[]): string[] {
  return ["-f", "bytes", "--noCategories", ...pids.flatMap((pid) => ["-p", String(pid)])];
}

/**
 * Sums over the processes that `footprint -f bytes` was asked for. Its lines `phys_footprint: N B`
 * and `phys_footprint_peak: N B` are the kernel's own counts (man 1 footprint); the second is the
 * highest of the process's whole life. Physical footprint is what macOS holds a process to, with
 * what Metal allocates; RSS leaves that out.
 */
export function parseFootprint(text: string): { bytes: number; peakBytes: number } | null {
  const sum = (field: string) => {
    const found = [...text.matchAll(new RegExp(`^\\s*${field}:\\s*([\\d,]+) B`, "gm"))];
    if (found.length === 0) return null;
    return found.reduce((total, [, n]) => total + Number(n?.replaceAll(",", "")), 0);
  };
  const bytes = sum("phys_footprint");
  return bytes === null ? null : { bytes, peakBytes: sum("phys_footprint_peak") ?? bytes };
}

/** `vm.swapusage: total = 2048.00M  used = 1024.25M  free = 1023.75M  (encrypted)`: what is used. */
export function parseSwapUsed(text: string): number | null {
  const [, number, unit] = /used = ([\d.,]+)([KMGT]?)/.exec(text) ?? [];
  if (number === undefined) return null;
  const factor = 1024 ** ("KMGT".indexOf(unit || "?") + 1);
  return Math.round(Number(number.replace(",", ".")) * factor);
}

/** The least share of memory that Metal was seen to allow: 10.67 of 16 GB; newer systems allow more. */
const LEAST_WORKING_SET = 2 / 3;

/**
 * What the GPU may hold at once. `iogpu.wired_limit_mb` is 0 where nobody has set it; Metal's own
 * `recommendedMaxWorkingSetSize` can't be asked without native code.
 * @param wiredLimitMb what `sysctl -n iogpu.wired_limit_mb` says
 */
export function workingSetBytes(wiredLimitMb: string, memoryBytes: number): number {
  const set = Number(wiredLimitMb.trim() || 0);
  return set > 0 ? set * 2 ** 20 : Math.floor(memoryBytes * LEAST_WORKING_SET);
}

/** The GPU's limit on this Mac; null elsewhere. */
export function gpuWorkingSetBytes(memoryBytes: number): number | null {
  if (process.platform !== "darwin" || process.arch !== "arm64") return null;
  try {
    const args = ["-n", "iogpu.wired_limit_mb"];
    return workingSetBytes(execFileSync("sysctl", args, { encoding: "utf8" }), memoryBytes);
  } catch {
    return workingSetBytes("", memoryBytes);
  }
}
