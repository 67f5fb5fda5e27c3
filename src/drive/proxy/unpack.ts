/** Bodies that the server compressed for the client: told as what they say, at the times they came. */
import { brotliDecompressSync, constants, gunzipSync, inflateSync } from "node:zlib";
import { RESPONSE_BYTES_CAP } from "../client.ts";
import type { Segment } from "../types.ts";

/** A few bytes can unpack to any number. */
const maxOutputLength = RESPONSE_BYTES_CAP;
const zlib = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength };
const brotli = { finishFlush: constants.BROTLI_OPERATION_FLUSH, maxOutputLength };

/** What was packed, as far as it got: a reply that was cut off has no end. */
const UNPACK: Record<string, (bytes: Buffer) => Buffer> = {
  gzip: (bytes) => gunzipSync(bytes, zlib),
  "x-gzip": (bytes) => gunzipSync(bytes, zlib),
  deflate: (bytes) => inflateSync(bytes, zlib),
  br: (bytes) => brotliDecompressSync(bytes, brotli),
};

/** Each segment is unpacked with all before it: above this work only the whole is, with the last time. */
const MOST_UNPACKED_BYTES = 256 * 1024 * 1024;

/**
 * @param coding the response's `content-encoding`
 * @returns what each segment adds to the unpacked body; the segments as they are where that can't be
 *   told (no coding, one that isn't known, bytes that aren't what it says)
 */
export function unpack(segments: readonly Segment[], coding: string | undefined): Segment[] {
  const open = UNPACK[(coding ?? "").trim().toLowerCase()];
  const packed = Buffer.concat(segments.map(({ bytes }) => bytes));
  const last = segments.at(-1);
  if (open === undefined || last === undefined) return [...segments];
  try {
    const whole = open(packed);
    if (whole.length * segments.length > MOST_UNPACKED_BYTES)
      return [{ tNs: last.tNs, bytes: whole }];
    const unpacked: Segment[] = [];
    let upTo = 0;
    let told = 0;
    for (const { tNs, bytes } of segments) {
      upTo += bytes.length;
      const length = lengthOf(() => open(packed.subarray(0, upTo)));
      if (length > told) unpacked.push({ tNs, bytes: whole.subarray(told, length) });
      told = Math.max(told, length);
    }
    return unpacked;
  } catch {
    return [...segments];
  }
}

/** The first bytes alone may be too few to begin with. */
function lengthOf(open: () => Buffer): number {
  try {
    return open().length;
  } catch {
    return 0;
  }
}
