/**
 * One engine on a machine at a time, whoever starts it: a queue of files in a folder that all users
 * share. Each run writes a file of its own and holds the lock while its is the first of the living.
 * No file is ever taken over, so nothing can be broken at the wrong moment; a dead run's is ignored.
 *
 * This is Lamport's bakery (CACM 17(8), 1974): a run first shows that it is choosing, then takes the
 * next number, and waits for all who are choosing and all with lower numbers. A listing of a folder
 * is no snapshot, so two in a row must agree.
 */
import { randomBytes } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTimeOf } from "../host/proc.ts";
import { SetupError } from "../inputs/error.ts";
import {
  ahead,
  type LockEntry,
  living,
  type Queued,
  removeIfAllowed,
  sweep,
} from "./lock-entries.ts";

export interface MachineLock {
  waitedMs: number;
  /** Whom it waited for, at last; null: nobody. */
  holder: number | null;
  /** Makes known what would be left behind if this process were killed. */
  note(left: Pick<LockEntry, "engines" | "cgroup" | "workDir">): void;
  release(): void;
}

export interface LockOptions {
  /** 0: not at all. */
  timeoutMs: number;
  signal: AbortSignal;
  env: NodeJS.ProcessEnv;
  /** Called when the wait begins, and when another one is waited for. */
  onWait: (holder: number) => void;
}

const POLL_EVERY_MS = 200;
/** Longer than any choice takes: who is still at it then has been stopped (SIGSTOP). */
const CHOOSING_AT_MOST_MS = 5_000;

/**
 * The same folder for all users of the machine, so not the temporary one of this user. A container
 * has one of its own: runs in two containers don't see each other.
 * @param env `INFERRS_BENCH_LOCK_DIR` names another
 */
export function lockFolder(env: NodeJS.ProcessEnv): string {
  const shared = process.platform === "win32" ? tmpdir() : "/tmp";
  return env.INFERRS_BENCH_LOCK_DIR || join(shared, "inferrs-bench-lock");
}

/**
 * Waits until no other run has an engine on this machine; takes away what dead runs have left.
 * @throws SetupError when it is not had in time, or the run is stopped
 */
export async function lockMachine(options: LockOptions): Promise<MachineLock> {
  const folder = openFolder(options.env);
  const from = performance.now();
  const waitedMs = () => performance.now() - from;
  await sweep(folder);
  const ticket = takeTicket(folder);
  const giveUp = (why: string): never => {
    ticket.release();
    throw new SetupError(why);
  };
  let holder: number | null = null;
  for (let clear = 0; clear < 2; ) {
    const [first] = aheadOf(folder, ticket);
    if (first === undefined) {
      clear++;
      continue;
    }
    clear = 0;
    if (options.signal.aborted) giveUp("stopped while waiting for the machine");
    // Who is only choosing has done so in a moment, and comes after us or before us then.
    const choosing = first.number === null && waitedMs() < CHOOSING_AT_MOST_MS;
    if (!choosing && first.pid !== holder) {
      holder = first.pid;
      options.onWait(holder);
    }
    if (!choosing && waitedMs() >= options.timeoutMs) {
      const seconds = Math.round(options.timeoutMs / 1000);
      giveUp(
        `--lock-timeout: got "${seconds}"; expected this machine to be free within ${seconds} s, but process ${first.pid} (another run of inferrs-bench, says ${join(folder, first.file)}) has its engine here, and one at a time can be measured. Wait for it, give more time with --lock-timeout, or end that process.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
    await sweep(folder);
  }
  return { waitedMs: holder === null ? 0 : waitedMs(), holder, ...ticket };
}

/** The folder was there, and may be gone or locked up since. */
function aheadOf(folder: string, ticket: Ticket): Queued[] {
  try {
    return ahead(folder, ticket);
  } catch (cause) {
    ticket.release();
    throw unusable(folder, cause);
  }
}

/** Made by whoever is first, and then everybody's. */
function openFolder(env: NodeJS.ProcessEnv): string {
  const folder = lockFolder(env);
  try {
    mkdirSync(folder);
    chmodSync(folder, 0o777);
  } catch (cause) {
    // In /tmp anyone may have made it: a link in its place would lead our files elsewhere.
    if (!isFolder(folder)) {
      throw new SetupError(
        `${folder}: got ${(cause as Error).message}; expected a folder in which runs of this machine queue up. Remove what stands there, or name another folder in INFERRS_BENCH_LOCK_DIR.`,
        { cause },
      );
    }
  }
  return folder;
}

function isFolder(path: string): boolean {
  try {
    return lstatSync(path).isDirectory();
  } catch {
    return false;
  }
}

function unusable(folder: string, cause: unknown): SetupError {
  return new SetupError(
    `${folder}: got ${(cause as Error).message}; expected a folder that every user may read and write to, on a disk that isn't full. chmod 777 it, or name another folder in INFERRS_BENCH_LOCK_DIR.`,
    { cause },
  );
}

type Ticket = Queued & Pick<MachineLock, "note" | "release">;

function takeTicket(folder: string): Ticket {
  const { pid } = process;
  const id = `${pid}-${randomBytes(4).toString("hex")}`;
  const startTime = startTimeOf(pid);
  const entry: LockEntry = { pid, startTime, engines: [], cgroup: null, workDir: null };
  const choosing = `choosing-${id}`;
  // Renamed into its place: it is whole when it appears, and never gone in between.
  const write = (file: string, about: LockEntry) => {
    const draft = join(folder, `draft-${id}`);
    try {
      writeFileSync(draft, JSON.stringify(about), { mode: 0o644, flag: "wx" });
      renameSync(draft, join(folder, file));
    } catch (error) {
      // A half one would be in the way of the next.
      removeIfAllowed(draft);
      throw error;
    }
  };
  try {
    write(choosing, entry);
    const highest = Math.max(0, ...living(folder).map((each) => each.number ?? 0));
    const number = highest + 1;
    const file = `${String(number).padStart(9, "0")}-${id}`;
    write(file, entry);
    rmSync(join(folder, choosing), { force: true });
    return {
      ...{ file, number, pid, id },
      note: (left) => {
        try {
          write(file, { ...entry, ...left });
        } catch {
          // A full disk: the lock is held all the same, and the journal knows the engine too.
        }
      },
      release: () => removeIfAllowed(join(folder, file)),
    };
  } catch (cause) {
    removeIfAllowed(join(folder, choosing));
    throw unusable(folder, cause);
  }
}
