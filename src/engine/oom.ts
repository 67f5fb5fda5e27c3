/** Kills for memory, as exactly as this machine lets us count them. */
import { totalmem } from "node:os";
import { cgroupLimitBytes, type MemoryCgroup, memoryCgroup, oomKillsIn } from "../host/cgroup.ts";
import { kernelLogEnd, type OomKill, oomKillOf } from "../host/kernel-log.ts";
import { kernelOomKills } from "../host/proc.ts";
import type { EngineCgroup } from "./cgroup.ts";
import type { OomFacts } from "./types.ts";

export interface OomWatch {
  /**
   * What is known of kills since the watch began.
   * @param pids the processes of the engine
   */
  read(pids: readonly number[]): { kills: number; facts: OomFacts; rssBytes: number | null };
}

/**
 * The engine's own cgroup counts its kills exactly. Without one, the kernel's log names the victim;
 * else the cgroup that the engine shares with us counts; last, the whole machine's count, which may
 * be of somebody else's process.
 */
export function watchOom(cgroup: EngineCgroup | null): OomWatch {
  const around = memoryCgroup();
  const from = {
    log: kernelLogEnd(),
    around: around === null ? null : oomKillsIn(around),
    machine: kernelOomKills(),
  };
  return {
    read(pids) {
      const kill = from.log === null ? null : oomKillOf(pids, from.log);
      const rssBytes = kill?.rssBytes ?? null;
      const told = (source: OomFacts["source"], limitOf: OomFacts["limitOf"]) => {
        return { source, limitOf, limitBytes: limitBytesOf(limitOf, cgroup, around) };
      };
      if (cgroup !== null) {
        const kills = cgroup.oomKills();
        const own = cgroup.limitHit() ? ("engine-cgroup" as const) : null;
        const limitOf = kill === null ? own : limitIn(kill, cgroup);
        return { kills, facts: told("engine-cgroup", kills > 0 ? limitOf : null), rssBytes };
      }
      if (kill !== null) {
        return { kills: 1, facts: told("kernel-log", limitIn(kill, null)), rssBytes };
      }
      const now = around === null ? null : oomKillsIn(around);
      if (now !== null && from.around !== null) {
        return { kills: now - from.around, facts: told("our-cgroup", null), rssBytes };
      }
      return { kills: kernelOomKills() - from.machine, facts: told("machine", null), rssBytes };
    },
  };
}

function limitIn(kill: OomKill, own: EngineCgroup | null): OomFacts["limitOf"] {
  if (kill.cgroup === null) return "machine";
  const name = own?.folder.split("/").at(-1);
  return name !== undefined && kill.cgroup.endsWith(`/${name}`) ? "engine-cgroup" : "outer-cgroup";
}

function limitBytesOf(
  limitOf: OomFacts["limitOf"],
  own: EngineCgroup | null,
  around: MemoryCgroup | null,
): number | null {
  switch (limitOf) {
    case "engine-cgroup":
      return own?.limitBytes ?? null;
    case "machine":
      return totalmem();
    case "outer-cgroup":
      return cgroupLimitBytes(around);
    case null:
      // Not known whose; the cgroups around us are the nearest that there is.
      return cgroupLimitBytes(around);
  }
}
