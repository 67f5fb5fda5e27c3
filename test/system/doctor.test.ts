/** `doctor --selftest` by the bundled command line, against the simulator and stand-ins for inferrs. */
import assert from "node:assert/strict";
import { chmodSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT, run, scratch } from "./harness.ts";

interface Told {
  steps: { id: string; status: string; outcome: { kind: string; evidence: string } }[];
  platform: { id: string; verified: unknown };
}

const statuses = (stdout: string) =>
  Object.fromEntries((JSON.parse(stdout) as Told).steps.map(({ id, status }) => [id, status]));
const evidence = (stdout: string, id: string) =>
  (JSON.parse(stdout) as Told).steps.find((step) => step.id === id)?.outcome;

/** The simulator as an executable, with what a shell does before it. */
function standIn(dir: string, before: string): string {
  const path = join(dir, "inferrs");
  const sim = join(ROOT, "dist", "sim.cjs");
  const version = '[ "$1" = --version ] && { echo "inferrs 9.9.9"; exit 0; }';
  writeFileSync(
    path,
    `#!/bin/sh\n${version}\n${before}\nexec "${process.execPath}" "${sim}" "$@"\n`,
  );
  chmodSync(path, 0o755);
  return path;
}

test("the simulator: every step passes or says why it can't be checked", async () => {
  const cwd = scratch();
  const temporary = scratch();
  const { code, stdout } = await run(["doctor", "--selftest", "--engine", "sim", "--json"], cwd, {
    TMPDIR: temporary,
  });
  assert.equal(code, 0, stdout);
  assert.deepEqual(statuses(stdout), {
    executable: "pass",
    "device-present": "skipped",
    start: "pass",
    "device-seen": "skipped",
    chat: "pass",
    memory: "skipped",
    stop: "pass",
    kill: "pass",
    cleanup: "pass",
  });
  assert.deepEqual(readdirSync(temporary), [], "nothing is left in the temporary folder");
  assert.deepEqual(readdirSync(cwd), [], "nor in the working one");
});

test("an engine that says its device, and one with a child: all is seen, and all is ended", async () => {
  const cwd = scratch();
  const path = standIn(
    cwd,
    'echo "2026-11-26T13:39:28Z  INFO inferrs: Using CPU device"; sleep 600 &',
  );
  const { code, stdout } = await run(["doctor", "--selftest", "--inferrs", path], cwd);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /pass +the engine's executable: version 9\.9\.9, SHA-256/);
  assert.match(stdout, /serves on cpu: INFO inferrs: Using CPU device/);
  assert.match(stdout, /pass +where the memory figures come from: .* by \w+/);
  assert.match(stdout, /pass +killed, nothing of it is left: ended with SIGKILL/);
});

test("asked for a CPU and served on a GPU: exit 1, with the outcome and the log's words", async () => {
  const cwd = scratch();
  const path = standIn(
    cwd,
    'echo "2026-11-26T13:39:28Z  INFO inferrs: Using CUDA device (via plugin)"',
  );
  const args = ["doctor", "--selftest", "--inferrs", path, "--device", "cpu", "--json"];
  const { code, stdout } = await run(args, cwd);
  assert.equal(code, 1);
  assert.equal(statuses(stdout)["device-seen"], "fail");
  assert.equal(statuses(stdout).chat, "skipped");
  assert.equal(statuses(stdout).cleanup, "pass");
  assert.equal(evidence(stdout, "device-seen")?.kind, "wrong-device");
  assert.match(evidence(stdout, "device-seen")?.evidence ?? "", /asked for cpu, serves on cuda/);
});

test("an engine that never loads: its reason, and the rest is skipped", async () => {
  const cwd = scratch();
  const args = ["doctor", "--selftest", "--engine", "sim", "--sim", "load-error=no tensor embed"];
  const { code, stdout } = await run(args, cwd);
  assert.equal(code, 1);
  assert.match(stdout, /fail +an engine start .*\(load-failed\): .*no tensor embed/);
});

for (const [name, args, says] of [
  [
    "with a server that is attached",
    ["doctor", "--selftest", "--engine", "external"],
    /--base-url|--engine: got "external"/,
  ],
  ["with a wrong device", ["doctor", "--selftest", "--device", "gpu"], /--device: got "gpu"/],
] as [string, string[], RegExp][]) {
  test(`${name}: exit 2`, async () => {
    const { code, stderr, stdout } = await run(args, scratch());
    assert.equal(code, 2);
    assert.match(stderr, says);
    assert.equal(stdout, "");
  });
}

test("a whole run that was asked for another device: exit 3, the remedy, and nothing measured", async () => {
  const cwd = scratch();
  const path = standIn(
    cwd,
    'echo "2026-11-26T13:39:28Z  INFO inferrs: Using CUDA device (via plugin)"',
  );
  const args = ["run", "--quiet", "--inferrs", path, "--model", "synthetic", "--device", "cpu"];
  const { code, stderr } = await run(args, cwd);
  assert.equal(code, 3, stderr);
  assert.match(
    stderr,
    /wrong-device: asked for cpu, serves on cuda; its log: INFO inferrs: Using CUDA/,
  );
  assert.match(stderr, /--device cpu, or auto/);
});
