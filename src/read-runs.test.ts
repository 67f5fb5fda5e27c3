import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { UNTRUSTED_LIMIT_BYTES } from "./host/untrusted-file.ts";
import { writeMerged } from "./merged-files.ts";
import { readRuns } from "./read-runs.ts";
import { passing } from "./report/fixtures/results.ts";
import { nameOfFolder } from "./run-names.ts";

const dir = mkdtempSync(join(tmpdir(), "read-runs-"));
after(() => rmSync(dir, { recursive: true, force: true }));

const TEXT = JSON.stringify(passing());
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
  const labelled = JSON.stringify({ ...passing(), label: "from the label" });
  const root = artifacts({ "inferrs-bench-metal": TEXT, other: TEXT, x: labelled });
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
      writeFileSync(join(path, "work", each, "result.json"), TEXT);
    }
  };
  assert.deepEqual(names(read(artifacts({ deep })).runs), ["deep", "deep (2)"]);
});

test("what gives no result is missing, with the reason; the others are read", () => {
  const root = artifacts({
    good: TEXT,
    fine: TEXT,
    truncated: TEXT.slice(0, 5000),
    wrong: JSON.stringify({ ...passing(), status: "great" }),
    big: (path) => {
      writeFileSync(join(path, "result.json"), "");
      truncateSync(join(path, "result.json"), UNTRUSTED_LIMIT_BYTES + 10_000_000);
    },
    linked: (path) => symlinkSync("/etc/passwd", join(path, "result.json")),
    folder: (path) => mkdirSync(join(path, "result.json")),
    empty: () => {},
    "line\nbreak": TEXT,
  });
  symlinkSync("/etc", join(root, "outside"));
  const { runs, missing } = read(root, { expect: ["good", "gone"] });
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
  assert.equal(missing.length, 9);
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
  const root = artifacts({ one: TEXT, two: TEXT });
  const out = join(dir, "again");
  const first = read(root, { expect: ["gone"] });
  writeMerged(first, out);
  const again = read(out);
  assert.deepEqual([names(again.runs), names(again.missing)], [["one", "two"], ["gone"]]);
});

test("a run's own folder is not written over", () => {
  const out = join(dir, "own");
  mkdirSync(out);
  writeFileSync(join(out, "journal.jsonl"), "");
  assert.throws(() => writeMerged(read(artifacts({ one: TEXT })), out), /without a run in it/);
});

test("names of folders", () => {
  const named = (path: string) => nameOfFolder(path);
  assert.equal(named("/x/inferrs-bench-metal"), "metal");
  assert.equal(named("/x/inferrs-bench-1-of-3"), "1-of-3");
  assert.equal(named("/x/cpu/inferrs-bench-out"), "cpu");
  assert.equal(named("/x/inferrs-bench"), "inferrs-bench");
  assert.equal(named("/x/\u001b[31mred"), "red");
});
