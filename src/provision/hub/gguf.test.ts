import assert from "node:assert/strict";
import { test } from "node:test";
import { readGgufHead } from "./gguf.ts";

const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const u64 = (value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const text = (value: string) => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
const entry = (key: string, type: number, value: Buffer) =>
  Buffer.concat([text(key), u32(type), value]);
const file = (...entries: Buffer[]) =>
  Buffer.concat([Buffer.from("GGUF"), u32(3), u64(2), u64(entries.length), ...entries]);

const SOURCE = entry("general.source.repo_id", 8, text("org/model"));
const BEFORE = [
  entry("general.architecture", 8, text("gemma4")),
  entry("general.file_type", 4, u32(15)),
  entry("general.flag", 7, Buffer.from([1])),
  entry("general.size", 12, u64(7)),
  entry("general.tags", 9, Buffer.concat([u32(8), u64(2), text("a"), text("bc")])),
  entry("general.numbers", 9, Buffer.concat([u32(5), u64(3), Buffer.alloc(12)])),
];

test("the model that a file was made from is found behind entries of every kind", () => {
  assert.deepEqual(readGgufHead(file(...BEFORE, SOURCE)), { kind: "gguf", source: "org/model" });
});

test("where it isn't named, or not in the head, it is not known", () => {
  assert.deepEqual(readGgufHead(file(...BEFORE)), { kind: "gguf", source: null });
  const whole = file(...BEFORE, SOURCE);
  for (let length = 24; length < whole.length; length++) {
    assert.deepEqual(readGgufHead(whole.subarray(0, length)), { kind: "gguf", source: null });
  }
});

test("lengths without sense lead nowhere", () => {
  const huge = Buffer.concat([u64(2 ** 52), Buffer.from("x")]);
  assert.deepEqual(readGgufHead(file(huge)), { kind: "gguf", source: null });
  assert.deepEqual(readGgufHead(file(entry("a", 99, u32(1)))), { kind: "gguf", source: null });
});

test("another kind of file is told apart", () => {
  assert.deepEqual(readGgufHead(Buffer.from("<!doctype html><html><body>")), { kind: "other" });
  assert.deepEqual(readGgufHead(Buffer.alloc(3)), { kind: "other" });
});
