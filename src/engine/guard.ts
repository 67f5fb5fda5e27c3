/** What keeps an engine from taking the machine down with it. */
import { existsSync } from "node:fs";
import { type EngineCgroup, makeEngineCgroup } from "./cgroup.ts";
import type { GuardMeans } from "./types.ts";

/**
 * Makes the engine the first that the kernel kills when memory runs out. Raising it needs no
 * privilege (man 5 proc); 500 is half of all memory added to what it has.
 */
const OOM_SCORE_ADJ = 500;
/**
 * With a cgroup the kernel holds the limit itself, at once and exactly. The watchdog then only ends
 * what has got out of the cgroup, and must not come first: its sum lags behind and is rounded.
 */
const WATCHDOG_BEHIND_CGROUP = 1.05;

/** Absent from the barest containers. */
const SHELL = "/bin/sh";

export interface Guard {
  cgroup: EngineCgroup | null;
  means: GuardMeans;
  /** The command that puts itself under guard and then becomes the engine: same id, same arguments. */
  wrap(command: string, args: readonly string[]): { command: string; args: string[] };
}

/** @param wanted false: without a cgroup, though one may be permitted */
export function raiseGuard(limitBytes: number | null, wanted = true): Guard {
  const linux = process.platform === "linux";
  if (!linux || !existsSync(SHELL)) {
    const why = linux ? `there is no ${SHELL}` : "this system has no cgroups";
    const means = { cgroup: null, why, oomScoreAdj: null, watchdogBytes: limitBytes };
    return { cgroup: null, means, wrap: (command, args) => ({ command, args: [...args] }) };
  }
  const made =
    limitBytes === null
      ? ({ kind: "not", why: "there is no memory limit" } as const)
      : wanted
        ? makeEngineCgroup(limitBytes)
        : ({ kind: "not", why: "none was wanted" } as const);
  const cgroup = made.kind === "made" ? made.cgroup : null;
  const behind = cgroup === null ? 1 : WATCHDOG_BEHIND_CGROUP;
  return {
    cgroup,
    means: {
      cgroup: cgroup?.version ?? null,
      why: made.kind === "made" ? null : made.why,
      oomScoreAdj: OOM_SCORE_ADJ,
      watchdogBytes: limitBytes === null ? null : Math.floor(limitBytes * behind),
    },
    wrap: (command, args) => ({
      command: SHELL,
      args: ["-c", ENTER, "sh", cgroup?.folder ?? "", String(OOM_SCORE_ADJ), command, ...args],
    }),
  };
}

/** All of it before the engine takes any memory: what it takes later is charged where it stands. */
const ENTER = `folder=$1 score=$2; shift 2
if [ -n "$folder" ]; then echo 0 >"$folder/cgroup.procs"; fi
echo "$score" >/proc/self/oom_score_adj
exec "$@"`;
