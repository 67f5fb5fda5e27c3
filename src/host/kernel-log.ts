/** The kernel's log on kills for memory. It may be read by root, and where dmesg is not restricted. */
import { closeSync, constants, openSync, readSync } from "node:fs";

export interface OomKill {
  pid: number;
  /** Whose limit it was: path of the cgroup in its hierarchy; null: the machine's memory. */
  cgroup: string | null;
  /** Resident memory of the victim when it was killed. */
  rssBytes: number;
}

/** The number of the last record now; null where the log can't be read. */
export function kernelLogEnd(): number | null {
  const records = readRecords();
  return records === null ? null : (records.at(-1)?.seq ?? -1);
}

/** The last kill of one of these processes after a record; null: none, or the log can't be read. */
export function oomKillOf(pids: readonly number[], after: number): OomKill | null {
  const lines = (readRecords() ?? []).filter(({ seq }) => seq > after).map(({ text }) => text);
  return parseOomKills(lines).findLast((kill) => pids.includes(kill.pid)) ?? null;
}

/**
 * Two lines tell of a kill (mm/oom_kill.c: dump_oom_summary and __oom_kill_process; seen on 6.18):
 * `oom-kill:constraint=CONSTRAINT_MEMCG,…,oom_memcg=/a,task_memcg=/a/b,task=node,pid=7,uid=0` and
 * `Memory cgroup out of memory: Killed process 7 (node) total-vm:9kB, anon-rss:8kB, file-rss:7kB,
 * shmem-rss:0kB, …`, without "Memory cgroup" where the machine's memory had run out.
 */
export function parseOomKills(lines: readonly string[]): OomKill[] {
  const cgroups = new Map<number, string>();
  const kills: OomKill[] = [];
  for (const line of lines) {
    const summary = /oom-kill:constraint=.*,oom_memcg=([^,]+),.*,pid=(\d+)/.exec(line);
    if (summary) cgroups.set(Number(summary[2]), summary[1] ?? "");
    const killed = /ut of memory: Killed process (\d+) /.exec(line);
    if (!killed) continue;
    const pid = Number(killed[1]);
    const rss = [...line.matchAll(/(?:anon|file|shmem)-rss:(\d+)kB/g)];
    const cgroup = /Memory cgroup out of memory/.test(line) ? (cgroups.get(pid) ?? "") : null;
    kills.push({ pid, cgroup, rssBytes: rss.reduce((sum, [, kB]) => sum + Number(kB) * 1024, 0) });
  }
  return kills;
}

/** A read of /dev/kmsg gives one record, `PRIORITY,NUMBER,TIME,FLAGS;TEXT` (Documentation/ABI). */
function readRecords(): { seq: number; text: string }[] | null {
  let fd: number;
  try {
    fd = openSync("/dev/kmsg", constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  const records: { seq: number; text: string }[] = [];
  const buffer = Buffer.alloc(16_384);
  try {
    for (;;) {
      const line = readOne(fd, buffer);
      if (line === null) return records;
      const [, seq, text] = /^\d+,(\d+),[^;]*;(.*)/.exec(line) ?? [];
      if (seq !== undefined && text !== undefined) records.push({ seq: Number(seq), text });
    }
  } finally {
    closeSync(fd);
  }
}

/** @returns null at the end of the log */
function readOne(fd: number, buffer: Buffer): string | null {
  try {
    return buffer.toString("utf8", 0, readSync(fd, buffer));
  } catch (error) {
    // EPIPE: records were overwritten while we read; the next read goes on after them.
    return (error as NodeJS.ErrnoException).code === "EPIPE" ? "" : null;
  }
}
