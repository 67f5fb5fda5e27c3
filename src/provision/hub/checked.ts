/**
 * Which big blobs were hashed already: a model of many GB is not read twice before every run. A
 * blob counts as checked while its size and its time of change are those of then.
 */
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkBlob } from "./digest.ts";
import type { RepoFile } from "./needed.ts";

/** Below this, hashing costs nothing. */
const SMALL_BYTES = 64e6;

/**
 * As `checkBlob`, but a big SHA-256 blob is read only once in its life.
 * @param dir this tool's own cache
 */
export async function checkOnce(
  path: string,
  file: RepoFile,
  dir: string,
  signal: AbortSignal,
): Promise<string | null> {
  const record = join(dir, "checked", file.digest);
  const stamp = stampOf(path);
  if (file.bytes >= SMALL_BYTES && file.digest.length === 64 && stamp !== null) {
    if (read(record) === stamp && statSync(path).size === file.bytes) return file.digest;
  }
  const sha256 = await checkBlob(path, file, signal);
  if (sha256 !== null && file.bytes >= SMALL_BYTES) remember(path, file, dir);
  return sha256;
}

/** Notes that a blob has just been hashed. */
export function remember(path: string, file: RepoFile, dir: string): void {
  const stamp = stampOf(path);
  if (stamp === null || file.bytes < SMALL_BYTES) return;
  const record = join(dir, "checked", file.digest);
  try {
    mkdirSync(dirname(record), { recursive: true });
    writeFileSync(record, stamp);
  } catch {
    // It is hashed again the next time.
  }
}

function stampOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : `${path} ${found.size} ${found.mtimeMs}`;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
