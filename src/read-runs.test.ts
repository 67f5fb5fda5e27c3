import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { keptHistory } from "./analyze/history/report.ts";
import { UNTRUSTED_LIMIT_BYTES } from "./host/untrusted-file.ts";
import { MERGED_FILES, writeMerged } from "./merged-files.ts";
import { readRuns } from "./read-runs.ts";
import { passing } from "./report/fixtures/results.ts";
import type { Result } from "./result.ts";
import { nameOfFolder } from "./run-names.ts";
import { lineOf, linesOf } from "./testing/history.ts";
import { writeEach } from "./write-reports.ts";

const fail = (text: string) => assert.fail(text);
const dir = mkdtempSync(join(tmpdir(), "read-runs-"));
after(() => rmSync(dir, { recursive: true, force: true }));

let begun = 0;
/** Each began at another moment. */
const textOf = (over: Partial<Result> = {}): string => {
  const startedAt = new Date(Date.UTC(2026, 0, 1, 0, 0, begun++)).toISOString();
  return JSON.stringify({ ...passing(), startedAt, ...over });
};
const TEXT = textOf();
let count = 0;

/** A folder of artifacts: what each `result.json` holds, or what makes the folder. */
function artifacts(of: Record<string, string | ((path: string) => void)>): string {
  const root = join(dir, `results-${count++}`);
  for (const [name, content] of Object.entries(of)) {
    const path = join(root, name);
    mkdirSync(path, { recursive: true });
    if (typeof content === "string") writeFileSync(join(path, "result.json"), content);
    else content(path);
  }
  return root;
}

const read = (path: string, over: Partial<Parameters<typeof readRuns>[0]> = {}) =>
  readRuns({ paths: [path], cwd: dir, expect: [], journals: true, ...over });
const names = (items: { name: string }[]) => items.map(({ name }) => name);

test("a folder for each artifact, called by the label, else by the artifact", () => {
  const labelled = textOf({ label: "from the label" });
  const root = artifacts({ "inferrs-bench-metal": TEXT, other: textOf(), x: labelled });
  assert.deepEqual(names(read(root).runs), ["metal", "other", "from the label"]);
});

test("a single artifact leaves its files in the folder itself", () => {
  const root = artifacts({ "inferrs-bench-cpu": TEXT });
  assert.deepEqual(names(read(join(root, "inferrs-bench-cpu")).runs), ["cpu"]);
  assert.deepEqual(names(read(join(root, "inferrs-bench-cpu", "result.json")).runs), ["cpu"]);
});

test("results may lie deeper in an artifact, and two of one name are told apart", () => {
  const deep = (path: string) => {
    for (const each of ["one", "two"]) {
      mkdirSync(join(path, "work", each), { recursive: true });
      writeFileSync(join(path, "work", each, "result.json"), textOf());
    }
  };
  assert.deepEqual(names(read(artifacts({ deep })).runs), ["deep", "deep (2)"]);
});

