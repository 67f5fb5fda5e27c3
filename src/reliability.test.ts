/** Each row of the table of faults names its test; the test is there. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "..");

test("each fault in docs/reliability.md is a test", () => {
  const table = readFileSync(join(ROOT, "docs", "reliability.md"), "utf8").split("\n## ")[1] ?? "";
  const rows = table
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (fault|---)/.test(line));
  assert.ok(rows.length > 25);
  for (const row of rows) {
    const [, file, name] = /([\w/.-]+\.test\.ts): `([^`]+)` \|$/.exec(row) ?? [];
    assert.ok(file !== undefined && name !== undefined, row);
    assert.ok(readFileSync(join(ROOT, file), "utf8").includes(name), `${file} has no "${name}"`);
  }
});
