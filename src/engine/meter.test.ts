import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, test } from "node:test";
import { usageOf } from "../host/proc.ts";
import { meterProcess } from "./meter.ts";
import { meterMac } from "./meter-mac.ts";

const dir = mkdtempSync(join(tmpdir(), "meter-"));
after(() => rmSync(dir, { recursive: true, force: true }));
const linux = process.platform === "linux" ? false : "reads /proc";

test("the guard is told what can't be reclaimed, not the mapped files beside it", {
  skip: linux,
}, () => {
  const usage = usageOf(process.pid);
  assert.ok(usage !== null && usage.heldBytes > 1e6);
  assert.ok(usage.heldBytes < usage.rssBytes, "Node's own code is a mapped file");
});

test("the cost of the watching is kept, and pauses between samples grow with it", {
  skip: linux,
}, async () => {
  let busyMs = 0;
  // The guard's own work counts as cost: 10 ms of it make the next pause over a second.
  const meter = meterProcess(process.pid, () => {
    const until = performance.now() + busyMs;
    while (performance.now() < until);
  });
  const seen = meter.sampling()?.samples ?? 0;
  while ((meter.sampling()?.samples ?? 0) < seen + 3) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  busyMs = 10;
  const before = meter.sampling()?.samples ?? 0;
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const during = (meter.sampling()?.samples ?? 0) - before;
  meter.stop();
  assert.ok(during <= 2, `${during} samples of 10 ms each in a second`);
  const cost = meter.sampling();
  assert.ok(cost !== null && cost.spentMs > 0 && cost.overMs > cost.spentMs);
  assert.equal(meter.lifePeak()?.kind, "rss");
});

/** What `footprint` and `sysctl` say on a Mac, said by real processes here. */
function mac(footprint: number, peak: number, swap: string) {
  const write = (name: string, text: string) => {
    writeFileSync(join(dir, name), `#!/bin/sh\ncat <<'EOF'\n${text}\nEOF\n`);
    chmodSync(join(dir, name), 0o755);
  };
  write("footprint", `    phys_footprint: ${footprint} B\n    phys_footprint_peak: ${peak} B`);
  write("sysctl", `vm.swapusage: total = 2048.00M  used = ${swap}  free = 1.00M  (encrypted)`);
}

test("macOS: physical footprint by phase, the kernel's own peak of the life, and new swap", async () => {
  mac(300e6, 900e6, "100.00M");
  const env = { ...process.env, PATH: `${dir}${delimiter}${process.env.PATH}` };
  process.env.PATH = env.PATH;
  const seen: { heldBytes: number; newSwapBytes: number | null }[] = [];
  const meter = meterMac(process.pid, (sample) => seen.push(sample), env);
  const next = async () => {
    const count = seen.length;
    while (seen.length === count) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  await next();
  assert.deepEqual(seen[0], { heldBytes: 300e6, newSwapBytes: 0 });
  assert.deepEqual(meter.lifePeak(), { bytes: 900e6, kind: "phys_footprint", swapBytes: 0 });
  meter.resetPeak();
  assert.equal(meter.peak(), null);
  mac(400e6, 900e6, "612.00M");
  await next();
  assert.deepEqual(seen.at(-1), { heldBytes: 400e6, newSwapBytes: 512 * 2 ** 20 });
  assert.equal(meter.peak()?.bytes, 400e6, "the life's peak was before this phase");
  mac(500e6, 1.2e9, "612.00M");
  meter.sample();
  assert.equal(meter.peak()?.bytes, 1.2e9, "it rose within this phase");
  assert.ok((meter.sampling()?.spentMs ?? 0) > 0);
  meter.stop();
});
