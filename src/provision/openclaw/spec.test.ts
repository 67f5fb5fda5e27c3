import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_OPENCLAW_VERSION, parseOpenClaw } from "./spec.ts";

test("nothing said is the pinned version", () => {
  assert.deepEqual(parseOpenClaw(null), { kind: "version", version: DEFAULT_OPENCLAW_VERSION });
});

test("an exact version, latest, and paths", () => {
  assert.deepEqual(parseOpenClaw("2026.8.1"), { kind: "version", version: "2026.8.1" });
  assert.deepEqual(parseOpenClaw(" latest "), { kind: "latest" });
  for (const path of ["./node_modules/openclaw", "/usr/bin/openclaw", "a\\b"]) {
    assert.deepEqual(parseOpenClaw(path), { kind: "path", path });
  }
});

test("what is none of these is refused with what it could be", () => {
  assert.throws(
    () => parseOpenClaw("2026.9"),
    /--openclaw-version: got "2026.9"; expected an exact version/,
  );
  assert.throws(() => parseOpenClaw("^2026.9.6"), /exact version/);
  assert.throws(() => parseOpenClaw("lastest"), /Did you mean "latest"/);
});
