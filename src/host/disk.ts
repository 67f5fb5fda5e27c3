/** Room on the disk. */
import { statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** Bytes that this user may still write below a path that need not be there; null where unknown. */
export function freeBytes(path: string): number | null {
  let place = path;
  while (statSync(place, { throwIfNoEntry: false }) === undefined && dirname(place) !== place) {
    place = dirname(place);
  }
  try {
    const { bavail, bsize } = statfsSync(place);
    return bavail * bsize;
  } catch {
    return null;
  }
}
