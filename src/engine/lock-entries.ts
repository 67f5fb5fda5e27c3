/** The files in which runs queue up for the machine: whose are they, who of them lives, who is first. */
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isSameProcess } from "../host/proc.ts";
import { removeLeftCgroup } from "./cgroup.ts";
import { signalGroup } from "./process.ts";

interface ProcessRecord {
  pid: number;
  startTime: string | null;
}

/** What a run's file says: who it is, and what would be left if it were killed. */
export interface LockEntry extends ProcessRecord {
  /** The engine and its helpers, each with a process group of its own. */
  engines: ProcessRecord[];
  /** Name of the engine's cgroup. */
  cgroup: string | null;
  /** Name of the run's folder below the system's temporary one. */
  workDir: string | null;
}

/** A run in the queue. */
export interface Queued {
  file: string;
  /** Null while it chooses one. */
  number: number | null;
  /** The process to wait for: the run's, or that of an engine that outlived it. */
  pid: number;
  /** Decides between equal numbers. */
  id: string;
}

const FILE = /^(?:(\d{9})|choosing|draft)-(\d+-[0-9a-f]{8})$/;

/** Runs that live, and those of which an engine does that we may not end. */
export function living(folder: string): Queued[] {
  return readdirSync(folder).flatMap((file) => {
    const [, number, id] = FILE.exec(file) ?? [];
    const read =
      id === undefined || file.startsWith("draft") ? null : readEntry(join(folder, file));
    if (read === null || id === undefined) return [];
    const { entry } = read;
    const alive = [entry, ...entry.engines].find((each) => lives(each));
    if (alive === undefined) return [];
    return [{ file, id, number: number === undefined ? null : Number(number), pid: alive.pid }];
  });
}

/** Those whose turn it is before ours, the first of them first; who still chooses comes last. */
export function ahead(folder: string, own: Queued): Queued[] {
  const key = ({ number, id }: Queued) => `${String(number ?? 1e9).padStart(10, "0")} ${id}`;
  return living(folder)
    .filter((each) => each.id !== own.id && (each.number === null || key(each) < key(own)))
    .sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/**
 * Takes away the files of dead runs, and ends the engines that they left; what can't be read or
 * removed stays, and keeps nobody waiting. Only a file of our own
 * user is believed as to that: in a folder where all may write, another's could name any process.
 * An engine of which no start time is known could be any later process: it is never ended.
 * @param user who we are; null where files have no owners (Windows: the folder is this user's own)
 * @returns the engines that were ended
 */
export async function sweep(
  folder: string,
  user: number | null = process.getuid?.() ?? null,
): Promise<number[]> {
  const ended: number[] = [];
  for (const file of filesIn(folder)) {
    if (!FILE.test(file)) continue;
    const read = readEntry(join(folder, file));
    if (read === null || lives(read.entry)) continue;
    const left = read.entry.engines.filter(lives);
    const ours = user === null || read.owner === user;
    if (left.length > 0 && (!ours || left.some(({ startTime }) => startTime === null))) continue;
    for (const { pid } of left) {
      signalGroup(pid, "SIGKILL");
      ended.push(pid);
    }
    if (left.length > 0) await untilGone(left);
    if (ours) {
      if (read.entry.cgroup !== null) await removeLeftCgroup(read.entry.cgroup);
      if (read.entry.workDir !== null) removeWorkDir(read.entry.workDir);
    }
    removeIfAllowed(join(folder, file));
  }
  return ended;
}

/** None of a folder that can't be read: who needs the lock finds that out, and says so. */
function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** In a sticky folder another user's files stay. */
export function removeIfAllowed(path: string, options: { recursive?: boolean } = {}): void {
  try {
    rmSync(path, { force: true, ...options });
  } catch {
    // A dead run's file is ignored by all.
  }
}

/** A name comes from a file: only one that we would have made is believed. */
export function removeWorkDir(name: string): void {
  if (!/^inferrs-bench-\w{6}$/.test(name)) return;
  removeIfAllowed(join(tmpdir(), name), { recursive: true });
}

/** A server of many GB takes a while to go; its memory is wanted by the next. */
async function untilGone(processes: readonly ProcessRecord[]): Promise<void> {
  for (let tries = 0; tries < 100 && processes.some(lives); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function lives({ pid, startTime }: ProcessRecord): boolean {
  return isSameProcess(pid, startTime);
}

const LONGEST = 10_000;

/** @returns null when it is gone, or no file of this tool */
function readEntry(path: string): { entry: LockEntry; owner: number } | null {
  let fd: number;
  try {
    // Anybody may plant a link here, or a pipe that would be waited for.
    const careful = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
    fd = openSync(path, constants.O_RDONLY | careful);
  } catch {
    return null;
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > LONGEST) return null;
    const { pid, startTime, engines, cgroup, workDir } = JSON.parse(readFileSync(fd, "utf8"));
    const names = [cgroup, workDir].every((name) => name === null || typeof name === "string");
    if (!names || ![{ pid, startTime }, ...engines].every(isRecord)) return null;
    const entry = { pid, startTime, engines, cgroup, workDir };
    return { entry, owner: stat.uid };
  } catch {
    return null;
  } finally {
    closeSync(fd);
  }
}

function isRecord(value: ProcessRecord): boolean {
  const { pid, startTime } = value ?? {};
  return Number.isInteger(pid) && pid > 1 && (startTime === null || typeof startTime === "string");
}
