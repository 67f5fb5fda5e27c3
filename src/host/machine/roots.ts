/** Where the kernel's own files are. Tests read recorded folders instead. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Roots {
  proc: string;
  sys: string;
  etc: string;
}

export const ROOTS: Roots = { proc: "/proc", sys: "/sys", etc: "/etc" };

/** A file's text without the blanks around it; null when it can't be read. */
export function readText(...path: string[]): string | null {
  try {
    return readFileSync(join(...path), "utf8").trim();
  } catch {
    return null;
  }
}

/** A file that holds one number; null when it can't be read or holds something else. */
export function readNumber(...path: string[]): number | null {
  const text = readText(...path);
  if (text === null || text === "") return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}
