/** A memory cgroup of the engine's own, where it is permitted: the kernel then holds the limit. */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type MemoryCgroup, memoryCgroup, oomKillsIn, upwards } from "../host/cgroup.ts";

export interface EngineCgroup {
  version: 1 | 2;
  folder: string;
  limitBytes: number;
  /** Process ids in it, also of those that left the process group. */
  members(): number[];
  /** Kills for memory in it, by whosoever limit. */
  oomKills(): number;
  /** Its own limit was hit. */
  limitHit(): boolean;
  /** Most memory that it has held, page cache included; null on kernels that don't say. */
  peakBytes(): number | null;
  /** Ends all that is in it. */
  kill(): void;
  /** Takes the folder away, once nothing is left in it. */
  remove(): Promise<void>;
}

/** Limits are rounded down to whole pages; the largest that Linux has are of 64 KiB. */
const PAGE_AT_MOST = 65_536;

export type Made = { kind: "made"; cgroup: EngineCgroup } | { kind: "not"; why: string };

/**
 * Makes a cgroup with a limit, and tries whether a process may enter it.
 * @param around the cgroup of this process
 * @returns why not, where it isn't permitted; nothing is left behind then
 */
export function makeEngineCgroup(limitBytes: number, around = memoryCgroup()): Made {
  if (around === null) return { kind: "not", why: "there is no memory cgroup here" };
  let why = "no cgroup around this process hands memory limits down";
  for (const parent of parentsFor(around)) {
    // Unlike any other, so that the next run can tell it from a stranger's by its name alone.
    const folder = join(parent, `inferrs-bench-${randomBytes(6).toString("hex")}`);
    try {
      mkdirSync(folder);
      if (!existsSync(join(folder, "cgroup.procs"))) throw new Error("there are no cgroups");
      setLimit(around.version, folder, limitBytes);
      enterOnce(folder);
      return { kind: "made", cgroup: open(around.version, folder, limitBytes) };
    } catch (error) {
      why = reasonOf(error as NodeJS.ErrnoException);
      removeFolder(folder);
    }
  }
  return { kind: "not", why };
}

/**
 * Folders in which a child with a limit could be made. Version 1: here. Version 2 allows no
 * processes beside children that have limits, and this process stands in the folder itself: so
 * beside it, below the next one up that hands memory limits down. A folder that limits memory or
 * CPU itself is never left: that would take the engine out of a container's bounds.
 */
export function parentsFor(around: MemoryCgroup): string[] {
  if (around.version === 1) return [around.folder];
  const parents: string[] = [];
  for (const folder of upwards(around)) {
    const handsDown = words(join(folder, "cgroup.subtree_control")).includes("memory");
    if (handsDown) parents.push(folder);
    if (LIMITS.some(([file, none]) => !none.test(text(join(folder, file)) ?? ""))) break;
  }
  return parents;
}

/** What a folder without limits has in these files; absent ones are none. */
const LIMITS: readonly [string, RegExp][] = [
  ["memory.max", /^(max)?$/],
  ["memory.high", /^(max)?$/],
  ["cpu.max", /^(max.*)?$/],
  ["cpuset.cpus", /^$/],
];

/** Memory and swap together are limited: a server that swaps is no longer measured. */
function setLimit(version: 1 | 2, folder: string, limitBytes: number): void {
  const set = (file: string, value: number) => writeFileSync(join(folder, file), String(value));
  const has = (file: string) => existsSync(join(folder, file));
  if (version === 1) {
    set("memory.limit_in_bytes", limitBytes);
    if (has("memory.memsw.limit_in_bytes")) set("memory.memsw.limit_in_bytes", limitBytes);
    return;
  }
  set("memory.max", limitBytes);
  if (has("memory.swap.max")) set("memory.swap.max", 0);
  // A server whose child is killed is of no use any more: all of it goes at once.
  if (has("memory.oom.group")) set("memory.oom.group", 1);
}

/** A folder that can be made can't always be entered: a process that ends at once tries it. */
function enterOnce(folder: string): void {
  const args = ["-c", 'echo 0 > "$0"', join(folder, "cgroup.procs")];
  const { status } = spawnSync("/bin/sh", args, { stdio: "ignore", timeout: 5_000 });
  if (status !== 0) throw new Error("one can be made, but not entered");
}

/** Without the path: it can name a user or a container, and this is shown in reports. */
function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  return code === undefined ? message : `making one is not permitted here (${code})`;
}

function open(version: 1 | 2, folder: string, limitBytes: number): EngineCgroup {
  const members = () => words(join(folder, "cgroup.procs")).map(Number);
  const number = (file: string) => {
    const value = Number(text(join(folder, file)) || Number.NaN);
    return Number.isFinite(value) ? value : null;
  };
  return {
    version,
    folder,
    limitBytes,
    members,
    oomKills: () => oomKillsIn({ version, folder }) ?? 0,
    limitHit: () => {
      if (version === 2) return /^oom [1-9]/m.test(text(join(folder, "memory.events")) ?? "");
      // Linux 6.18 counts no failures of memory and swap together: the peak tells it as well.
      const peak = number("memory.max_usage_in_bytes") ?? 0;
      return (number("memory.failcnt") ?? 0) > 0 || peak >= limitBytes - PAGE_AT_MOST;
    },
    peakBytes: () => number(version === 1 ? "memory.max_usage_in_bytes" : "memory.peak"),
    kill: () => killAll(folder, members()),
    remove: () => removeOnceEmpty(folder),
  };
}

function killAll(folder: string, members: readonly number[]): void {
  try {
    writeFileSync(join(folder, "cgroup.kill"), "1", { flag: "r+" });
    return;
  } catch {
    // Version 1, or a kernel before 5.14.
  }
  for (const pid of members) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // Gone already.
    }
  }
}

/** What was killed takes a moment to leave; at most two seconds are waited. */
async function removeOnceEmpty(folder: string): Promise<void> {
  for (let tries = 0; tries < 100 && !removeFolder(folder); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** @returns false while it can't be removed, because something is still in it */
function removeFolder(folder: string): boolean {
  try {
    rmdirSync(folder);
  } catch {
    // Gone, or busy.
  }
  return !existsSync(folder);
}

const NAME = /^inferrs-bench-[0-9a-f]{12}$/;
const DEEPEST = 10;

/**
 * Takes away the cgroup that a killed run has left, when it is empty. It is looked for by its name:
 * a path from a file is not followed.
 */
export async function removeLeftCgroup(name: string, around = memoryCgroup()): Promise<void> {
  if (around === null || !NAME.test(name)) return;
  const search = (folder: string, depth: number): string | null => {
    if (!existsSync(join(folder, "cgroup.procs")) || depth > DEEPEST) return null;
    const children = foldersIn(folder);
    if (children.includes(name)) return join(folder, name);
    for (const child of children) {
      const found = search(join(folder, child), depth + 1);
      if (found !== null) return found;
    }
    return null;
  };
  const left = search(around.top, 0);
  if (left !== null) await removeOnceEmpty(left);
}

function foldersIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch {
    return [];
  }
}

function text(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return null;
  }
}

function words(path: string): string[] {
  return (text(path) ?? "").split(/\s+/).filter((word) => word !== "");
}
