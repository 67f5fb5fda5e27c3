/**
 * Whether the times of a stream's chunks are ours and not the engine's: a reader that was kept away
 * finds many chunks at once, and a rate made of their times is far too high. Pure.
 */
import type { ClientLoad } from "../journal/events.ts";
import type { Trace } from "./trace.ts";

/**
 * A reader that was late by d moves either end of a span s by d at most: the rate is up to 1 + d/s
 * times too high. From here on it is not told.
 */
export const MOST_LATENESS = 1 / 2;

/** From the first chunk with text to the last, or to the end mark where tokens without text may follow. */
export function decodeSpanMs(
  { chunkMs, finishMs }: Pick<Trace, "chunkMs" | "finishMs">,
  tokens: number | null,
): number | null {
  const from = chunkMs[0];
  const last = chunkMs.at(-1);
  if (from === undefined || last === undefined) return null;
  const end = tokens !== null && tokens > chunkMs.length ? Math.max(last, finishMs ?? last) : last;
  return end - from;
}

/** This tool's event loop was kept from running for so long that a span of chunks may be its doing. */
export function readLate(
  spanMs: number,
  client: Pick<ClientLoad, "loopDelayMs"> | null | undefined,
): boolean {
  const lateMs = client?.loopDelayMs ?? 0;
  return lateMs > 0 && lateMs >= spanMs * MOST_LATENESS;
}
