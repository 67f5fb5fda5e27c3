/** Files that somebody else wrote: never through a link, never a pipe or a device, never too much. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";

/** Far above the largest result: some 1,000 cells of 100 rounds. */
export const UNTRUSTED_LIMIT_BYTES = 50_000_000;

export type Untrusted =
  | { kind: "text"; text: string }
  | { kind: "absent" }
  | { kind: "refused"; why: string };

/** @returns the file's text; `refused` with the reason for whatever isn't a plain file of a fair size */
export function readUntrusted(path: string, limitBytes: number = UNTRUSTED_LIMIT_BYTES): Untrusted {
  let file: number;
  try {
    // Not on Windows, which has neither.
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
    file = openSync(path, flags);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { kind: "absent" };
    const link = code === "ELOOP" || code === "EMLINK";
    return {
      kind: "refused",
      why: link
        ? "is a symbolic link, which is not followed"
        : `can't be read (${code ?? message})`,
    };
  }
  try {
    const found = fstatSync(file);
    if (!found.isFile()) return { kind: "refused", why: "is not a file" };
    if (found.size > limitBytes) {
      const mb = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
      return { kind: "refused", why: `is larger than ${mb(limitBytes)} (${mb(found.size)})` };
    }
    return { kind: "text", text: readFileSync(file, "utf8") };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { kind: "refused", why: `can't be read (${code ?? message})` };
  } finally {
    closeSync(file);
  }
}
