import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { dayOf, lineOf, linesOf, runOf } from "../../testing/history.ts";
import { appendToDirectory, pruneDirectory, readDirectory } from "./directory.ts";
import { keepInDirectory } from "./in-directory.ts";
import { fileOf } from "./layout.ts";

const root = mkdtempSync(join(tmpdir(), "inferrs-bench-history-"));
after(() => rmSync(root, { recursive: true, force: true }));
let made = 0;
const newDir = () => join(root, `h${made++}`);
const keep = { nowMs: Date.parse(dayOf(60)), days: 365 };

test("what is appended is read again; a folder that isn't there is empty", () => {
  const dir = newDir();
  assert.deepEqual(readDirectory(dir, "all", keep), { lines: [], skipped: 0 });
  const lines = linesOf(40);
  for (const line of lines) assert.equal(appendToDirectory(dir, line), true);
  assert.equal(appendToDirectory(dir, lineOf(1000, 0)), false);
  const read = readDirectory(dir, lines[0]?.key ?? null, keep).lines;
  assert.deepEqual(new Set(read.map(({ id }) => id)), new Set(lines.map(({ id }) => id)));
});

test("a line that a killed writer left unfinished swallows none after it", () => {
  const dir = newDir();
  const [one, two] = linesOf(2);
  assert.ok(one !== undefined && two !== undefined);
  appendToDirectory(dir, one);
  appendFileSync(join(dir, fileOf(one)), '{"schema":"inferrs-bench/his');
  appendToDirectory(dir, two);
  const { lines, skipped } = readDirectory(dir, one.key, keep);
  assert.deepEqual(lines, [one, two]);
  assert.equal(skipped, 1);
});

test("whole months that are too old go, and nothing else in the folder", () => {
  const dir = newDir();
  const old = lineOf(1000, 0);
  const young = lineOf(1000, 50);
  for (const line of [old, young]) appendToDirectory(dir, line);
  mkdirSync(join(dir, "2020-01"));
  writeFileSync(join(dir, "2020-01", "notes.md"), "mine");
  const short = { ...keep, days: 20 };
  assert.deepEqual(readDirectory(dir, "all", short).lines, [young]);
  pruneDirectory(dir, short);
  assert.equal(existsSync(join(dir, "2026-01")), false);
  assert.equal(existsSync(join(dir, "2020-01", "notes.md")), true);
  assert.deepEqual(readDirectory(dir, "all", keep).lines, [young]);
});

test("processes that append at the same time lose no line", async () => {
  const dir = newDir();
  const writers = 6;
  const each = 25;
  const script = `
    const { appendToDirectory } = await import(${JSON.stringify(join(import.meta.dirname, "directory.ts"))});
    const { lineOf } = await import(${JSON.stringify(join(import.meta.dirname, "../../testing/history.ts"))});
    process.stdin.once("data", () => {
      for (let i = 0; i < ${each}; i++) {
        appendToDirectory(process.argv[1], lineOf(1000 + Number(process.argv[2]) * 100 + i, 0));
      }
      process.exit(0);
    });
    process.stdout.write("ready");`;
  const children = Array.from({ length: writers }, (_, index) =>
    spawn(process.execPath, ["--input-type=module", "-e", script, dir, String(index)], {
      stdio: ["pipe", "pipe", "inherit"],
    }),
  );
  await Promise.all(children.map((child) => new Promise((go) => child.stdout.once("data", go))));
  const ends = children.map((child) => new Promise((go) => child.once("exit", go)));
  for (const child of children) child.stdin.write("go");
  assert.deepEqual(
    await Promise.all(ends),
    children.map(() => 0),
  );
  const { lines, skipped } = readDirectory(dir, "all", keep);
  assert.equal(skipped, 0);
  assert.equal(new Set(lines.map(({ id }) => id)).size, writers * each);
});

const run = (env: NodeJS.ProcessEnv, dir: string, turnMs = 1000) =>
  keepInDirectory(
    { ...runOf(turnMs), startedAt: dayOf(50) },
    { kind: "directory", path: dir, keepDays: 365 },
    { cwd: root, env },
    keep.nowMs,
  );

test("a run on a laptop is compared, then added", () => {
  const dir = newDir();
  for (const line of linesOf(12)) appendToDirectory(dir, line);
  const kept = run({}, dir);
  assert.equal(kept?.lines?.length, 12);
  assert.deepEqual(kept?.kept, [`Added to ${dir}.`]);
  assert.equal(readDirectory(dir, "all", keep).lines.length, 13);
});

test("in a workflow a pull request only reads; the commit is the event's", () => {
  const dir = newDir();
  const event = join(root, "event.json");
  writeFileSync(event, JSON.stringify({ repository: { default_branch: "main" } }));
  const env = { GITHUB_ACTIONS: "true", GITHUB_EVENT_PATH: event, GITHUB_SHA: "a".repeat(40) };
  const pull = { ...env, GITHUB_EVENT_NAME: "pull_request", GITHUB_REF: "refs/pull/1/merge" };
  assert.match(run(pull, dir)?.kept.join() ?? "", /^Not added: a run on "pull_request" only reads/);
  assert.equal(existsSync(dir), false);
  const push = { ...env, GITHUB_EVENT_NAME: "push", GITHUB_REF: "refs/heads/main" };
  assert.match(run(push, dir)?.kept.join() ?? "", /^Added/);
  assert.equal(readDirectory(dir, "all", keep).lines[0]?.commit, "a".repeat(40));
});

test("a folder that can't be used is told, and fails nothing", () => {
  const file = join(root, "file");
  writeFileSync(file, "");
  const kept = run({}, join(file, "inside"));
  assert.equal(kept?.lines, null);
  assert.match(kept?.kept.join() ?? "", /could not be used: ENOTDIR/);
  assert.equal(readFileSync(file, "utf8"), "");
});
