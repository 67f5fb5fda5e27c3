import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { cgroupLimitBytes, memoryCgroup, oomKillsIn, parseMemoryCgroup } from "./cgroup.ts";

const dir = mkdtempSync(join(tmpdir(), "cgroup-"));
after(() => rmSync(dir, { recursive: true, force: true }));

const V1 = "35 32 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory";
const V2 = "41 31 0:38 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate";

test("version 2, version 1, and both at once, where memory is version 1's", () => {
  const session = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/a.scope\n";
  assert.deepEqual(parseMemoryCgroup(session, V2), {
    version: 2,
    folder: "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/a.scope",
    top: "/sys/fs/cgroup",
  });
  const hybrid = "9:name=systemd:/\n5:cpu,cpuacct:/other\n4:memory:/job/7\n0::/\n";
  assert.deepEqual(
    parseMemoryCgroup(hybrid, `${V2.replace("cgroup rw", "cgroup/unified rw")}\n${V1}`),
    {
      version: 1,
      folder: "/sys/fs/cgroup/memory/job/7",
      top: "/sys/fs/cgroup/memory",
    },
  );
  assert.equal(parseMemoryCgroup("4:memory:/job\n", V2), null);
});

test("a container sees only its own part, whatever its path is called outside", () => {
  const part = "700 690 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory";
  const folder = "/sys/fs/cgroup/memory";
  assert.equal(parseMemoryCgroup("4:memory:/docker/abc\n", part)?.folder, folder);
  assert.equal(parseMemoryCgroup("4:memory:/docker/abc/job\n", part)?.folder, `${folder}/job`);
  assert.equal(parseMemoryCgroup("4:memory:/docker/abcd\n", part), null);
  assert.equal(parseMemoryCgroup("0::/../outside\n", V2), null);
  assert.equal(parseMemoryCgroup("0::/\n", V2)?.folder, "/sys/fs/cgroup");
  const odd = V2.replace("/sys/fs/cgroup", "/with\\040space");
  assert.equal(parseMemoryCgroup("0::/a\n", odd)?.folder, "/with space/a");
});

test("version 2: the lowest limit on the way up counts, wherever it stands", () => {
  const folder = join(dir, "slice", "scope");
  mkdirSync(folder, { recursive: true });
  const cgroup = { version: 2, folder, top: dir } as const;
  assert.equal(cgroupLimitBytes(cgroup), null);
  writeFileSync(join(folder, "memory.max"), "max\n");
  writeFileSync(join(dir, "slice", "memory.max"), "6000000000\n");
  assert.equal(cgroupLimitBytes(cgroup), 6e9);
  writeFileSync(join(folder, "memory.high"), "5000000000\n");
  assert.equal(cgroupLimitBytes(cgroup), 5e9);
  writeFileSync(join(folder, "memory.events"), "low 0\noom 2\noom_kill 1\noom_group_kill 0\n");
  assert.equal(oomKillsIn(cgroup), 1);
});

const own = memoryCgroup();
const permitted = own?.version === 1 && process.getuid?.() === 0;

test("version 1, for real: a parent's limit holds for a child without one", {
  skip: permitted ? false : "needs root and a memory cgroup of version 1",
}, () => {
  const parent = join(own?.folder ?? "", `inferrs-bench-test-${process.pid}`);
  const child = join(parent, "child");
  mkdirSync(child, { recursive: true });
  try {
    writeFileSync(join(parent, "memory.limit_in_bytes"), String(700 * 2 ** 20));
    assert.equal(
      cgroupLimitBytes({ version: 1, folder: child, top: own?.top ?? "" }),
      700 * 2 ** 20,
    );
    const script = `import("${join(import.meta.dirname, "environment.ts")}").then((m) => console.log(m.machineMemoryBytes()))`;
    const inside = `echo 0 > ${child}/cgroup.procs; exec "$@"`;
    const told = execFileSync("/bin/sh", ["-c", inside, "sh", process.execPath, "-e", script], {
      encoding: "utf8",
    });
    assert.equal(Number(told), 700 * 2 ** 20);
  } finally {
    rmdirSync(child);
    rmdirSync(parent);
  }
});
