/**
 * What the CPU cgroups of this process leave it, and how often they held it back. Version 1 and 2
 * (docs.kernel.org: scheduler/sched-bwc, admin-guide/cgroup-v2).
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Throttling } from "../../analyze/moments.ts";
import { type Roots, readNumber, readText } from "./roots.ts";

interface Folders {
  version: 1 | 2;
  /** Its own first, then those around it up to what is mounted. */
  folders: string[];
}

/** CPU time per time that is allowed, in cores; null: no limit, or not Linux. The least one counts. */
export function cpuQuotaCores(roots: Roots): number | null {
  const found = cpuFolders(roots);
  const quotas = (found?.folders ?? [])
    .map((folder) => (found?.version === 1 ? quotaV1(folder) : quotaV2(folder)))
    .filter((quota) => quota !== null);
  return quotas.length === 0 ? null : Math.min(...quotas);
}

/** How often and how long it was held back so far; null where nothing counts it. */
export function cpuThrottling(roots: Roots): Throttling | null {
  const stats = (cpuFolders(roots)?.folders ?? [])
    .map((folder) => readText(folder, "cpu.stat"))
    .filter((text) => text !== null && /^nr_throttled /m.test(text));
  if (stats.length === 0) return null;
  const sum = (field: string) =>
    stats.reduce(
      (total, text) =>
        total + Number(new RegExp(`^${field} (\\d+)`, "m").exec(text ?? "")?.[1] ?? 0),
      0,
    );
  // Version 2 counts in µs, version 1 in ns.
  return {
    times: sum("nr_throttled"),
    ms: sum("throttled_usec") / 1e3 + sum("throttled_time") / 1e6,
  };
}

function cpuFolders(roots: Roots): Folders | null {
  const lines = (readText(roots.proc, "self", "cgroup") ?? "").split("\n");
  const top = join(roots.sys, "fs", "cgroup");
  for (const line of lines) {
    const [, controllers = "", path = "/"] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (!controllers.split(",").includes("cpu")) continue;
    const mount = [controllers, "cpu", "cpu,cpuacct"].find((name) => existsSync(join(top, name)));
    if (mount !== undefined) return { version: 1, folders: upwards(join(top, mount), path) };
  }
  const path = lines.map((line) => /^0::(.*)$/.exec(line)?.[1]).find((each) => each !== undefined);
  if (path === undefined || !existsSync(join(top, "cgroup.controllers"))) return null;
  return { version: 2, folders: upwards(top, path) };
}

/** In a container the path can be the host's: what isn't there is passed over, the top always is. */
function upwards(top: string, path: string): string[] {
  const folders: string[] = [];
  let at = path.split("/").includes("..") ? "/" : path;
  for (; at !== "/" && at !== "."; at = dirname(at)) folders.push(join(top, at));
  return [...folders, top].filter((folder) => existsSync(folder));
}

function quotaV1(folder: string): number | null {
  const quota = readNumber(folder, "cpu.cfs_quota_us");
  const period = readNumber(folder, "cpu.cfs_period_us");
  return quota === null || period === null || quota <= 0 || period <= 0 ? null : quota / period;
}

/** `max 100000`, or `200000 100000` for two cores. */
function quotaV2(folder: string): number | null {
  const match = /^(\d+) (\d+)$/.exec(readText(folder, "cpu.max") ?? "");
  return match === null ? null : Number(match[1]) / Number(match[2]);
}
