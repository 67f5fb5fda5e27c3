/** Ends what a killed run left behind: by recorded process id and start time, never by name. */
import { existsSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { groupMembers, runsSince, startTimeOf } from "../host/proc.ts";
import { readJournal } from "../journal/journal.ts";
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
  return runsSince(owner.pid, owner.startTime) ? owner.pid : null;
}

/**
 * Looks into the journal of an output folder for engines that were started and never ended.
 * @returns the process ids of the groups that were still alive and have been ended
 */
export async function endLeftovers(outDir: string): Promise<{ ended: number[] }> {
  const path = join(outDir, "journal.jsonl");
  if (!existsSync(path)) return { ended: [] };
  const ended: number[] = [];
  for (const entry of readJournal(path).entries) {
    if (entry.type !== "engine-spawned" || entry.startTime === null) continue;
    if (startTimeOf(entry.pid) === entry.startTime && groupMembers(entry.pid).length > 0) {
      signalGroup(entry.pid, "SIGKILL");
      ended.push(entry.pid);
    }
    // A journal is a file like any other: only a name that we would have made is taken from it.
    if (/^inferrs-bench-\w{6}$/.test(entry.workDir)) {
      rmSync(join(tmpdir(), entry.workDir), { recursive: true, force: true });
    }
  }
  return { ended };
}
