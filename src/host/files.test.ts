import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { removeTree } from "./files.ts";

const dir = mkdtempSync(join(tmpdir(), "files-test-"));
after(() => rmSync(dir, { recursive: true, force: true }));

test("a folder goes also while a process that is on its way out writes there", async () => {
  const busy = join(dir, "busy");
  const script = `
    const { mkdirSync, writeFileSync } = require("node:fs");
    mkdirSync(${JSON.stringify(join(busy, "a", "b"))}, { recursive: true });
    process.stdout.write("ready");
    for (let n = 0; n < 2000; n++) {
      try { writeFileSync(${JSON.stringify(join(busy, "a", "b"))} + "/" + n, ""); } catch { break; }
    }`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  await new Promise((resolve) => child.stdout.once("data", resolve));
  assert.equal(removeTree(busy), null);
  await exited;
  assert.ok(!existsSync(busy));
});

test("what can't be taken away is told, not thrown", () => {
  assert.match(removeTree(join(dir, "no\0path")) ?? "", /null bytes/);
});

test("a folder that isn't there is no trouble", () => {
  assert.equal(removeTree(join(dir, "none")), null);
});
