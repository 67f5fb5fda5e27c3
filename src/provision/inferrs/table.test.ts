import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { assetPath } from "../../host/assets.ts";
import { readTable, renderTable, TABLE_FILE } from "./table.ts";

const PLATFORMS = [
  "inferrs-aarch64-apple-darwin.tar.gz",
  "inferrs-aarch64-unknown-linux-gnu.tar.gz",
  "inferrs-x86_64-unknown-linux-gnu.tar.gz",
];

test("the committed table is as it is written, and each release has every platform's archive", () => {
  const table = readTable();
  const text = readFileSync(join(assetPath("bench"), TABLE_FILE), "utf8");
  assert.equal(text, renderTable(table));
  assert.ok(Object.keys(table.releases).length >= 4);
  for (const [version, { assets }] of Object.entries(table.releases)) {
    for (const name of PLATFORMS) assert.ok(name in assets, `${version} lacks ${name}`);
  }
  const all = Object.values(table.releases).flatMap(({ assets }) => Object.values(assets));
  assert.equal(new Set(all.map(({ sha256 }) => sha256)).size, all.length);
});
