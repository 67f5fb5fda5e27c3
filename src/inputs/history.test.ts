import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { InputError } from "./error.ts";
import { checkHistory, readHistory } from "./history.ts";

const root = mkdtempSync(join(tmpdir(), "inferrs-bench-history-"));
after(() => rmSync(root, { recursive: true, force: true }));

test("a folder, a branch, a branch by name, or nothing", () => {
  assert.equal(readHistory(null, null), null);
  assert.deepEqual(readHistory("./h", null), { kind: "directory", path: "./h", keepDays: 365 });
  assert.deepEqual(readHistory("branch", 30), {
    kind: "branch",
    branch: "inferrs-bench-history",
    keepDays: 30,
  });
  const named = readHistory("branch:gh-pages", null);
  assert.equal(named?.kind === "branch" && named.branch, "gh-pages");
  assert.equal(readHistory("./branch", null)?.kind, "directory");
});

test("names that git or GitHub would not take, and --history-keep alone, are refused", () => {
  for (const name of [
    "",
    "a..b",
    "refs/heads/x",
    "a b",
    "-x",
    "a/",
    "a.lock",
    ".a",
    "a//b",
    "a~1",
  ]) {
    assert.throws(() => readHistory(`branch:${name}`, null), InputError, name);
  }
  assert.throws(() => readHistory(null, 3), InputError);
});

test("a branch is the Action's; a folder must not be a file", () => {
  const host = { cwd: root, entry: "cli" as const };
  const branch = readHistory("branch", null);
  assert.throws(() => checkHistory(branch, host), /git fetch origin inferrs-bench-history/);
  checkHistory(branch, { ...host, entry: "action" });
  checkHistory(readHistory("not-there-yet", null), host);
  writeFileSync(join(root, "file"), "");
  assert.throws(() => checkHistory(readHistory("file", null), host), /There is a file/);
});
