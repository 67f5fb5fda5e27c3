import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { captureDir, keepCapture, readCapture } from "./captures.ts";

const cache = mkdtempSync(join(tmpdir(), "captures-"));
after(() => rmSync(cache, { recursive: true, force: true }));
const env = { XDG_CACHE_HOME: cache };
const key = { version: "2026.9.6", config: { a: 1 }, scenarioDigest: "d1" };

test("a capture is found again by version, config and scenario, and by nothing else", () => {
  assert.equal(readCapture(key, env), null);
  keepCapture(key, [["{}", '{"b":2}'], ["{}"]], env);
  assert.deepEqual(readCapture(key, env), [["{}", '{"b":2}'], ["{}"]]);
  for (const other of [{ version: "2026.9.7" }, { config: { a: 2 } }, { scenarioDigest: "d2" }]) {
    assert.equal(readCapture({ ...key, ...other }, env), null);
  }
});

test("only the user may look into it", { skip: process.platform === "win32" }, () => {
  const dir = captureDir(key, env);
  assert.equal(statSync(dir).mode & 0o777, 0o700);
  assert.equal(statSync(join(dir, "bodies.json")).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(dir), ["bodies.json"]);
});

test("a capture that is broken is none", () => {
  writeFileSync(join(captureDir(key, env), "bodies.json"), '{"schema":"inferrs-bench/capture/v1"');
  assert.equal(readCapture(key, env), null);
});
