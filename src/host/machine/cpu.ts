/** What Linux says of the CPU beyond its name: who may slow it down, and whether it was. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Roots, readNumber, readText } from "./roots.ts";

/** `performance`, `powersave`, …; `mixed` where cores differ; null where there is none (most VMs). */
export function cpuGovernor(roots: Roots): string | null {
  const all = cpuFolders(roots).map((cpu) => readText(cpu, "cpufreq", "scaling_governor"));
  const known = [...new Set(all.filter((governor) => governor !== null))];
  return known.length > 1 ? "mixed" : (known[0] ?? null);
}

/** Times that cores were slowed down for heat since boot; null where the CPU doesn't count them. */
export function thermalThrottles(roots: Roots): number | null {
  const counts = cpuFolders(roots)
    .map((cpu) => readNumber(cpu, "thermal_throttle", "core_throttle_count"))
    .filter((count) => count !== null);
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
}

/** Ticks of all cores since boot, and how many of them the hypervisor gave to others. */
export function cpuTicks(roots: Roots): { total: number; steal: number } | null {
  const line = /^cpu +(.+)$/m.exec(readText(roots.proc, "stat") ?? "")?.[1];
  if (line === undefined) return null;
  // user nice system idle iowait irq softirq steal; guest time is in user's already.
  const ticks = line.split(/\s+/).map(Number).slice(0, 8);
  return { total: ticks.reduce((sum, each) => sum + each, 0), steal: ticks[7] ?? 0 };
}

/** Swap that is in use now, of the whole machine. */
export function swapUsedBytes(roots: Roots): number | null {
  const total = meminfoBytes(roots, "SwapTotal");
  const free = meminfoBytes(roots, "SwapFree");
  return total === null || free === null ? null : total - free;
}

/** A line of /proc/meminfo, in bytes. */
export function meminfoBytes(roots: Roots, field: string): number | null {
  const text = readText(roots.proc, "meminfo") ?? "";
  const kib = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(text)?.[1];
  return kib === undefined ? null : Number(kib) * 1024;
}

function cpuFolders(roots: Roots): string[] {
  const top = join(roots.sys, "devices", "system", "cpu");
  try {
    return readdirSync(top)
      .filter((name) => /^cpu\d+$/.test(name))
      .map((name) => join(top, name));
  } catch {
    return [];
  }
}
