/**
 * Bytes and times of one reply while it comes in. They go into a few flat arrays, not into an object
 * for each segment: with many streams at once, a garbage collection that has to move thousands of
 * young objects keeps the event loop away for several ms, and every stream's next time is late.
 */
import type { Segment } from "./types.ts";

/** A stretch of the tape; never moved or copied while a reply comes in. */
interface Reel {
  bytes: Buffer;
  /** Of each segment: its time, and where its bytes end. */
  times: Float64Array;
  ends: Uint32Array;
  count: number;
}

/** Replies are small mostly, and each has a tape: reels begin small and double. */
const FIRST_BYTES = 4096;
const MOST_BYTES = 64 * 1024;
/** Chunks of one token have some 200 bytes. */
const BYTES_PER_SEGMENT = 128;

export class Tape {
  readonly #reels: Reel[] = [];
  /** Bytes so far. */
  bytes = 0;

  /** Copies the bytes: the caller's buffer may be used again. */
  add(tNs: number, chunk: Uint8Array): void {
    const size = chunk.byteLength;
    let reel = this.#reels.at(-1);
    let from = reel === undefined ? 0 : endOf(reel);
    if (reel === undefined || reel.count === reel.times.length || size > reel.bytes.length - from) {
      reel = newReel(reel === undefined ? FIRST_BYTES : reel.bytes.length * 2, size);
      this.#reels.push(reel);
      from = 0;
    }
    reel.bytes.set(chunk, from);
    reel.times[reel.count] = tNs;
    reel.ends[reel.count] = from + size;
    reel.count += 1;
    this.bytes += size;
  }

  /**
   * What was recorded, in memory of its own that has just the size of it.
   * @param most only the first so many bytes; the last segment is cut
   */
  segments(most = Number.POSITIVE_INFINITY): Segment[] {
    const all = Buffer.allocUnsafeSlow(Math.min(most, this.bytes));
    const segments: Segment[] = [];
    let at = 0;
    for (const reel of this.#reels) {
      let from = 0;
      for (let index = 0; index < reel.count; index++) {
        if (at >= most) return segments;
        const end = reel.ends[index] ?? 0;
        const size = reel.bytes.copy(all, at, from, end);
        segments.push({ tNs: reel.times[index] ?? 0, bytes: all.subarray(at, at + size) });
        at += size;
        from = end;
      }
    }
    return segments;
  }
}

function newReel(bytes: number, atLeast: number): Reel {
  const size = Math.max(Math.min(bytes, MOST_BYTES), atLeast);
  const segments = Math.ceil(Math.min(size, MOST_BYTES) / BYTES_PER_SEGMENT);
  return {
    bytes: Buffer.allocUnsafeSlow(size),
    times: new Float64Array(segments),
    ends: new Uint32Array(segments),
    count: 0,
  };
}

function endOf(reel: Reel): number {
  return reel.ends[reel.count - 1] ?? 0;
}
