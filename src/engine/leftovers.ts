/** Ends what a killed run left behind: by recorded process id and start time, never by name. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { groupMembers, isSameProcess, startTimeOf } from "../host/proc.ts";
import { readJournal } from "../journal/journal.ts";
import { removeLeftCgroup } from "./cgroup.ts";
import { lockFolder } from "./lock.ts";
import { removeWorkDir, sweep } from "./lock-entries.ts";
import { signalGroup } from "./process.ts";

/**
 * Whether the run that writes to a folder is still going on, in another process.
 * @returns its process id, or null
 */
export function runningIn(outDir: string): number | null {
  const path = join(outDir, "journal.jsonl");
  if (!existsSync(path)) return null;
  const [first] = readJournal(path).entries;
  const owner = first?.type === "run-started" ? first.owner : undefined;
  if (owner === undefined || owner.startTime === null || owner.pid === process.pid) return null;
  return isSameProcess(owner.pid, owner.startTime) ? owner.pid : null;
}

/**
 * Looks into the journal of an output folder, and into the machine's queue, for engines that were
 * started by a run that is gone, and never ended.
 * @returns the process ids of the groups that were still alive and have been ended
 */
export async function endLeftovers(
  outDir: string,
  env: NodeJS.ProcessEnv,
): Promise<{ ended: number[] }> {
  const queue = lockFolder(env);
  const ended = existsSync(queue) ? await sweep(queue) : [];
  const path = join(outDir, "journal.jsonl");
  if (!existsSync(path)) return { ended };
  for (const entry of readJournal(path).entries) {
    if (entry.type === "client-spawned") {
      const { pid, startTime } = entry;
      if (startTime === null || !isSameProcess(pid, startTime)) continue;
      signalGroup(pid, "SIGKILL");
      ended.push(pid);
      continue;
    }
    if (entry.type !== "engine-spawned" || entry.startTime === null) continue;
    for (const { pid, startTime } of [entry, ...(entry.helpers ?? [])]) {
      if (startTime === null || startTimeOf(pid) !== startTime) continue;
      if (groupMembers(pid).length === 0) continue;
      signalGroup(pid, "SIGKILL");
      ended.push(pid);
    }
    if (entry.cgroup) await removeLeftCgroup(entry.cgroup);
    removeWorkDir(entry.workDir);
  }
  return { ended };
}
