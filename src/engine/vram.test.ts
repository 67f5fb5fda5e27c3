import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, test } from "node:test";
import { isSameProcess } from "../host/proc.ts";
import { parseRow, watchVram } from "./vram.ts";

const dir = mkdtempSync(join(tmpdir(), "vram-"));
after(() => rmSync(dir, { recursive: true, force: true }));

/** A real process in nvidia-smi's place, that says what a script says. */
function environment(script: string): NodeJS.ProcessEnv {
  const bin = mkdtempSync(join(dir, "bin-"));
  const path = join(bin, "nvidia-smi");
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
}

async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 10));
}

test("a row of the query; what the driver doesn't tell is no row", () => {
  assert.deepEqual(parseRow("GPU-1a, 4711, 2048"), [
    { gpu: "GPU-1a", pid: 4711, bytes: 2048 * 2 ** 20 },
  ]);
  for (const line of ["GPU-1a, 4711, [N/A]", "", "No devices were found", "GPU-1a, [N/A], 5"]) {
    assert.deepEqual(parseRow(line), [], line);
  }
});

test("the highest sum of the engine's own processes over all GPUs, in a phase", async () => {
  const go = join(dir, "go");
  const env = environment(`
case "$*" in *--query-compute-apps=gpu_uuid,pid,used_memory*-lms*) ;; *) exit 9;; esac
printf 'GPU-a, 10, 100\\nGPU-b, 10, 50\\nGPU-a, 11, 7\\nGPU-a, 99, 9000\\n'
while [ ! -e ${go} ]; do sleep 0.02; done
printf 'GPU-a, 10, 20\\nGPU-b, 10, 5\\nGPU-a, 11, 7\\n'
exec sleep 600`);
  const vram = watchVram(() => [10, 11], env);
  await until(() => vram.peakBytes() !== null);
  assert.equal(vram.peakBytes(), 157 * 2 ** 20);
  vram.reset();
  assert.equal(vram.peakBytes(), null);
  writeFileSync(go, "");
  await until(() => vram.peakBytes() !== null);
  assert.equal(vram.peakBytes(), 32 * 2 ** 20);
  const { pid, startTime } = vram.helper ?? { pid: 0, startTime: null };
  assert.ok(vram.cpuMs() >= 0);
  vram.stop();
  await until(() => !isSameProcess(pid, startTime));
});

test("without nvidia-smi, or where it fails, nothing is known and nobody is hurt", async () => {
  const none = watchVram(() => [1], { PATH: dir });
  const failing = watchVram(() => [1], environment("echo 'NVIDIA-SMI has failed'; exit 9"));
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual([none.peakBytes(), none.helper, failing.peakBytes()], [null, null, null]);
  none.stop();
  failing.stop();
});
