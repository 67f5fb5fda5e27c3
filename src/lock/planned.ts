/** `--plan --lock FILE`. */
import { resolve } from "node:path";
import type { BenchHost } from "../end.ts";
import { writeWhole } from "../host/files.ts";
import { InputError } from "../inputs/error.ts";
import type { Prepared } from "../inputs/prepare.ts";
import { lockDigest, renderLock, shortDigest } from "./canonical.ts";
import { lockHere } from "./here.ts";
import { notPinned } from "./not-pinned.ts";
import type { Lock } from "./schema.ts";

/**
 * Looks up every input, writes the lock and says what it doesn't pin.
 * @param file `-`: to the standard output
 */
export async function writePlannedLock(
  file: string,
  prepared: Prepared,
  host: BenchHost,
): Promise<void> {
  const lock = await lockHere(prepared, host);
  writeLock(lock, file, host);
  for (const line of notPinned(lock)) host.stderr.write(`Not pinned: ${line}\n`);
}

/** Writes the lock, and says by which digest it is known. */
export function writeLock(lock: Lock, file: string, host: BenchHost): void {
  const digest = lockDigest(lock);
  if (file === "-") host.stdout.write(renderLock(lock));
  else {
    try {
      writeWhole(resolve(host.cwd, file), renderLock(lock));
    } catch (cause) {
      throw new InputError({
        input: "--lock",
        value: file,
        expected: "a file that can be written",
        mend: `${(cause as Error).message}.`,
      });
    }
  }
  const where = file === "-" ? "" : ` in ${file}`;
  host.stderr.write(`Lock ${shortDigest(digest)}${where} (SHA-256 ${digest})\n`);
}
