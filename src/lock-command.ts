/** `lock`: the lock of a run that has been, from whatever of it is at hand. */
import type { BenchHost } from "./end.ts";
import { InputError } from "./inputs/error.ts";
import { lockAt } from "./lock/of-place.ts";
import { writeLock } from "./lock/planned.ts";

/** @returns the exit code: 2 for what holds no lock */
export function lock(given: string, { out = "-" }: { out?: string }, host: BenchHost): number {
  try {
    writeLock(lockAt(given, host.cwd, "lock"), out, host);
    return 0;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    host.stderr.write(`Error: ${error.message}\n`);
    return 2;
  }
}
