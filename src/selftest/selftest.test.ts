import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { lockMachine } from "../engine/lock.ts";
import { selfTest } from "./selftest.ts";
import type { SelfTestStep } from "./steps.ts";
import { identityWords } from "./steps.ts";
import type { SelfTest } from "./types.ts";

const SIM = join(import.meta.dirname, "..", "sim", "entry.ts");
const dir = mkdtempSync(join(tmpdir(), "selftest-"));
after(() => rmSync(dir, { recursive: true, force: true }));

const { signal } = new AbortController();
let count = 0;

/** A self-test in a queue of its own, with the simulator in the place of inferrs. */
function prepared(over: Partial<SelfTest["options"]> = {}) {
  const cwd = join(dir, String(count++));
  mkdirSync(cwd);
  const path = join(cwd, "inferrs");
  const version = '[ "$1" = --version ] && { echo "inferrs 9.9.9"; exit 0; }';
  const sim = `exec "${process.execPath}" --no-warnings "${SIM}" "$@"`;
  writeFileSync(path, `#!/bin/sh\n${version}\n${sim}\n`, { mode: 0o755 });
  const queue = join(cwd, "lock");
  const env = { ...process.env, INFERRS_BENCH_LOCK_DIR: queue };
  const said: string[] = [];
  const test: SelfTest = {
    options: {
      engine: { kind: "inferrs", inferrs: { kind: "path", path }, sha256: null },
      model: { kind: "synthetic", seed: 1 },
      device: "auto",
      serverArgs: [],
      memoryLimitBytes: null,
      offline: true,
      lockTimeoutMs: 0,
      ...over,
    } as SelfTest["options"],
    githubToken: null,
    environment: { gpus: [] } as unknown as SelfTest["environment"],
    env,
    cwd,
    signal,
    toolVersion: "0",
    say: (line) => said.push(line),
    onDevice: () => {},
    onStep: () => {},
  };
  return { test, queue, env, said };
}

const step = (steps: SelfTestStep[], id: string) => steps.find((each) => each.id === id);

test("the machine is taken before the first life, its engine is in the queue, and it is given back", async () => {
  const { test: given, queue } = prepared();
  let noted: { pid: number; engines: unknown[]; workDir: string } | null = null;
  const steps = await selfTest({
    ...given,
    onStep: ({ id }) => {
      if (id !== "chat") return;
      const [file = ""] = readdirSync(queue);
      noted = JSON.parse(readFileSync(join(queue, file), "utf8"));
    },
  });
  const failed = steps.filter(({ status }) => status === "fail");
  assert.deepEqual(
    failed.filter(({ id }) => id !== "memory"),
    [],
  );
  const { pid, engines, workDir } = noted ?? assert.fail("no chat");
  assert.equal(pid, process.pid);
  assert.ok((engines as unknown[]).length > 0);
  assert.match(workDir, /^inferrs-bench-\w{6}$/);
  assert.deepEqual(readdirSync(queue), []);
  assert.match(
    step(steps, "executable")?.outcome.evidence ?? "",
    /9\.9\.9, .*a file of the user's/,
  );
});

test("a run that has the machine is not disturbed: no engine is started beside it", async () => {
  const { test: given, env, said } = prepared();
  const held = await lockMachine({ timeoutMs: 0, signal, env, onWait: () => {} });
  const steps = await selfTest(given);
  held.release();
  assert.equal(step(steps, "start")?.status, "fail");
  assert.match(step(steps, "start")?.outcome.evidence ?? "", /--lock-timeout/);
  assert.equal(step(steps, "chat")?.status, "skipped");
  assert.deepEqual(said, [`waiting for process ${process.pid}, another run on this machine`]);
});

test("a device that can't be there ends it before the engine is looked for, or fetched", {
  skip: process.platform === "darwin" ? "Metal is there" : false,
}, async () => {
  const { test: given } = prepared({ device: "metal" });
  const steps = await selfTest(given);
  assert.equal(step(steps, "device-present")?.status, "fail");
  assert.equal(step(steps, "executable")?.status, "skipped");
});

test("a release is told with who verified it", () => {
  const source = {
    kind: "release",
    version: "0.0.1",
    tag: "v",
    commit: null,
    asset: "a",
    assetSha256: "0",
    verifiedBy: "api",
  } as const;
  const engine = { kind: "inferrs", version: null, sha256: null, source } as never;
  const words = "version not told, release 0.0.1, verified by the digest that GitHub's API gives";
  assert.equal(identityWords(engine), words);
});
