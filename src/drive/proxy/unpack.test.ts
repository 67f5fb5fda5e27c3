import assert from "node:assert/strict";
import { test } from "node:test";
import { brotliCompressSync, constants, createGzip, deflateSync, gzipSync } from "node:zlib";
import type { Segment } from "../types.ts";
import { unpack } from "./unpack.ts";

const TEXT = Array.from({ length: 200 }, (_, index) => `data: word${index}\n\n`).join("");

function cut(bytes: Buffer, size: number): Segment[] {
  const segments: Segment[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    segments.push({ tNs: segments.length, bytes: bytes.subarray(at, at + size) });
  }
  return segments;
}
const textOf = (segments: readonly Segment[]) =>
  Buffer.concat(segments.map(({ bytes }) => bytes)).toString();

test("packed bodies are unpacked, wherever they are cut", () => {
  const packed = { gzip: gzipSync(TEXT), deflate: deflateSync(TEXT), br: brotliCompressSync(TEXT) };
  for (const [coding, bytes] of Object.entries(packed)) {
    for (const size of [1, 7, 100_000]) {
      const unpacked = unpack(cut(bytes, size), coding);
      assert.equal(textOf(unpacked), TEXT, `${coding} in pieces of ${size}`);
      const times = unpacked.map(({ tNs }) => tNs);
      assert.deepEqual(
        times,
        [...times].sort((a, b) => a - b),
      );
    }
  }
});

test("a stream that is flushed event by event gives each event its own time", async () => {
  const gzip = createGzip();
  const segments: Segment[] = [];
  for (let index = 0; index < 5; index++) {
    gzip.write(`data: word${index}\n\n`);
    await new Promise<void>((resolve) => gzip.flush(constants.Z_SYNC_FLUSH, resolve));
    segments.push({ tNs: index, bytes: gzip.read() });
  }
  const unpacked = unpack(segments, "GZIP");
  assert.deepEqual(
    unpacked.map(({ tNs, bytes }) => [tNs, Buffer.from(bytes).toString()]),
    Array.from({ length: 5 }, (_, index) => [index, `data: word${index}\n\n`]),
  );
});

test("what is cut off is unpacked as far as it got", () => {
  const bytes = gzipSync(TEXT);
  const text = textOf(unpack(cut(bytes.subarray(0, bytes.length - 50), 10), "gzip"));
  assert.ok(text.length > 100 && TEXT.startsWith(text));
});

test("what isn't packed, or not as it says, stays as it is", () => {
  const plain = cut(Buffer.from(TEXT), 100);
  for (const coding of [undefined, "", "identity", "zstd", "gzip"]) {
    assert.deepEqual(unpack(plain, coding), plain);
  }
  assert.deepEqual(unpack([], "gzip"), []);
});

test("neither many segments nor few bytes that unpack to many cost more than they may", () => {
  const long = gzipSync(Buffer.alloc(30_000_000, "x"));
  const unpacked = unpack(cut(long, 100), "gzip");
  assert.deepEqual(
    unpacked.map(({ bytes }) => bytes.length),
    [30_000_000],
  );
  const bomb = cut(gzipSync(Buffer.alloc(100_000_000, "x")), 100_000);
  assert.deepEqual(unpack(bomb, "gzip"), bomb);
});
