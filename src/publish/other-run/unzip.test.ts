/** Archives as no honest tool would write them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ArchiveEntry, zip } from "../../testing/archives.ts";
import { UNZIP_LIMITS, type Unzipped, unzip } from "./unzip.ts";

const read = (entries: ArchiveEntry[]): Promise<Unzipped> => unzip(zip(entries), ["result.json"]);
const result: ArchiveEntry = { name: "result.json", text: '{"a":1}' };

async function refusal(entries: ArchiveEntry[]): Promise<string> {
  const end = await read(entries);
  assert.equal(end.kind, "refused");
  return end.kind === "refused" ? end.reason : "";
}

test("the wanted file at the top and in folders, stored, deflated and as zip64; nothing else", async () => {
  const end = await read([
    { name: "journal.jsonl", text: "x" },
    result,
    { ...result, name: "metal/result.json", deflate: true },
    { ...result, name: "cuda/result.json", zip64: true },
    { ...result, name: "a/b/result.json" },
    { ...result, name: "xresult.json" },
    { ...result, name: "result.json/" },
  ]);
  assert.ok(end.kind === "files");
  const found = end.files.map(({ folder, name, bytes }) => [folder, name, String(bytes)]);
  assert.deepEqual(found, [
    ["", "result.json", '{"a":1}'],
    ["metal", "result.json", '{"a":1}'],
    ["cuda", "result.json", '{"a":1}'],
  ]);
});

test("names that lead out, or that no file can have, make the whole archive unfit", async () => {
  for (const name of ["../result.json", "/result.json", "a\\result.json", "C:/result.json"]) {
    assert.match(await refusal([{ ...result, name }]), /can't be read/, name);
  }
});

test("a bomb: many bytes out of few, told and not told", async () => {
  const text = Buffer.alloc(UNZIP_LIMITS.fileBytes + 1);
  const bomb = { ...result, text, deflate: true };
  assert.ok(zip([bomb]).length < 20_000);
  assert.match(await refusal([bomb]), /too large/);
  // It says that it is small, and isn't.
  assert.match(await refusal([{ ...bomb, claims: 10 }]), /too many bytes|too large/);
  assert.match(await refusal([{ ...bomb, claims: 10, zip64: true }]), /too many bytes|too large/);
  assert.match(await refusal([{ ...bomb, claims: 2 ** 40, zip64: true }]), /too large/);
});

test("several files that are too much together", async () => {
  const text = Buffer.alloc(UNZIP_LIMITS.fileBytes);
  const many = Array.from({ length: 5 }, (_, n) => ({
    ...{ name: `${n}/result.json`, text, deflate: true },
  }));
  assert.match(await refusal(many), /too large/);
});

test("more entries or results than any run has, the same name twice, encrypted", async () => {
  const entries = (count: number, name: (n: number) => string) =>
    Array.from({ length: count }, (_, n) => ({ ...result, name: name(n) }));
  assert.match(await refusal(entries(10_001, (n) => `f${n}`)), /more than 10000 entries/);
  assert.match(await refusal(entries(21, (n) => `f${n}/result.json`)), /more than 20 results/);
  assert.match(await refusal([result, result]), /has result\.json twice/);
  assert.match(await refusal([{ ...result, flags: 1 }]), /encrypted|size mismatch/);
  assert.match(await refusal([{ ...result, flags: 1, deflate: true }]), /encrypted result\.json/);
});

test("what is no archive, is cut off, or is empty", async () => {
  const whole = zip([{ ...result, text: Buffer.alloc(9_000, "ab") }]);
  for (const bytes of [Buffer.alloc(0), Buffer.from("<!doctype html>"), whole.subarray(0, 8_000)]) {
    assert.equal((await unzip(bytes, ["result.json"])).kind, "refused");
  }
  assert.deepEqual(await unzip(zip([]), ["result.json"]), { kind: "files", files: [] });
});

test("every byte of an archive turned over: an end each time", async () => {
  const whole = zip([{ ...result, deflate: true }]);
  for (let at = 0; at < whole.length; at++) {
    const bytes = Buffer.from(whole);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at);
    const end = await unzip(bytes, ["result.json"]);
    assert.ok(end.kind === "files" || end.reason.length > 0);
  }
});
