/** A child process in a group of its own: started, watched, and ended with all its children. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { groupMembers, startTimeOf } from "../host/proc.ts";
import { SetupError } from "../inputs/error.ts";

export interface Spawned {
  pid: number;
  startTime: string | null;
  /** Resolves when the process has ended, by whatever cause. */
  exited: Promise<{ exitCode: number | null; signal: string | null }>;
  /** All that it has written since it was started. */
  log(): string;
  /** Asks it to end, then makes it; resolves when no process of its group is left. */
  end(graceMs: number): Promise<void>;
  /** Ends the whole group at once. */
  kill(): void;
}

/**
 * Starts a process whose output goes straight to `logPath` (appended): reading it costs us nothing
 * while we measure, and it survives us.
 * @throws SetupError when it can't be started
 */
export async function spawnGroup(
  command: string,
  args: string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; logPath: string; title: string },
): Promise<Spawned> {
  const fd = openSync(options.logPath, "a");
  writeSync(fd, `=== ${options.title}\n`);
  const logFrom = statSync(options.logPath).size;
  let child: ChildProcess;
  try {
    child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: ["ignore", fd, fd],
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
  } catch (cause) {
    throw new SetupError(`${command} could not be started: ${(cause as Error).message}`, { cause });
  } finally {
    closeSync(fd);
  }
  const pid = child.pid;
  if (pid === undefined) throw new SetupError(`${command} could not be started`);
  const exited = new Promise<{ exitCode: number | null; signal: string | null }>((resolve) => {
    child.once("exit", (exitCode, signal) => resolve({ exitCode, signal }));
  });
  const kill = () => signalGroup(pid, "SIGKILL");
  return {
    pid,
    startTime: startTimeOf(pid),
    exited,
    log: () => readFileSync(options.logPath).subarray(logFrom).toString("utf8"),
    kill,
    end: async (graceMs) => {
      signalGroup(pid, "SIGTERM");
      if (!(await within(exited, graceMs))) kill();
      await exited;
      // A child that outlived its parent.
      if (groupMembers(pid).length > 0) kill();
    },
  };
}

/** Sends a signal to a whole process group; nothing happens when it is gone. */
export function signalGroup(pgid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pgid, signal);
  } catch {
    // Gone already.
  }
}

async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const done = await Promise.race([promise.then(() => true as const), late]);
  clearTimeout(timer);
  return done;
}
