import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { classifyExit, memoryKiller } from "../analyze/death.ts";
import { groupMembers } from "../host/proc.ts";
import { openJournal } from "../journal/journal.ts";
import type { VariantSpec } from "../plan/types.ts";
import { fakeSmi } from "../testing/fake-smi.ts";
import { raiseGuard } from "./guard.ts";
import { endLeftovers } from "./leftovers.ts";
import { type StartOptions, startEngine } from "./started.ts";

const dir = mkdtempSync(join(tmpdir(), "started-"));
after(() => rmSync(dir, { recursive: true, force: true }));

const env = { ...process.env, INFERRS_BENCH_LOCK_DIR: join(dir, "lock") };
const sim = join(import.meta.dirname, "..", "sim", "entry.ts");

/** An executable that is started as inferrs is: the simulator, with what a script does before it. */
function script(name: string, before: string): string {
  const path = join(dir, name);
  writeFileSync(path, `#!/bin/sh\n${before}\nexec "${process.execPath}" "${sim}" "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

function variant(engine: VariantSpec["engine"], serverArgs: string[] = []): VariantSpec {
  return { name: "head", engine, model: { kind: "hub", id: "m" }, device: "auto", serverArgs };
}

function start(over: Partial<StartOptions>) {
  const pids: number[] = [];
  const started = startEngine({
    variant: variant({ kind: "sim", knobs: [] }),
    executable: "",
    model: { name: "org/model", cwd: dir },
    start: 0,
    outDir: dir,
    workDir: dir,
    readyTimeoutMs: 20_000,
    memoryLimitBytes: null,
    env: process.env,
    version: "1",
    signal: new AbortController().signal,
    onSpawned: (spawned) => pids.push(spawned.pid),
    ...over,
  });
  return started.then((result) => ({ result, pid: pids[0] ?? 0 }));
}

function inferrs(path: string, knobs: string[] = []) {
  const args = knobs.flatMap((knob) => ["--knob", knob]);
  return {
    variant: variant({ kind: "inferrs", inferrs: { kind: "path", path }, sha256: null }, args),
    executable: path,
  };
}

test("an engine is ready when it serves the model, and its whole tree ends when it is stopped", async () => {
  const path = script("with-child", "sleep 600 &");
  const { result, pid } = await start(inferrs(path));
  assert.ok(result.kind === "up");
  assert.equal(groupMembers(pid).length, 2);
  assert.ok((result.engine.peak()?.bytes ?? 0) > 1e6);
  assert.equal(result.engine.peak()?.kind, process.platform === "linux" ? "rss" : "rss");
  const end = await result.engine.stop();
  assert.equal(end.exit?.by, "us");
  assert.deepEqual(groupMembers(pid), []);
});

test("its death is noticed, with signal, log and peak; a kill by hand is a crash", async () => {
  const { result, pid } = await start(inferrs(script("plain", "")));
  assert.ok(result.kind === "up");
  process.kill(pid, "SIGKILL");
  const exit = await result.engine.died;
  assert.equal(exit.signal, "SIGKILL");
  assert.equal(exit.by, "itself");
  assert.ok((exit.peak?.bytes ?? 0) > 1e6);
  assert.ok(exit.logTail.length > 0);
  assert.equal(classifyExit(exit).kind, "engine-crashed");
  assert.equal(result.engine.exit(), exit);
});

test("above the memory limit the guard ends it", async () => {
  const { result } = await start({
    ...inferrs(script("fat", "")),
    memoryLimitBytes: 5_000_000,
    cgroup: false,
  });
  const exit = result.kind === "up" ? await result.engine.died : result.failure.exit;
  assert.equal(exit?.by, "guard");
  assert.equal(exit && memoryKiller(exit), "watchdog");
  assert.match(exit ? (classifyExit(exit).evidence ?? "") : "", /watchdog.*limit 0\.01 GB/);
});

test("a load that fails says why, in the engine's words", async () => {
  const knobs = ["load-error=no tensor named embed"];
  const { result } = await start({ variant: variant({ kind: "sim", knobs }) });
  assert.ok(result.kind === "failed");
  assert.equal(result.failure.kind, "load-failed");
  assert.match(result.failure.evidence, /no tensor named embed/);
});

test("an engine that ends before it is ready says why", async () => {
  const path = script("refuses", 'echo "Error: unknown flag --frob" >&2; exit 2');
  const { result } = await start(inferrs(path));
  assert.ok(result.kind === "failed");
  assert.equal(result.failure.kind, "load-failed");
  assert.match(result.failure.evidence, /unknown flag --frob/);
  assert.equal(result.failure.exit?.exitCode, 2);
});

test("a stopped run doesn't wait for the model to load", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort("SIGINT"), 300);
  const knobs = ["load-time=600000"];
  const { result, pid } = await start({
    variant: variant({ kind: "sim", knobs }),
    signal: stop.signal,
  });
  assert.equal(result.kind, "failed");
  assert.deepEqual(groupMembers(pid), []);
});

test("what a killed run left is ended by its id and start time, never a stranger", async () => {
  const { result, pid } = await start(inferrs(script("orphan", "")));
  assert.ok(result.kind === "up");
  const journal = openJournal(join(dir, "journal.jsonl"));
  const workDir = mkdtempSync(join(tmpdir(), "inferrs-bench-"));
  const ids = {
    type: "engine-spawned",
    variant: "head",
    start: 0,
    pid,
    workDir: basename(workDir),
  } as const;
  journal.append({ ...ids, startTime: "1" });
  assert.deepEqual((await endLeftovers(dir, env)).ended, [], "the start time is another's");
  const { startTimeOf } = await import("../host/proc.ts");
  journal.append({ ...ids, startTime: startTimeOf(pid) });
  assert.deepEqual((await endLeftovers(dir, env)).ended, [pid]);
  await result.engine.died;
  assert.equal(existsSync(workDir), false, "its folder goes with it");
  assert.deepEqual((await endLeftovers(dir, env)).ended, []);
  journal.append({ ...ids, startTime: "1", workDir: `../${basename(dir)}` });
  await endLeftovers(dir, env);
  assert.equal(existsSync(dir), true, "a path of somebody else's making is not followed");
  journal.close();
  assert.match(readFileSync(join(dir, "engine.log"), "utf8"), /=== head, start 0/);
});

const cpuLine = 'echo "2026-11-26T13:39:28Z  INFO inferrs: Using CPU device"';
const onDevice = (path: string, device: VariantSpec["device"], env = process.env) =>
  start({
    variant: {
      ...variant({ kind: "inferrs", inferrs: { kind: "path", path }, sha256: null }),
      device,
    },
    executable: path,
    env,
  });

test("asked for CUDA and served on a CPU: a failed start with what was seen, and nothing is left", async () => {
  const { result, pid } = await onDevice(script("on-cpu", cpuLine), "cuda");
  assert.ok(result.kind === "failed");
  assert.equal(result.failure.kind, "wrong-device");
  assert.match(
    result.failure.evidence,
    /asked for cuda, serves on cpu; its log: INFO inferrs: Using/,
  );
  assert.equal(result.failure.exit?.by, "us");
  assert.deepEqual(groupMembers(pid), []);
});

test("auto takes what it gets, and says what that was", async () => {
  const { result } = await onDevice(script("auto-cpu", cpuLine), "auto");
  assert.ok(result.kind === "up");
  assert.equal(result.engine.device?.device, "cpu");
  await result.engine.stop();
});

test("a log that is silent: the GPU's driver is asked, and only the engine's own process counts", async () => {
  const path = script("silent", `echo $$ > "${join(dir, "silent.pid")}"`);
  const own = fakeSmi(join(dir, "smi-own"), {
    processes: `echo "$(cat ${join(dir, "silent.pid")}), 9"`,
  });
  const first = await onDevice(path, "cuda", own);
  assert.ok(first.result.kind === "up");
  assert.equal(first.result.engine.device?.device, "cuda");
  assert.match(first.result.engine.device?.words ?? "", new RegExp(`process ${first.pid}`));
  await first.result.engine.stop();
  const other = fakeSmi(join(dir, "smi-other"), { processes: 'echo "1, 9"' });
  const second = await onDevice(path, "cuda", other);
  assert.ok(second.result.kind === "up");
  assert.equal(second.result.engine.device, null);
  await second.result.engine.stop();
});

test("an engine that can't be started leaves no cgroup", async (t) => {
  const folders: string[] = [];
  const attempt = start({
    ...inferrs(script("nowhere", "")),
    model: { name: "org/model", cwd: join(dir, "no-such-folder") },
    memoryLimitBytes: 1e9,
    raise: (...given) => {
      const guard = raiseGuard(...given);
      if (guard.cgroup !== null) folders.push(guard.cgroup.folder);
      return guard;
    },
  });
  await assert.rejects(attempt, /could not be started/);
  if (folders.length === 0) return t.skip("no cgroup may be made here");
  assert.deepEqual(folders.filter(existsSync), []);
});

test("an engine that nobody could be told of is ended", async () => {
  const pids: number[] = [];
  const attempt = start({
    ...inferrs(script("untold", "sleep 600 &")),
    onSpawned: ({ pid }) => {
      pids.push(pid);
      throw new Error("the journal can't be written");
    },
  });
  await assert.rejects(attempt, /journal can't be written/);
  assert.deepEqual(pids.map(groupMembers), [[]]);
});

test("the engine sees no token of the user's", async () => {
  const seen = join(dir, "seen");
  const names = ["GITHUB_TOKEN", "GH_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GH_ENTERPRISE_TOKEN"];
  const tokens = Object.fromEntries([...names, "HF_TOKEN"].map((name) => [name, "canary"]));
  const { result } = await start({
    ...inferrs(script("dumps", `env >"${seen}"; exit 2`)),
    env: { ...process.env, ...tokens, KEPT: "kept" },
  });
  assert.equal(result.kind, "failed");
  const text = readFileSync(seen, "utf8");
  assert.match(text, /^KEPT=kept$/m);
  assert.doesNotMatch(text, /canary/);
});
