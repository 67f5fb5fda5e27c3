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
  for (const segment of segments) {
    tNs = segment.tNs;
    parser.feed(decoder.decode(segment.bytes, { stream: true }));
  }
  ended = true;
  parser.feed(`${decoder.decode()}\n\n`);
  return events;
}

/** All the bytes as text. */
export function toText(segments: readonly Segment[]): string {
  return Buffer.concat(segments.map((segment) => segment.bytes)).toString("utf8");
}
