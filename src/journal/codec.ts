/**
 * Journal entries as lines of JSON. Recorded bytes are written as `[tNs, base64]`, so that an old
 * journal can be analysed again exactly as it was seen.
 */
import type { Segment } from "../drive/types.ts";
import type { JournalEntry } from "./events.ts";

/** One line, without the newline. */
export function encodeEntry(entry: JournalEntry): string {
  return JSON.stringify(entry, (key, value) =>
    key === "segments" && Array.isArray(value) ? value.map(encodeSegment) : value,
  );
}

/** @throws SyntaxError when the line isn't JSON (as the last line of a killed run may be). */
export function decodeEntry(line: string): JournalEntry {
  return JSON.parse(line, (key, value) =>
    key === "segments" && Array.isArray(value) ? value.map(decodeSegment) : value,
  ) as JournalEntry;
}

function encodeSegment(segment: Segment): [number, string] {
  return [segment.tNs, Buffer.from(segment.bytes).toString("base64")];
}

function decodeSegment([tNs, text]: [number, string]): Segment {
  return { tNs, bytes: Buffer.from(text, "base64") };
}
