import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { lockWorld } from "../testing/lock.ts";
import { ofTool } from "./differences.ts";

const raw = { engine: "sim", scenario: ["smoke"], compat: ["supportsTools=true"] };

test("another lock is written over only where its file is named", async () => {
  const { dir, bench } = lockWorld();
  const plan = (lock: string, seed: string) =>
    bench({ command: "run", ...raw, plan: true, lock, seed });
  const text = () => readFileSync(join(dir, "bench.lock.json"), "utf8");
  assert.equal((await plan("bench.lock.json", "1")).error, null);
  const first = text();
  assert.equal((await plan("bench.lock.json", "1")).error, null, "the same lock again");
  const other = await plan("bench.lock.json", "2");
  assert.match(other.error?.message ?? "", /expected no other lock there\. Name the file/);
  assert.equal(other.exitCode, 2);
  assert.equal(text(), first);
  assert.equal((await plan("./bench.lock.json", "2")).error, null);
  assert.notEqual(text(), first);
});

test("a run's folder and its result.json are as good as the lock in them", async () => {
  const { dir, bench } = lockWorld();
  const run = await bench({
    ...{ command: "run", ...raw, "max-tokens": "4", out: "was", quiet: true, "fit-budget": "0" },
    ...{ starts: "1", rounds: "1", sim: ["load-time=10"] },
  });
  assert.equal(run.error, null);
  mkdirSync(join(dir, "copy"));
  writeFileSync(
    join(dir, "copy", "result.json"),
    readFileSync(join(dir, "was", "result.json"), "utf8"),
  );
  rmSync(join(dir, "was", "bench.lock.json"));
  for (const locked of ["was", "was/result.json", "copy", "was/journal.jsonl"]) {
    const told = await bench({ command: "run", locked, plan: true });
    assert.equal(told.error, null, locked);
    assert.match(told.stderr, /everything that it names was found here/);
  }
});

test("another Node is mended by a command, with the lock's own versions", () => {
  const tool = { version: "0.1.0", sha256: null };
  const [node] = ofTool({ tool, node: "24" }, { tool, node: "20" });
  assert.match(
    node?.mend ?? "",
    /npx --package node@24 --package inferrs-bench@0\.1\.0 inferrs-bench run --locked FILE/,
  );
});
