import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { canonicalLock, lockDigest, renderLock } from "./canonical.ts";
import { type Lock, lockJsonSchema } from "./schema.ts";

const lock: Lock = {
  schema: "inferrs-bench/lock/v1",
  tool: { version: "1.2.3", sha256: null },
  node: "24",
  command: ["run", "--restart-command=echo 'naïve' `x` $(y) \u{1F980} \u202e \u0007 \u007f"],
  variants: [
    {
      name: "head",
      engine: { kind: "sim", knobs: [] },
      model: { kind: "name", id: "a/b" },
      device: null,
      serverArgs: [],
      openclaw: null,
    },
  ],
  scenarios: [],
  openclawConfigSha256: "0".repeat(64),
};

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, each]) => [key, reversed(each)]));
}

test("the order of keys is nothing, and the text is plain ASCII on one line", () => {
  const text = canonicalLock(lock);
  assert.match(text, /^[\x20-\x7e]+$/);
  assert.deepEqual(JSON.parse(text), lock);
  const other = reversed(lock) as Lock;
  assert.equal(canonicalLock(other), text);
  assert.equal(renderLock(other), renderLock(lock));
  assert.equal(lockDigest(lock), createHash("sha256").update(text).digest("hex"));
  assert.equal(lockDigest(JSON.parse(renderLock(lock))), lockDigest(lock), "of the file, too");
});

test("any input changes the digest", () => {
  const digest = lockDigest(lock);
  assert.notEqual(lockDigest({ ...lock, node: "26" }), digest);
  assert.notEqual(lockDigest({ ...lock, command: [...lock.command, "--seed=2"] }), digest);
});

test("jq makes the same text", (context) => {
  const ascii = { ...lock, command: ["run", "naïve \u{1F980}"] };
  let made: string;
  try {
    made = execFileSync("jq", ["-caS", "."], { input: renderLock(ascii), encoding: "utf8" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return context.skip("no jq here (apt-get install jq)");
  }
  assert.equal(made.trim(), canonicalLock(ascii));
});

test("the published schema is the one that the code uses", () => {
  const committed = new URL("../../bench/schema/lock.v1.schema.json", import.meta.url);
  assert.equal(readFileSync(committed, "utf8"), lockJsonSchema());
});
