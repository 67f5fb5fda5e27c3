/** The append-only record: written as each event happens, read again by `report`. */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { InputError } from "../inputs/error.ts";
import { decodeEntry, encodeEntry } from "./codec.ts";
import type { JournalEntry, JournalEvent } from "./events.ts";

export interface Journal {
  /** Writes the event before it returns: a kill of this process loses nothing that was appended. */
  append(event: JournalEvent): JournalEntry;
  /** Milliseconds since it was opened. */
  now(): number;
  close(): void;
}

/** Opens a new journal at `path`, replacing an older run's. */
export function openJournal(path: string): Journal {
  const fd = openSync(path, "w");
  const openedAt = performance.now();
  let seq = 0;
  let open = true;
  const now = () => Math.round((performance.now() - openedAt) * 1000) / 1000;
  return {
    now,
    append(event) {
      const tMs = now();
      const entry: JournalEntry = { seq: seq++, tMs, ...event };
      if (open) writeSync(fd, `${encodeEntry(entry)}\n`);
      return entry;
    },
    close() {
      if (open) closeSync(fd);
      open = false;
    },
  };
}

/**
 * Reads a journal, also one that ends in mid-line because its writer was killed.
 * @returns the entries, and how many bytes at the end were no whole entry
 * @throws InputError when the file isn't a journal
 */
export function readJournal(path: string): { entries: JournalEntry[]; lostBytes: number } {
  return parseJournal(readFileSync(path, "utf8"), path);
}

/** The same of a text that was read already; the path is for the error. */
export function parseJournal(
  text: string,
  path: string,
): { entries: JournalEntry[]; lostBytes: number } {
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  const entries = lines.map((line, index) => {
    try {
      return decodeEntry(line);
    } catch (cause) {
      throw new InputError({
        input: `journal ${path}`,
        value: line.slice(0, 60),
        expected: `one JSON object on line ${index + 1}`,
        mend: `${(cause as Error).message}. Only the last line of a journal may be cut off.`,
      });
    }
  });
  return { entries, lostBytes: Buffer.byteLength(last) };
}
