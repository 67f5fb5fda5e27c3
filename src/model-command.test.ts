import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { writeSyntheticModel } from "./provision/synthetic/index.ts";

const root = mkdtempSync(join(tmpdir(), "model-command-"));
after(() => rmSync(root, { recursive: true, force: true }));

/** As the command line is run, from the source. */
function model(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const cli = join(import.meta.dirname, "cli.ts");
  return new Promise((resolve) => {
    const all = [cli, "model", "synthetic", ...args];
    execFile(process.execPath, all, { cwd: root }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

test("it is the model that a run makes, readable for all, and found again", async () => {
  const expected = await writeSyntheticModel(join(root, "expected"), { seed: 7 });
  const first = await model("--out", "made/here", "--seed", "7", "--json");
  assert.equal(first.code, 0, first.stderr);
  const said = JSON.parse(first.stdout);
  assert.deepEqual([said.digest, said.bytes, said.seed], [expected.digest, expected.bytes, 7]);
  const dir = join(root, "made", "here");
  assert.deepEqual(readdirSync(dir).sort(), readdirSync(expected.dir).sort());
  if (process.platform !== "win32") {
    assert.equal(statSync(dir).mode & 0o777, 0o777 & ~process.umask());
  }
  const inode = statSync(join(dir, "config.json")).ino;
  const again = await model("--out", "made/here", "--seed", "7");
  assert.match(again.stdout, new RegExp(`seed 7, ${expected.bytes} bytes, sha256:${said.digest}`));
  assert.equal(statSync(join(dir, "config.json")).ino, inode, "written again");
  const other = await model("--out", "made/here", "--seed", "8", "--json");
  assert.notEqual(JSON.parse(other.stdout).digest, said.digest);
});

test("what is none of ours is not replaced", async () => {
  const mine = join(root, "mine");
  mkdirSync(mine);
  writeFileSync(join(mine, "thesis.txt"), "all of it");
  const { code, stderr } = await model("--out", "mine");
  assert.equal(code, 2);
  assert.match(stderr, /--out: got "mine"; expected a folder that doesn't exist/);
  assert.deepEqual(readdirSync(mine), ["thesis.txt"]);
});

test("a seed that is no number, and a folder that isn't named: exit 2", async () => {
  const bad = await model("--out", "x", "--seed", "one");
  assert.deepEqual([bad.code, /--seed: got "one"/.test(bad.stderr)], [2, true]);
  assert.equal((await model()).code, 2);
});
