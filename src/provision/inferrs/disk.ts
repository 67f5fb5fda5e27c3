/** Room on the disk: looked at first, and told apart from other failures when it runs out. */
import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { SetupError } from "../../inputs/error.ts";
import { bytes } from "../../report/format.ts";

/** Bytes that may still be written to the disk of a folder, which needn't be there yet. */
export async function freeBytes(dir: string): Promise<number | null> {
  let at = dir;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  return await statfs(at).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  );
}

/** @throws SetupError when there is not enough room for so many bytes more */
export async function checkSpace(what: string, dir: string, needed: number): Promise<void> {
  const free = await freeBytes(dir);
  if (free === null || free >= needed) return;
  throw new SetupError(
    `${what} needs ${bytes(needed)} in ${dir}, where ${bytes(free)} are free. ${MAKE_ROOM}`,
  );
}

const MAKE_ROOM =
  "Make room, or keep the cache on another disk (XDG_CACHE_HOME; on a runner RUNNER_TOOL_CACHE).";

/** A failure to write, with what mends it; anything else is given back as it is. */
export function writeFailure(what: string, dir: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new SetupError(`${what}: the disk is full at ${dir} (${code}). ${MAKE_ROOM}`, {
      cause: error,
    });
  }
  if (code === "EACCES" || code === "EROFS" || code === "EPERM" || code === "ENOTDIR") {
    return new SetupError(
      `${what}: ${dir} can't be written (${message}). Keep the cache elsewhere: XDG_CACHE_HOME, or on a runner RUNNER_TOOL_CACHE.`,
      { cause: error },
    );
  }
  return error;
}
