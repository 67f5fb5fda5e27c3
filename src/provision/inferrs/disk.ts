/** Room on the disk: looked at first, and told apart from other failures when it runs out. */
import { freeBytes } from "../../host/disk.ts";
import { SetupError } from "../../inputs/error.ts";
import { bytes } from "../../report/format.ts";

/** @throws SetupError when there is not enough room for so many bytes more */
export function checkSpace(what: string, dir: string, needed: number): void {
  const free = freeBytes(dir);
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
