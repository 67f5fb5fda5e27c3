/** Room on the disk, and the right to write there: in one wording, whatever is kept. */
import { freeBytes } from "../../host/disk.ts";
import { SetupError } from "../../inputs/error.ts";
import { count } from "../../report/format.ts";

/** Where something is kept. */
export interface Place {
  dir: string;
  /** How it is kept elsewhere, as the rest of "Free some, or …". */
  elsewhere: string;
}

/** @throws SetupError when there is not enough room for so many bytes more */
export function checkSpace(what: string, neededBytes: number, place: Place): void {
  const free = freeBytes(place.dir);
  if (free !== null && free < neededBytes) throw noRoom(what, neededBytes, place);
}

/** @param neededBytes null: not known */
export function noRoom(
  what: string,
  neededBytes: number | null,
  { dir, elsewhere }: Place,
  cause?: unknown,
): SetupError {
  const free = freeBytes(dir);
  const left = free === null ? "" : `, ${exact(free)} are free`;
  const needed =
    neededBytes === null
      ? `the disk is full at ${dir}`
      : `${exact(neededBytes)} are needed in ${dir}`;
  return new SetupError(`No room for ${what}: ${needed}${left}. Free some, or ${elsewhere}.`, {
    cause,
  });
}

/** Both forms: a reader compares the first, a script the second. */
function exact(value: number): string {
  const gb = value >= 1e9 ? `${(value / 1e9).toFixed(2)} GB` : `${(value / 1e6).toFixed(2)} MB`;
  return `${gb} (${count(value)} bytes)`;
}

const FULL = ["ENOSPC", "EDQUOT"];
const FORBIDDEN = ["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST"];

/** Whether writing failed for want of room. */
export function isFull(error: unknown): boolean {
  return FULL.includes((error as NodeJS.ErrnoException)?.code ?? "");
}

/** A failure to write, with what mends it; anything else is given back as it is. */
export function writeFailure(what: string, error: unknown, place: Place): unknown {
  if (isFull(error)) return noRoom(what, null, place, error);
  const { code, message } = error as NodeJS.ErrnoException;
  if (!FORBIDDEN.includes(code ?? "")) return error;
  const { dir, elsewhere } = place;
  return new SetupError(
    `${what}: ${dir} can't be written to (${message}). Make it writable, or ${elsewhere}.`,
    { cause: error },
  );
}
