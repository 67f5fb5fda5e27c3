import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { resultSchema } from "../result.ts";
import { fingerprintOf, readEnvironment } from "./environment.ts";
import {
  cpuGovernor,
  cpuTicks,
  meminfoBytes,
  swapUsedBytes,
  thermalThrottles,
} from "./machine/cpu.ts";
import { cpuQuotaCores, cpuThrottling } from "./machine/cpu-cgroup.ts";
import type { Roots } from "./machine/roots.ts";

const dir = mkdtempSync(join(tmpdir(), "environment-"));
after(() => rmSync(dir, { recursive: true, force: true }));

/** A recorded machine: paths below proc, sys and etc with their texts. */
function machine(name: string, files: Record<string, string>): Roots {
  const at = (root: string) => join(dir, name, root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), text);
  }
  return { proc: at("proc"), sys: at("sys"), etc: at("etc") };
}

const env = { PATH: join(dir, "no-programs") };

test("cgroup version 2: the least quota on the way up counts; throttling is summed", () => {
  const scope = "sys/fs/cgroup/system.slice/job.scope";
  const roots = machine("v2", {
    "proc/self/cgroup": "0::/system.slice/job.scope\n",
    "sys/fs/cgroup/cgroup.controllers": "cpu memory\n",
    [`${scope}/cpu.max`]: "max 100000\n",
    [`${scope}/cpu.stat`]: "usage_usec 9\nnr_periods 0\nnr_throttled 0\nthrottled_usec 0\n",
    "sys/fs/cgroup/system.slice/cpu.max": "150000 100000\n",
    "sys/fs/cgroup/system.slice/cpu.stat": "nr_periods 5\nnr_throttled 4\nthrottled_usec 250000\n",
  });
  assert.equal(cpuQuotaCores(roots), 1.5);
  assert.deepEqual(cpuThrottling(roots), { times: 4, ms: 250 });
});

test("a container of version 2 sees its own limit at the top", () => {
  const roots = machine("v2-container", {
    "proc/self/cgroup": "0::/\n",
    "sys/fs/cgroup/cgroup.controllers": "cpu\n",
    "sys/fs/cgroup/cpu.max": "50000 100000\n",
  });
  assert.equal(cpuQuotaCores(roots), 0.5);
  assert.equal(cpuThrottling(roots), null);
});

test("cgroup version 1: the host's path isn't there in a container, the mount's top is", () => {
  const roots = machine("v1", {
    "proc/self/cgroup": "11:memory:/docker/abc\n2:cpu,cpuacct:/docker/abc\n0::/docker/abc\n",
    "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "200000\n",
    "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
    "sys/fs/cgroup/cpu,cpuacct/cpu.stat": "nr_periods 9\nnr_throttled 3\nthrottled_time 7000000\n",
  });
  assert.equal(cpuQuotaCores(roots), 2);
  assert.deepEqual(cpuThrottling(roots), { times: 3, ms: 7 });
});

test("no limit is null: -1 in version 1, max in version 2, and no cgroups at all", () => {
  const v1 = machine("v1-free", {
    "proc/self/cgroup": "1:cpu:/\n",
    "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
    "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
  });
  const outside = machine("v2-outside", {
    "proc/self/cgroup": "0::/../../x\n",
    "sys/fs/cgroup/cgroup.controllers": "cpu\n",
    "sys/fs/cgroup/cpu.max": "max 100000\n",
  });
  for (const roots of [v1, outside, machine("none", {})]) assert.equal(cpuQuotaCores(roots), null);
});

test("governor, heat, ticks and swap from the kernel's files", () => {
  const cpu = (n: number, file: string) => `sys/devices/system/cpu/cpu${n}/${file}`;
  const roots = machine("cpu", {
    [cpu(0, "cpufreq/scaling_governor")]: "powersave\n",
    [cpu(1, "cpufreq/scaling_governor")]: "powersave\n",
    [cpu(0, "thermal_throttle/core_throttle_count")]: "3\n",
    [cpu(1, "thermal_throttle/core_throttle_count")]: "4\n",
    "sys/devices/system/cpu/cpufreq/x": "",
    "proc/stat": "cpu  100 0 50 800 10 0 5 35 7 0\ncpu0 1 2 3\n",
    "proc/meminfo": "MemTotal: 100 kB\nSwapTotal:     2048 kB\nSwapFree:      1024 kB\n",
  });
  assert.equal(cpuGovernor(roots), "powersave");
  assert.equal(thermalThrottles(roots), 7);
  assert.deepEqual(cpuTicks(roots), { total: 1000, steal: 35 });
  assert.equal(swapUsedBytes(roots), 1024 * 1024);
  writeFileSync(join(dir, "cpu", cpu(1, "cpufreq/scaling_governor")), "performance\n");
  assert.equal(cpuGovernor(roots), "mixed");
  const bare = machine("bare", {});
  assert.deepEqual(
    [cpuGovernor(bare), thermalThrottles(bare), cpuTicks(bare), meminfoBytes(bare, "SwapTotal")],
    [null, null, null, null],
  );
});

test("a hosted runner's image is told, its name never", {
  skip: process.platform !== "linux",
}, async () => {
  const roots = machine("runner", {
    "etc/os-release": 'NAME="x"\nPRETTY_NAME="Ubuntu 24.04.1 LTS"\n',
  });
  const secret = "runner-name-canary";
  const read = await readEnvironment({
    env: {
      ...env,
      GITHUB_ACTIONS: "true",
      RUNNER_ENVIRONMENT: "github-hosted",
      RUNNER_NAME: secret,
      ImageOS: "ubuntu24",
      ImageVersion: "20260101.1.0",
    },
    roots,
  });
  assert.equal(read.os.image, "Ubuntu 24.04.1 LTS");
  assert.deepEqual(read.runner, {
    environment: "github-hosted",
    imageOs: "ubuntu24",
    imageVersion: "20260101.1.0",
  });
  assert.ok(!JSON.stringify(read).includes(secret));
});

test("this machine: it fits the schema, and nothing in it identifies it", async () => {
  const read = await readEnvironment({ env: process.env });
  resultSchema.shape.environment.parse(read);
  const words = JSON.stringify(read).split(/\W+/);
  const names = [hostname(), userInfo().username].filter((name) => name !== "root" && name !== "");
  for (const name of names) assert.ok(!words.includes(name), `${name} is in it`);
});

test("the fingerprint stands for what decides speed, and for nothing else", async () => {
  const read = await readEnvironment({ env });
  const same = (over: Partial<typeof read>) =>
    fingerprintOf({ ...read, ...over }) === read.fingerprint;
  assert.ok(same({ node: "v1", swapBytes: 5, os: { ...read.os, release: "other" } }));
  assert.ok(same({ runner: { environment: "github-hosted", imageOs: "u", imageVersion: "2" } }));
  assert.ok(!same({ cpu: { ...read.cpu, governor: "powersave" } }));
  assert.ok(!same({ cpu: { ...read.cpu, limitCores: 0.5 } }));
  assert.ok(!same({ memoryBytes: read.memoryBytes * 2 }));
});

test("a system's patch level doesn't part a fingerprint, its version does", async () => {
  const read = await readEnvironment({ env });
  const of = (image: string) => fingerprintOf({ ...read, os: { ...read.os, image } });
  assert.equal(of("Ubuntu 24.04.1 LTS"), of("Ubuntu 24.04.2 LTS"));
  assert.notEqual(of("Ubuntu 24.04.1 LTS"), of("Ubuntu 22.04.5 LTS"));
});
