/** The script as the workflow runs it, against a local GitHub. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { ASSET, linuxArchive, scratch, VERSION } from "../../testing/github/fetch-world.ts";
import {
  COMMIT,
  type FakeRelease,
  type ReleaseServer,
  sha256,
  startReleaseServer,
} from "../../testing/github/releases.ts";
import { readTable, renderTable, TABLE_FILE } from "./table.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const archive = linuxArchive();
const OLD = "0.0.20260422151757";
const EMPTY = { repository: "ericcurtin/inferrs", releases: {} };
const releases: FakeRelease[] = [
  { version: "latest", assets: { [ASSET]: archive } },
  { version: VERSION, assets: { [ASSET]: archive, "notes.txt": Buffer.from("x") } },
  { version: "0.0.20260423121346", assets: { [ASSET]: archive }, digest: null },
  ...Array.from({ length: 120 }, (_, at) => ({ version: `nightly-${at}`, assets: {} })),
  { version: OLD, assets: { [ASSET]: linuxArchive("old") }, target: "main" },
];
let github: ReleaseServer;
before(async () => {
  github = await startReleaseServer(releases);
});

function update(
  text: string,
): Promise<{ code: number; stdout: string; stderr: string; table: string }> {
  const path = join(scratch(), "table.json");
  writeFileSync(path, text);
  const env = { ...process.env, GITHUB_API_URL: github.apiUrl, GITHUB_TOKEN: "t0ken" };
  return new Promise((resolve) => {
    const args = [join(ROOT, "scripts/update-digests.ts"), path];
    execFile(process.execPath, args, { env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code);
      resolve({ code, stdout, stderr, table: readFileSync(path, "utf8") });
    });
  });
}

test("every release with digests is added, from all pages; the others are named", async () => {
  const { code, stdout, stderr, table } = await update(renderTable(EMPTY));
  assert.equal(code, 0, stderr);
  assert.equal(stdout, `added ${OLD}, ${VERSION}\n`);
  assert.match(stderr, /0\.0\.20260423121346: left out, not every file has a digest/);
  const old = linuxArchive("old");
  assert.deepEqual(JSON.parse(table).releases, {
    [OLD]: { commit: COMMIT, assets: { [ASSET]: { sha256: sha256(old), bytes: old.length } } },
    [VERSION]: {
      commit: COMMIT,
      assets: { [ASSET]: { sha256: sha256(archive), bytes: archive.length } },
    },
  });
  assert.deepEqual(Object.keys(JSON.parse(table).releases), [OLD, VERSION]);
  const again = await update(table);
  assert.deepEqual([again.code, again.stdout, again.table], [0, "nothing new\n", table]);
});

test("a release that was changed is not taken over: exit 1, and the table stays", async () => {
  const known = { commit: COMMIT, assets: { [ASSET]: { sha256: "a".repeat(64), bytes: 1 } } };
  const text = renderTable({ ...EMPTY, releases: { [VERSION]: known } });
  const { code, stderr, table } = await update(text);
  assert.equal(code, 1);
  assert.match(stderr, /was changed after it was published: the table has sha256:aaaa/);
  assert.match(stderr, new RegExp(sha256(archive)));
  assert.equal(table, text);
});

test("the committed table can be read, and is as the script writes it", () => {
  const text = readFileSync(join(ROOT, "bench", TABLE_FILE), "utf8");
  assert.equal(renderTable(readTable()), text);
});
