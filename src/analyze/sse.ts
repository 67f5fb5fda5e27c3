/** Recorded segments to timed server-sent events. The parser is eventsource-parser's. */
import { createParser } from "eventsource-parser";
import type { Segment } from "../drive/types.ts";

export interface TimedEvent {
  /** Of the segment that completed the event, ns since t0. */
  tNs: number;
  data: string;
  /** The stream ended before the blank line that ends an event: it may be cut off in mid-event. */
  unfinished?: true;
}

/**
 * Splits the bytes into events wherever the segments were cut: inside an event, a line ending or a
 * UTF-8 character. A stream that ends without a blank line still gives its last event, as servers
 * that close right after `data: [DONE]` expect of their readers.
 */
export function toTimedEvents(segments: readonly Segment[]): TimedEvent[] {
  const events: TimedEvent[] = [];
  let tNs = 0;
  let ended = false;
  const parser = createParser({
    onEvent: ({ data }) => events.push(ended ? { tNs, data, unfinished: true } : { tNs, data }),
  });
  const decoder = new TextDecoder("utf-8");
  let afterCr = false;
  for (const segment of segments) {
    tNs = segment.tNs;
    const text = decoder.decode(segment.bytes, { stream: true });
    if (text === "") continue;
    // A CR ends a line by itself (WHATWG HTML, 9.2.6); the parser would wait for what follows it.
    const rest = afterCr && text.startsWith("\n") ? text.slice(1) : text;
    afterCr = text.endsWith("\r");
    parser.feed(rest.replace(/\r\n?/g, "\n"));
  }
  ended = true;
  parser.feed(`${decoder.decode()}\n\n`);
  return events;
}

/** Lines of text with the time at which each was whole; the same shape as events. */
export function toTimedLines(segments: readonly Segment[]): TimedEvent[] {
  const lines: TimedEvent[] = [];
  const decoder = new TextDecoder("utf-8");
  let held = "";
  let tNs = 0;
  for (const segment of segments) {
    tNs = segment.tNs;
    // Only what is new is looked through: a line may be as long as the whole reply.
    const [first = "", ...more] = decoder.decode(segment.bytes, { stream: true }).split("\n");
    const parts = [held + first, ...more];
    held = parts.pop() ?? "";
    for (const data of parts) if (data.trim() !== "") lines.push({ tNs, data });
  }
  held += decoder.decode();
  if (held.trim() !== "") lines.push({ tNs, data: held, unfinished: true });
  return lines;
}

/** All the bytes as text. */
export function toText(segments: readonly Segment[]): string {
  return Buffer.concat(segments.map((segment) => segment.bytes)).toString("utf8");
}
