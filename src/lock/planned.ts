/** `--plan --lock FILE`. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { BenchHost } from "../end.ts";
import { writeWhole } from "../host/files.ts";
import { InputError } from "../inputs/error.ts";
import type { Prepared } from "../inputs/prepare.ts";
import { lockDigest, renderLock, shortDigest } from "./canonical.ts";
import { lockHere } from "./here.ts";
import { notPinned } from "./not-pinned.ts";
import type { Lock } from "./schema.ts";

/** Of `--lock` without a name. */
const LOCK_FILE = "bench.lock.json";

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
  checkPlace(lock, file, host);
  writeLock(lock, file, host);
  for (const line of notPinned(lock)) host.stderr.write(`Not pinned: ${line}\n`);
}

/** Where nobody named the file, another lock that is there is not written over. */
function checkPlace(lock: Lock, file: string, host: BenchHost): void {
  const path = resolve(host.cwd, file);
  if (file !== LOCK_FILE || !existsSync(path)) return;
  if (readFileSync(path, "utf8") === renderLock(lock)) return;
  throw new InputError({
    input: "--lock",
    value: file,
    expected: "no other lock there",
    mend: `Name the file to write over it (--lock ./${LOCK_FILE}), or another one.`,
  });
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
