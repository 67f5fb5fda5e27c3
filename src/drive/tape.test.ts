import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Tape } from "./tape.ts";

test("what was recorded is given back, segment by segment", () => {
  const sizes = fc.oneof(
    fc.integer({ min: 0, max: 300 }),
    // Larger than what is left, and than any one stretch of the tape.
    fc.constantFrom(4095, 4096, 4097, 65_536, 70_000),
  );
  fc.assert(
    fc.property(fc.array(sizes, { maxLength: 400 }), (lengths) => {
      const tape = new Tape();
      const said = lengths.map((length, index) => ({
        tNs: index * 1e9 + 0.5,
        bytes: Buffer.alloc(length, index % 251),
      }));
      for (const { tNs, bytes } of said) tape.add(tNs, bytes);
      assert.equal(
        tape.bytes,
        lengths.reduce((sum, length) => sum + length, 0),
      );
      assert.deepEqual(tape.segments(), said);
    }),
    { numRuns: 50 },
  );
});

test("bytes are copied: the reader's buffer may be used again", () => {
  const tape = new Tape();
  const buffer = Buffer.from("one");
  tape.add(1, buffer);
  buffer.fill("x");
  assert.equal(tape.segments()[0]?.bytes.toString(), "one");
});

test("of a reply that is too long only the beginning is laid out", () => {
  const tape = new Tape();
  for (const [at, text] of ["abcd", "efgh", "ijkl"].entries()) tape.add(at, Buffer.from(text));
  const said = (most: number) => tape.segments(most).map(({ bytes }) => String(bytes));
  assert.deepEqual(said(6), ["abcd", "ef"]);
  assert.deepEqual(said(8), ["abcd", "efgh"]);
  assert.deepEqual(said(99), ["abcd", "efgh", "ijkl"]);
});
