/** The same run found twice: in a folder and in what was merged of it, or by two paths. Pure. */
import { lockDigest } from "./lock/canonical.ts";
import type { ReportedRun } from "./report/reported.ts";

/** Each once, at its first place; where only a later one has its history, as the later one is. */
export function eachOnce(runs: readonly ReportedRun[]): ReportedRun[] {
  const found = new Map<string, ReportedRun>();
  for (const run of runs) {
    const key = keyOf(run);
    const before = found.get(key);
    if (before === undefined || (before.history === null && run.history !== null)) {
      found.set(key, run);
    }
  }
  return [...found.values()];
}

/** What no two runs have in common: begun in the same millisecond, to ask the same by the same words. */
function keyOf({ result }: ReportedRun): string {
  const { startedAt, label, command, lock, cells, environment } = result;
  return JSON.stringify([
    startedAt,
    label,
    command,
    lock === null ? null : lockDigest(lock.inputs),
    cells.map(({ id }) => id),
    environment.fingerprint,
  ]);
}
