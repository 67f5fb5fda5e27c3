/**
 * Where this process stands in the hierarchy of memory cgroups, and what they leave it. Version 1
 * and 2 (man 7 cgroups; docs.kernel.org: admin-guide/cgroup-v1/memory, admin-guide/cgroup-v2).
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface MemoryCgroup {
  version: 1 | 2;
  /** Its folder. */
  folder: string;
  /** The highest folder that can be seen: the mount point. */
  top: string;
}

/** The memory cgroup of this process; null where there is none, or it can't be seen. */
export function memoryCgroup(): MemoryCgroup | null {
  if (process.platform !== "linux") return null;
  const cgroups = read("/proc/self/cgroup");
  const mounts = read("/proc/self/mountinfo");
  if (cgroups === null || mounts === null) return null;
  const found = parseMemoryCgroup(cgroups, mounts);
  if (found === null) return null;
  // A container may see the path of its host, and only its own folder, at the mount point.
  const folder = existsSync(join(found.folder, "cgroup.procs")) ? found.folder : found.top;
  return existsSync(join(folder, "cgroup.procs")) ? { ...found, folder } : null;
}

/**
 * @param cgroups `/proc/PID/cgroup`: a line `N:CONTROLLERS:PATH` for each hierarchy, `0::PATH` for
 *   version 2's
 * @param mounts `/proc/PID/mountinfo`: which part of a hierarchy is mounted, and where
 */
export function parseMemoryCgroup(cgroups: string, mounts: string): MemoryCgroup | null {
  const paths = new Map<string, string>();
  for (const line of cgroups.split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    if (controllers === "") paths.set("cgroup2", path);
    else if (controllers.split(",").includes("memory")) paths.set("cgroup", path);
  }
  // Where both are mounted, memory belongs to version 1 if that has a line for it.
  for (const [type, version] of [
    ["cgroup", 1],
    ["cgroup2", 2],
  ] as const) {
    const path = paths.get(type);
    if (path === undefined) continue;
    for (const mount of mounts.split("\n").flatMap((line) => parseMount(line) ?? [])) {
      if (mount.type !== type) continue;
      if (version === 1 && !mount.options.includes("memory")) continue;
      const below = relativeTo(mount.root, path);
      if (below !== null) return { version, folder: join(mount.at, below), top: mount.at };
    }
    if (version === 1) return null;
  }
  return null;
}

/**
 * The least that any cgroup from this one upwards allows, in bytes; null: no limit. Node's own
 * `process.constrainedMemory()` looks at the last one only (seen with Node 20.20).
 */
export function cgroupLimitBytes(cgroup: MemoryCgroup | null): number | null {
  if (cgroup === null) return null;
  if (cgroup.version === 1) {
    const stat = read(join(cgroup.folder, "memory.stat")) ?? "";
    const whole = /^hierarchical_memory_limit (\d+)$/m.exec(stat)?.[1];
    return limitOf(whole ?? read(join(cgroup.folder, "memory.limit_in_bytes")));
  }
  let least: number | null = null;
  for (const folder of upwards(cgroup)) {
    for (const file of ["memory.max", "memory.high"]) {
      const limit = limitOf(read(join(folder, file)));
      if (limit !== null) least = Math.min(limit, least ?? limit);
    }
  }
  return least;
}

/** Processes of exactly this cgroup that were killed for memory, by whosoever limit. */
export function oomKillsIn(cgroup: Pick<MemoryCgroup, "version" | "folder">): number | null {
  const file = cgroup.version === 1 ? "memory.oom_control" : "memory.events";
  const count = /^oom_kill (\d+)$/m.exec(read(join(cgroup.folder, file)) ?? "")?.[1];
  return count === undefined ? null : Number(count);
}

/** Its folder, then its parent's, up to the highest that can be seen. */
export function upwards({ folder, top }: Pick<MemoryCgroup, "folder" | "top">): string[] {
  const folders = [folder];
  for (let at = folder; at !== top && at !== dirname(at); ) {
    at = dirname(at);
    folders.push(at);
  }
  return folders;
}

/** Version 1 writes "none" as the largest number of pages that fits. */
const NONE_FROM = 2 ** 60;

function limitOf(text: string | null): number | null {
  const value = Number(text?.trim() || Number.NaN);
  return Number.isFinite(value) && value > 0 && value < NONE_FROM ? value : null;
}

/** `ID PARENT MAJOR:MINOR ROOT MOUNTPOINT OPTIONS … - TYPE SOURCE SUPEROPTIONS` (man 5 proc). */
function parseMount(line: string) {
  const [before, after] = line.split(" - ");
  const [, , , root, at] = (before ?? "").split(" ");
  const [type, , options] = (after ?? "").split(" ");
  if (root === undefined || at === undefined || type === undefined) return null;
  return { root: unescaped(root), at: unescaped(at), type, options: (options ?? "").split(",") };
}

/** Spaces and their like are written as octal numbers. */
function unescaped(text: string): string {
  return text.replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** The rest of `path` below `root`; null when it lies elsewhere. */
function relativeTo(root: string, path: string): string | null {
  if (path.includes("/..") || root.includes("/..")) return null;
  const below = root === "/" ? path : path.slice(root.length);
  if (root !== "/" && path !== root && !path.startsWith(`${root}/`)) return null;
  return below === "/" ? "" : below;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
