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
  /** What can't be had back without swapping or a kill: anonymous, shared and swapped memory. */
  heldBytes: number;
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

/** The process and all that it has started, as far as they live. */
export function familyOf(pid: number): number[] {
  const parents = LINUX
    ? numericEntries("/proc").map((each) => [each, readStat(each)?.ppid ?? 0] as const)
    : psParents();
  const family = [pid];
  for (const member of family) {
    for (const [child, parent] of parents) if (parent === member) family.push(child);
  }
  return family;
}

/** Name of the executable, at most 15 characters of it; null when it is gone. */
export function commandOf(pid: number): string | null {
  if (LINUX) return readText(`/proc/${pid}/comm`)?.trim() ?? null;
  try {
    const text = execFileSync("ps", ["-o", "comm=", "-p", String(pid)], { encoding: "utf8" });
    return text.trim().split("/").at(-1) ?? null;
  } catch {
    return null;
  }
}

/** Memory of one process; null when it is gone. */
export function usageOf(pid: number): ProcessUsage | null {
  if (!LINUX) {
    const row = psRow(pid);
    if (row === null) return null;
    return { ...row, heldBytes: row.rssBytes, peakBytes: null, swapBytes: null };
  }
  const status = readText(`/proc/${pid}/status`);
  const field = (name: string) => {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status ?? "");
    return match?.[1] === undefined ? null : Number(match[1]) * 1024;
  };
  const rssBytes = field("VmRSS");
  if (rssBytes === null) return null;
  const swapBytes = field("VmSwap");
  // Pages of mapped files (a model's weights) are dropped when others need the room.
  const anonymous = field("RssAnon");
  const heldBytes =
    (anonymous === null ? rssBytes : anonymous + (field("RssShmem") ?? 0)) + (swapBytes ?? 0);
  return { rssBytes, heldBytes, peakBytes: field("VmHWM"), swapBytes };
}

/** The limit of its address space (`ulimit -v`); null: none, or unknown. */
export function addressSpaceLimitOf(pid: number): number | null {
  const text = LINUX ? readText(`/proc/${pid}/limits`) : null;
  const soft = /^Max address space\s+(\d+)/m.exec(text ?? "")?.[1];
  return soft === undefined ? null : Number(soft);
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
  if (process.platform === "darwin") return psCpuMs(pid);
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
    // In one language and time zone: two users must read the same.
    const env = { ...process.env, LC_ALL: "C", TZ: "UTC" };
    const args = ["-o", "lstart=", "-p", String(pid)];
    return execFileSync("ps", args, { encoding: "utf8", env }).trim() || null;
  } catch {
    return null;
  }
}

/**
 * Whether a process that was recorded with its start time is still there. One that has ended and
 * waits for its parent (a zombie) is not.
 */
export function isSameProcess(pid: number, startTime: string | null): boolean {
  const stat = LINUX ? readStat(pid) : null;
  if (stat !== null) {
    return stat.state !== "Z" && (startTime === null || stat.startTicks === startTime);
  }
  // Other users' processes may be hidden (mount option hidepid); a signal still tells.
  if (!exists(pid)) return false;
  const now = LINUX ? null : startTimeOf(pid);
  return startTime === null || now === null || now === startTime;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
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
    ppid: Number(fields[1]),
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

function psParents(): (readonly [number, number])[] {
  try {
    const text = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
    return text.split("\n").map((line) => {
      const [pid = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
      return [pid, parent] as const;
    });
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

function psCpuMs(pid: number): number | null {
  try {
    const args = ["-o", "time=", "-p", String(pid)];
    return parsePsTime(execFileSync("ps", args, { encoding: "utf8" }));
  } catch {
    return null;
  }
}

/** `[[D-]H:]M:S.FF`, as ps of BSD and macOS writes CPU time. In ms. */
export function parsePsTime(text: string): number | null {
  const match = /^(?:(?:(\d+)-)?(\d+):)?(\d+):(\d+(?:[.,]\d+)?)$/.exec(text.trim());
  if (match === null) return null;
  const [days = 0, hours = 0, minutes = 0] = match.slice(1, 4).map((part) => Number(part ?? 0));
  const seconds = Number(match[4]?.replace(",", "."));
  return Math.round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000);
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
