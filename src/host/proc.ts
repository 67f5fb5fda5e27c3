/**
 * What the operating system says of processes. Linux: /proc. Elsewhere: `ps`, which is slower and
 * knows less; what it doesn't know is null.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const LINUX = process.platform === "linux";
/** USER_HZ: 100 on every Linux that Node runs on (man 5 proc: clock ticks of sysconf(_SC_CLK_TCK)). */
const TICKS_PER_SECOND = 100;

export interface ProcessUsage {
  rssBytes: number;
  /** Highest RSS since the process began or since {@link resetPeak}; null outside Linux. */
  peakBytes: number | null;
  swapBytes: number | null;
}

/** Process ids of a process group that are alive (zombies are not). */
export function groupMembers(pgid: number): number[] {
  if (!LINUX) return psGroup(pgid).map((row) => row.pid);
  return numericEntries("/proc").filter((pid) => {
    const stat = readStat(pid);
    return stat !== null && stat.pgrp === pgid && stat.state !== "Z";
  });
}

/** Memory of one process; null when it is gone. */
export function usageOf(pid: number): ProcessUsage | null {
  if (!LINUX) {
    const row = psRow(pid);
    return row === null ? null : { rssBytes: row.rssBytes, peakBytes: null, swapBytes: null };
  }
  const status = readText(`/proc/${pid}/status`);
  const field = (name: string) => {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status ?? "");
    return match?.[1] === undefined ? null : Number(match[1]) * 1024;
  };
  const rssBytes = field("VmRSS");
  return rssBytes === null
    ? null
    : { rssBytes, peakBytes: field("VmHWM"), swapBytes: field("VmSwap") };
}

/** Starts the kernel's own high-water mark anew (man 5 proc: clear_refs, value 5). */
export function resetPeak(pid: number): void {
  if (!LINUX) return;
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, "5");
  } catch {
    // Gone, or not permitted: the peak then covers more than was asked, never less.
  }
}

/** CPU time (user and system) of a process in ms; null when it is gone or can't be told. */
export function cpuMsOf(pid: number): number | null {
  const stat = LINUX ? readStat(pid) : null;
  return stat === null ? null : (stat.cpuTicks * 1000) / TICKS_PER_SECOND;
}

/**
 * When the process began, in a form that no later process with the same id can share: it tells a
 * process that we started from a stranger.
 */
export function startTimeOf(pid: number): string | null {
  if (LINUX) return readStat(pid)?.startTicks ?? null;
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    return null;
  }
}

/** Whether the process that began then still runs; a zombie that nobody has reaped does not. */
export function runsSince(pid: number, startTime: string): boolean {
  if (LINUX && readStat(pid)?.state === "Z") return false;
  return startTimeOf(pid) === startTime;
}

/** Processes that the kernel has killed for memory since boot (vmstat's oom_kill); 0 where unknown. */
export function kernelOomKills(): number {
  const match = /^oom_kill (\d+)$/m.exec((LINUX && readText("/proc/vmstat")) || "");
  return Number(match?.[1] ?? 0);
}

function readStat(pid: number) {
  const text = readText(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The command's name stands in parentheses and may hold anything: count from the last one.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return {
    state: fields[0] ?? "?",
    pgrp: Number(fields[2]),
    cpuTicks: Number(fields[11]) + Number(fields[12]),
    startTicks: fields[19] ?? "",
  };
}

function psGroup(pgid: number): { pid: number; rssBytes: number }[] {
  try {
    const text = execFileSync("ps", ["-A", "-o", "pid=,pgid=,rss="], { encoding: "utf8" });
    return text
      .split("\n")
      .map((line) => line.trim().split(/\s+/).map(Number))
      .filter((row) => row[1] === pgid)
      .map((row) => ({ pid: row[0] ?? 0, rssBytes: (row[2] ?? 0) * 1024 }));
  } catch {
    return [];
  }
}

function psRow(pid: number): { rssBytes: number } | null {
  try {
    const text = execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" });
    return { rssBytes: Number(text.trim()) * 1024 };
  } catch {
    return null;
  }
}

function numericEntries(dir: string): number[] {
  try {
    return readdirSync(dir).map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
