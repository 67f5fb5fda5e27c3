/**
 * How the history lies in files, in a folder as in a branch: `2026-11/0123456789abcdef.jsonl`, a
 * file for each month and key. An append touches one small file, and what is too old goes by whole
 * months, without a file being read or written anew. Pure.
 */
import { decodeLine, encodeLine, type HistoryLine } from "../../analyze/history/line.ts";

const FILE = /^(\d{4})-(0[1-9]|1[0-2])\/([0-9a-f]{16}|unknown)\.jsonl$/;
const DAY_MS = 86_400_000;

/** Where a line belongs; values that another tool has left have no key. */
export function fileOf({ at, key }: Pick<HistoryLine, "at" | "key">): string {
  return `${at.slice(0, 7)}/${key ?? "unknown"}.jsonl`;
}

/** Those of ours, newest month first. */
export function historyFiles(paths: readonly string[]): string[] {
  return paths.filter((path) => FILE.test(path)).sort((a, b) => (a < b ? 1 : -1));
}

/** Its month ended longer ago than what is kept. Of anything else: false. */
export function isExpired(path: string, nowMs: number, keepDays: number): boolean {
  const [, year, month] = FILE.exec(path) ?? [];
  if (year === undefined || month === undefined) return false;
  return Date.UTC(Number(year), Number(month), 1) < nowMs - keepDays * DAY_MS;
}

export function isKept({ at }: HistoryLine, nowMs: number, keepDays: number): boolean {
  return Date.parse(at) >= nowMs - keepDays * DAY_MS;
}

/** Enough to say in what a run with a new key differs from the latest others. */
const OTHERS_READ = 8;
/** More months than this hold more points than are looked at. */
const SAME_READ = 36;

/** What is read for a run: the files of its key and those without one; if it has none, some others. */
export function filesToRead(paths: readonly string[], key: string | null): string[] {
  const files = historyFiles(paths);
  const keyed = key === null ? [] : files.filter((path) => path.endsWith(`/${key}.jsonl`));
  const unknown = files.filter((path) => path.endsWith("/unknown.jsonl"));
  const others = keyed.length > 0 ? [] : files.filter((path) => !unknown.includes(path));
  return [
    ...keyed.slice(0, SAME_READ),
    ...unknown.slice(0, SAME_READ),
    ...others.slice(0, OTHERS_READ),
  ];
}

/**
 * A file's text with the line at its end.
 * @param limitBytes the oldest lines go while the file is larger
 * @returns null when the line is there already
 */
export function withLine(text: string, line: HistoryLine, limitBytes: number): string | null {
  const texts = text.split("\n").filter((each) => each.trim() !== "");
  if (texts.some((each) => decodeLine(each)?.id === line.id)) return null;
  const added = [...texts, encodeLine(line)];
  let bytes = added.reduce((sum, each) => sum + Buffer.byteLength(each) + 1, 0);
  // Lines of unknown kind, a newer version's, go last: nothing tells their age.
  const age = (each: string) => Date.parse(decodeLine(each)?.at ?? "9999-01-01");
  const oldestFirst = [...added.slice(0, -1)].sort((a, b) => age(a) - age(b));
  const gone = new Set<string>();
  while (bytes > limitBytes && gone.size < oldestFirst.length) {
    const oldest = oldestFirst[gone.size] ?? "";
    gone.add(oldest);
    bytes -= Buffer.byteLength(oldest) + 1;
  }
  return `${added.filter((each) => !gone.has(each)).join("\n")}\n`;
}