test("what gives no result is missing, with the reason; the others are read", () => {
  const root = artifacts({
    good: TEXT,
    fine: textOf(),
    truncated: TEXT.slice(0, 5000),
    wrong: JSON.stringify({ ...passing(), status: "great" }),
    big: (path) => {
      writeFileSync(join(path, "result.json"), "");
      truncateSync(join(path, "result.json"), UNTRUSTED_LIMIT_BYTES + 10_000_000);
    },
    linked: (path) => symlinkSync("/etc/passwd", join(path, "result.json")),
    folder: (path) => mkdirSync(join(path, "result.json")),
    "inferrs-bench-empty": () => {},
    rocm: () => {},
    src: () => {},
    ".git": () => {},
    other: '{"schema":"jest/v1","ok":true}',
    "line\nbreak": TEXT,
  });
  symlinkSync("/etc", join(root, "elsewhere"));
  symlinkSync(join(root, "good"), join(root, "outside"));
  const { runs, missing } = read(root, { expect: ["good", "gone", "rocm"] });
  assert.deepEqual(names(runs), ["fine", "good"]);
  const why = Object.fromEntries(missing.map((each) => [each.name, each.why]));
  assert.match(why.truncated ?? "", /^result\.json breaks off/);
  assert.match(why.wrong ?? "", /is not of this version's form \(status: /);
  assert.match(why.big ?? "", /is larger than 50 MB \(60 MB\)/);
  assert.match(why.linked ?? "", /symbolic link, which is not followed/);
  assert.match(why.folder ?? "", /is not a file/);
  assert.match(why.empty ?? "", /neither a result\.json nor a journal\.jsonl/);
  assert.match(why["line break"] ?? "", /characters that no artifact's name has/);
  assert.match(why.outside ?? "", /symbolic link/);
  assert.match(why.gone ?? "", /It was expected/);
  assert.match(why.rocm ?? "", /neither a result\.json nor a journal\.jsonl/);
  // What has nothing of a run is nobody's loss.
  assert.equal(missing.length, 10);
});

test("nothing there at all is missing too", () => {
  assert.deepEqual(read(join(dir, "none")).missing, [
    { name: "none", why: "There is no such folder." },
  ]);
  assert.equal(read(artifacts({})).missing.length, 1);
});

test("a journal that is none does not end the others", () => {
  const root = artifacts({
    good: TEXT,
    bad: (path) => writeFileSync(join(path, "journal.jsonl"), '{"type":"run-started"}\n{"x":1}\n'),
  });
  const { runs, missing } = read(root);
  assert.deepEqual([names(runs), names(missing)], [["good"], ["bad"]]);
});

test("an expected name is known by label, artifact, or the missing one's", () => {
  const labelled = JSON.stringify({ ...passing(), label: "m3" });
  const root = artifacts({ "inferrs-bench-metal": labelled, "inferrs-bench-cuda": "{" });
  const { missing } = read(root, { expect: ["m3", "metal", "cuda", "cuda", "rocm"] });
  assert.deepEqual(names(missing), ["cuda", "rocm"]);
});

test("what was merged is read again as its runs", () => {
  const root = artifacts({ one: TEXT, two: textOf() });
  const out = join(dir, "again");
  const first = read(root, { expect: ["gone"] });
  writeMerged(first, out, fail);
  const again = read(out);
  assert.deepEqual([names(again.runs), names(again.missing)], [["one", "two"], ["gone"]]);
});

test("the same run is counted once, by however many paths it is found", () => {
  const root = artifacts({ one: TEXT, two: textOf() });
  const first = read(root, { expect: ["three"] });
  writeMerged(first, join(root, "inferrs-bench-merged"), fail);
  assert.deepEqual(names(read(root).runs).toSorted(), ["one", "two"]);
  assert.deepEqual(names(read(root).missing), ["three"]);
  const paths = [root, join(root, "one"), join(root, "two", "result.json")];
  assert.deepEqual(names(read(root, { paths }).runs).toSorted(), ["one", "two"]);
  // Who was missing then is here by now.
  mkdirSync(join(root, "three"));
  writeFileSync(join(root, "three", "result.json"), textOf());
  const now = read(root, { expect: ["three"] });
  assert.deepEqual(names(now.runs).toSorted(), ["one", "three", "two"]);
  assert.deepEqual(now.missing, []);
});

test("a tree without runs is missing once, not folder by folder", () => {
  const root = artifacts({ a: () => {}, b: '{"name":"x"}', c: () => {} });
  const { runs, missing } = read(root);
  assert.deepEqual([runs.length, missing.length], [0, 1]);
  assert.match(missing[0]?.why ?? "", /neither/);
});

test("the history beside a result is read by the folder and by the file", () => {
  const kept = JSON.stringify(keptHistory(lineOf(1300, 50), linesOf(12), ["Added to h."]));
  const root = artifacts({ one: TEXT });
  const one = join(root, "one");
  writeFileSync(join(one, "history.json"), kept);
  const told = (path: string) => read(path).runs.map(({ history }) => history?.comparison != null);
  assert.deepEqual(told(root), [true]);
  assert.deepEqual(told(join(one, "result.json")), [true]);
});

test("a report that can't be made loses no other, and what was there of it is gone", () => {
  const out = join(dir, "apart");
  const good = read(artifacts({ one: TEXT, two: textOf() }));
  writeMerged(good, out, fail);
  const [run] = good.runs;
  assert.ok(run);
  // In the right form, and yet nothing that can be drawn.
  const poisoned = { ...run, name: "odd", result: structuredClone(run.result) };
  Object.defineProperty(poisoned.result, "starts", {
    enumerable: true,
    get() {
      throw new Error("not these");
    },
  });
  const said: string[] = [];
  const say = (text: string) => said.push(text);
  const { files, reported } = writeMerged({ ...good, runs: [...good.runs, poisoned] }, out, say);
  for (const { path } of files) assert.ok(existsSync(path), path);
  assert.equal(reported.runs.length + reported.missing.length, 3);
  for (const name of MERGED_FILES) {
    const listed = files.some((file) => file.name === name);
    assert.equal(existsSync(join(out, name)), listed, name);
    if (name in { "report.md": 1, "junit.xml": 1 } && !listed) {
      assert.ok(
        said.some((line) => line.startsWith(`${name} could not be made`)),
        name,
      );
    }
  }
});

test("each file by itself: the first is written though the second can't be made", () => {
  const out = join(dir, "each");
  mkdirSync(out);
  writeFileSync(join(out, "b"), "stale");
  const said: string[] = [];
  const bad = () => {
    throw new Error("Invalid array length");
  };
  const made = writeEach(out, { a: () => "1", b: bad, c: () => "3" }, (text) => said.push(text));
  assert.deepEqual(made, ["a", "c"]);
  assert.deepEqual(said, ["b could not be made (Invalid array length)."]);
  assert.equal(existsSync(join(out, "b")), false);
});

test("a run's own folder is not written over", () => {
  const out = join(dir, "own");
  mkdirSync(out);
  writeFileSync(join(out, "journal.jsonl"), "");
  assert.throws(
    () => writeMerged(read(artifacts({ one: TEXT })), out, fail),
    /without a run in it/,
  );
});

test("names of folders", () => {
  const named = (path: string) => nameOfFolder(path);
  assert.equal(named("/x/inferrs-bench-metal"), "metal");
  assert.equal(named("/x/inferrs-bench-1-of-3"), "1-of-3");
  assert.equal(named("/x/cpu/inferrs-bench-out"), "cpu");
  assert.equal(named("/x/inferrs-bench"), "inferrs-bench");
  assert.equal(named("/x/\u001b[31mred"), "red");
});
