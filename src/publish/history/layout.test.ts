import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeLines, encodeLine } from "../../analyze/history/line.ts";
import { linesOf } from "../../testing/history.ts";
import { fileOf, filesToRead, isExpired, withLine } from "./layout.ts";

const KEY = "0123456789abcdef";

test("a file for each month and key", () => {
  assert.equal(fileOf({ at: "2026-11-30T23:59:59.000Z", key: KEY }), `2026-11/${KEY}.jsonl`);
  assert.equal(fileOf({ at: "2026-11-30T23:59:59.000Z", key: null }), "2026-11/unknown.jsonl");
});

test("a month is too old when its last day is; what isn't ours never is", () => {
  const now = Date.UTC(2026, 10, 15);
  assert.equal(isExpired(`2026-10/${KEY}.jsonl`, now, 10), true);
  assert.equal(isExpired(`2026-10/${KEY}.jsonl`, now, 20), false);
  assert.equal(isExpired(`2026-11/${KEY}.jsonl`, now, 1), false);
  for (const other of [
    "2020-01/notes.md",
    "index.html",
    `2020-13/${KEY}.jsonl`,
    `a/2020-01/${KEY}.jsonl`,
  ]) {
    assert.equal(isExpired(other, now, 1), false);
  }
});

test("read are the key's files, those without a key, and others only for a new key", () => {
  const files = [
    "README.md",
    `2026-09/${KEY}.jsonl`,
    "2026-10/aaaaaaaaaaaaaaaa.jsonl",
    "2026-10/unknown.jsonl",
    `2026-11/${KEY}.jsonl`,
  ];
  assert.deepEqual(filesToRead(files, KEY), [
    `2026-11/${KEY}.jsonl`,
    `2026-09/${KEY}.jsonl`,
    "2026-10/unknown.jsonl",
  ]);
  assert.deepEqual(filesToRead(files, "b".repeat(16)), [
    "2026-10/unknown.jsonl",
    `2026-11/${KEY}.jsonl`,
    "2026-10/aaaaaaaaaaaaaaaa.jsonl",
    `2026-09/${KEY}.jsonl`,
  ]);
});

test("a line is added once, after one that was cut off too", () => {
  const [one, two] = linesOf(2);
  assert.ok(one !== undefined && two !== undefined);
  const first = withLine("", one, 1e6) ?? "";
  assert.equal(first, `${encodeLine(one)}\n`);
  assert.equal(withLine(first, one, 1e6), null);
  const torn = `${first}{"schema":"inferrs-ben`;
  assert.deepEqual(decodeLines(withLine(torn, two, 1e6) ?? ""), { lines: [one, two], skipped: 1 });
});

test("of a file that grows too large the oldest go, never the new one", () => {
  const lines = linesOf(20);
  const [added] = lines.splice(-1);
  assert.ok(added !== undefined);
  // Appended in any order: the age decides.
  const text = [...lines].reverse().map(encodeLine).join("\n");
  const limit = Math.round(text.length / 2);
  const kept = withLine(text, added, limit) ?? "";
  assert.ok(Buffer.byteLength(kept) <= limit);
  const ats = decodeLines(kept).lines.map(({ at }) => at);
  assert.ok(ats.includes(added.at));
  const gone = lines.filter(({ at }) => !ats.includes(at));
  assert.ok(gone.length > 0 && gone.every(({ at }) => ats.every((other) => at < other)));
  assert.equal(decodeLines(withLine(text, added, 10) ?? "").lines.length, 1);
});
