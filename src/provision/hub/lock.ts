/** One download of a blob at a time on this machine: two would write into one file. */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { isSameProcess, startTimeOf } from "../../host/proc.ts";
import { writable } from "./layout.ts";

const POLL_MS = 500;
/** A lock without a readable owner is being written, unless it is older than this. */
const WRITTEN_WITHIN_MS = 10_000;

/**
 * Waits for the lock and takes it. One whose owner is no longer alive is taken over.
 * @param onWait told once, with the owner's process id
 * @returns gives the lock back
 */
export async function takeLock(
  path: string,
  pause: (ms: number) => Promise<void>,
  onWait: (pid: number) => void,
): Promise<() => void> {
  writable(dirname(path), () => mkdirSync(dirname(path), { recursive: true }));
  const mine = `${process.pid} ${startTimeOf(process.pid) ?? ""}`;
  let told = false;
  while (!writable(dirname(path), () => tryTake(path, mine))) {
    const text = read(path);
    if (text !== null && !isAlive(text, path)) {
      removeStale(path, text);
      continue;
    }
    if (!told && text !== null) onWait(pidIn(text));
    told = true;
    await pause(POLL_MS);
  }
  return () => {
    if (read(path) === mine) rmSync(path, { force: true });
  };
}

function tryTake(path: string, mine: string): boolean {
  try {
    writeFileSync(path, mine, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function isAlive(text: string, path: string): boolean {
  const pid = pidIn(text);
  if (pid > 0) return isSameProcess(pid, text.slice(text.indexOf(" ") + 1));
  const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - written < WRITTEN_WITHIN_MS;
}

/** Another process may have taken it over in between: what is removed is looked at once more. */
function removeStale(path: string, text: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (read(aside) === text) rmSync(aside, { force: true });
  else renameSync(aside, path);
}

function pidIn(text: string): number {
  const pid = Number(text.split(" ")[0]);
  return Number.isInteger(pid) ? pid : 0;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
