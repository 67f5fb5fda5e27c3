import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { resetWorkspace, snapshotOf, workspaceFile } from "./workspace.ts";

const dir = mkdtempSync(join(tmpdir(), "workspace-"));
after(() => rmSync(dir, { recursive: true, force: true }));

test("what an attempt left goes, what the client put there comes back, and the scenario's files too", () => {
  mkdirSync(join(dir, "memory"));
  writeFileSync(join(dir, "memory", "AGENTS.md"), "own");
  const own = snapshotOf(dir);
  writeFileSync(join(dir, "memory", "AGENTS.md"), "changed");
  writeFileSync(join(dir, "left.txt"), "left");
  resetWorkspace(dir, own, { "notes/a.txt": "a" });
  assert.deepEqual(readdirSync(dir).sort(), ["memory", "notes"]);
  assert.equal(workspaceFile(dir, "memory/AGENTS.md"), "own");
  assert.equal(workspaceFile(dir, "notes/a.txt"), "a");
  assert.equal(workspaceFile(dir, "left.txt"), null);
});

test("nothing is written or read outside", () => {
  assert.throws(
    () => resetWorkspace(dir, new Map(), { "../out.txt": "x" }),
    /within the workspace/,
  );
  assert.equal(workspaceFile(dir, "../../etc/passwd"), null);
});
