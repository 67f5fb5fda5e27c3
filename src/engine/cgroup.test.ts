import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { makeEngineCgroup, parentsFor, removeLeftCgroup } from "./cgroup.ts";

const dir = mkdtempSync(join(tmpdir(), "cgroup-"));
after(() => rmSync(dir, { recursive: true, force: true }));

/** A folder of version 2, with what the files in it say. */
function folder(path: string, files: Record<string, string>): string {
  const made = join(dir, path);
  mkdirSync(made, { recursive: true });
  writeFileSync(join(made, "cgroup.procs"), "");
  for (const [name, value] of Object.entries(files)) writeFileSync(join(made, name), value);
  return made;
}

test("version 2: a child is made beside us, where memory limits are handed down", () => {
  folder("a", { "cgroup.subtree_control": "cpu memory pids\n", "memory.max": "max\n" });
  folder("a/user", { "cgroup.subtree_control": "memory\n", "cpu.max": "max 100000\n" });
  const scope = folder("a/user/scope", { "cgroup.subtree_control": "\n", "cpuset.cpus": "\n" });
  const around = { version: 2, folder: scope, top: join(dir, "a") } as const;
  assert.deepEqual(parentsFor(around), [join(dir, "a/user"), join(dir, "a")]);
});

test("version 2: a folder with limits of its own is never left", () => {
  folder("b", { "cgroup.subtree_control": "memory\n" });
  for (const [name, files] of [
    ["memory", { "memory.max": "4000000000\n" }],
    ["cpu", { "cpu.max": "200000 100000\n" }],
    ["cpus", { "cpuset.cpus": "0-1\n" }],
  ] as const) {
    const limited = folder(`b/${name}`, { "cgroup.subtree_control": "", ...files });
    assert.deepEqual(parentsFor({ version: 2, folder: limited, top: join(dir, "b") }), [], name);
  }
});

test("where it isn't permitted the reason is told, and nothing is left", () => {
  const here = folder("c", { "cgroup.subtree_control": "memory\n" });
  // A file system that isn't a cgroup's: the limit can be written, a process can't enter.
  const refused = makeEngineCgroup(1e9, { version: 2, folder: join(here, "none"), top: here });
  assert.equal(refused.kind, "not");
  assert.deepEqual(makeEngineCgroup(1e9, null), {
    kind: "not",
    why: "there is no memory cgroup here",
  });
});

test("only an empty cgroup with a name of ours is taken away, wherever it stands", async () => {
  const top = folder("d", {});
  folder("d/user", {});
  const parent = folder("d/user/app", {});
  const [left, busy, stranger] = [
    "inferrs-bench-0123456789ab",
    "inferrs-bench-ffffffffffff",
    "ssh",
  ];
  for (const name of [left, stranger]) mkdirSync(join(parent, name));
  folder(`d/user/app/${busy}`, {});
  for (const name of [left, busy, stranger, `../${stranger}`]) {
    await removeLeftCgroup(name, { version: 2, folder: top, top });
  }
  assert.deepEqual(readdirSync(parent).sort(), ["cgroup.procs", busy, stranger].sort());
});

const probe = makeEngineCgroup(2 ** 30);
if (probe.kind === "made") await probe.cgroup.remove();
const skip = probe.kind === "made" ? false : `no cgroup may be made here: ${probe.why}`;

/** Takes 20 MB more every few ms, until it is stopped. */
const EATER = "const kept = []; setInterval(() => kept.push(Buffer.alloc(20e6, 1)), 5)";

test("for real: what grows above the limit is killed, counted, and its folder can go", {
  skip,
}, async () => {
  const { kind, ...rest } = makeEngineCgroup(150 * 2 ** 20);
  assert.ok(kind === "made" && "cgroup" in rest);
  const { cgroup } = rest;
  const args = ["-c", 'echo 0 > "$1"; shift; exec "$@"', "sh", join(cgroup.folder, "cgroup.procs")];
  const child = spawn("/bin/sh", [...args, process.execPath, "-e", EATER], { stdio: "ignore" });
  const signal = await new Promise((resolve) => child.once("exit", (_, by) => resolve(by)));
  assert.equal(signal, "SIGKILL");
  assert.equal(cgroup.oomKills(), 1);
  assert.equal(cgroup.limitHit(), true);
  const peak = cgroup.peakBytes();
  if (peak !== null) assert.ok(peak > 100 * 2 ** 20 && peak <= 151 * 2 ** 20, `${peak}`);
  await cgroup.remove();
  assert.equal(existsSync(cgroup.folder), false);
});

test("for real: all that is in it can be ended at once", { skip }, async () => {
  const { kind, ...rest } = makeEngineCgroup(500 * 2 ** 20);
  assert.ok(kind === "made" && "cgroup" in rest);
  const { cgroup } = rest;
  // Its child leaves the process group, and would outlive a signal to that.
  const script = 'echo 0 > "$0"; setsid sleep 600 & wait';
  const child = spawn("/bin/sh", ["-c", script, join(cgroup.folder, "cgroup.procs")]);
  const gone = new Promise((resolve) => child.once("exit", resolve));
  while (cgroup.members().length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  cgroup.kill();
  await gone;
  await cgroup.remove();
  assert.equal(existsSync(cgroup.folder), false);
  assert.equal(cgroup.oomKills(), 0);
});
