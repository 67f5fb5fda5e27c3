/** The history in a folder. Files are only ever appended to, or removed by whole months. */
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmdirSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { decodeLines, encodeLine, type HistoryLine } from "../../analyze/history/line.ts";
import { fileOf, filesToRead, historyFiles, isExpired, isKept } from "./layout.ts";

export interface HistoryRead {
  lines: HistoryLine[];
  /** Lines that could not be read: torn, or of a newer version. */
  skipped: number;
}

/** What concerns a run with this key; `all`: everything. A folder that isn't there is empty. */
export function readDirectory(
  dir: string,
  key: string | null | "all",
  keep: { nowMs: number; days: number },
): HistoryRead {
  const paths = pathsIn(dir).filter((path) => !isExpired(path, keep.nowMs, keep.days));
  const files = key === "all" ? historyFiles(paths) : filesToRead(paths, key);
  const read = files.map((path) => decodeLines(readFileSync(join(dir, path), "utf8")));
  return {
    lines: read.flatMap(({ lines }) => lines).filter((line) => isKept(line, keep.nowMs, keep.days)),
    skipped: read.reduce((sum, { skipped }) => sum + skipped, 0),
  };
}

/**
 * Appends by one write at the end of the file, which the system does whole, one after the other,
 * whoever else appends at that time.
 * @returns false when it was there already
 */
export function appendToDirectory(dir: string, line: HistoryLine): boolean {
  const path = join(dir, fileOf(line));
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, "a+");
  try {
    const { lines } = decodeLines(readFileSync(path, "utf8"));
    if (lines.some(({ id }) => id === line.id)) return false;
    writeSync(fd, `${endsInMidLine(fd) ? "\n" : ""}${encodeLine(line)}\n`);
    return true;
  } finally {
    closeSync(fd);
  }
}

/** Takes away whole months that are older than what is kept, and nothing else in the folder. */
export function pruneDirectory(dir: string, keep: { nowMs: number; days: number }): void {
  for (const path of pathsIn(dir)) {
    if (!isExpired(path, keep.nowMs, keep.days)) continue;
    rmSync(join(dir, path), { force: true });
    try {
      rmdirSync(dirname(join(dir, path)));
    } catch {
      // Not empty.
    }
  }
}

/** Its last writer was killed: what it left must not swallow the next line. */
function endsInMidLine(fd: number): boolean {
  const { size } = fstatSync(fd);
  const last = Buffer.alloc(1);
  return size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last.toString() !== "\n";
}

function pathsIn(dir: string): string[] {
  const listed = (path: string) => {
    try {
      return readdirSync(path, { withFileTypes: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  };
  return listed(dir)
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => listed(join(dir, name)).map((file) => `${name}/${file.name}`));
}
