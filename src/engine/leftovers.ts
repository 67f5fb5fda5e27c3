/** Ends what a killed run left behind: by recorded process id and start time, never by name. */
import { existsSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { groupMembers, startTimeOf } from "../host/proc.ts";
import { readJournal } from "../journal/journal.ts";
import { signalGroup } from "./process.ts";

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
