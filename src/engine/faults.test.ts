/** Starts that meet a fault: each its own outcome. Real processes; the simulator in inferrs's place. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { classifyExit, memoryKiller } from "../analyze/death.ts";
import { freePort } from "../host/port.ts";
import { groupMembers } from "../host/proc.ts";
import { makeEngineCgroup } from "./cgroup.ts";
import { type SpawnedEngine, type StartOptions, startEngine } from "./started.ts";

const dir = mkdtempSync(join(tmpdir(), "faults-"));
after(() => rmSync(dir, { recursive: true, force: true }));
const SIM = join(import.meta.dirname, "..", "sim", "entry.ts");
const EATER = join(import.meta.dirname, "..", "testing", "eater.ts");

function engine(name: string, program: string, before = ""): string {
  const path = join(dir, name);
  writeFileSync(path, `#!/bin/sh\n${before}\nexec "${process.execPath}" "${program}" "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

const simulator = engine("simulator", SIM);

async function start(over: Partial<StartOptions> = {}, knobs: string[] = []) {
  const spawned: SpawnedEngine[] = [];
  const executable = over.executable ?? simulator;
  const result = await startEngine({
    variant: {
      name: "head",
      engine: { kind: "inferrs", inferrs: { kind: "path", path: executable }, sha256: null },
      model: { kind: "hub", id: "m" },
      device: "cpu",
      serverArgs: knobs.flatMap((knob) => ["--knob", knob]),
    },
    executable,
    model: { name: "org/model", cwd: dir },
    start: 0,
    outDir: dir,
    workDir: dir,
    readyTimeoutMs: 20_000,
    memoryLimitBytes: 2e9,
    env: process.env,
    version: "1",
    signal: new AbortController().signal,
    onSpawned: (each) => spawned.push(each),
    ...over,
  });
  return { result, spawned };
}

/** A server that came before, and answers as an engine with the same model would. */
async function stranger(status: number): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => {
    response.statusCode = request.url === "/health" ? status : 200;
    response.end(JSON.stringify({ data: [{ id: "org/model" }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => server.close());
  return { server, port: (server.address() as AddressInfo).port };
}

for (const status of [200, 500, 503]) {
  test(`a port taken between check and start, by a server that answers ${status}: another port`, async () => {
    const { port } = await stranger(status);
    const ports = [port, port];
    const pickPort = async () => ports.pop() ?? (await freePort());
    const { result, spawned } = await start({ pickPort });
    assert.ok(result.kind === "up");
    assert.equal(result.engine.portsTaken, 2);
    assert.doesNotMatch(result.engine.baseUrl, new RegExp(`:${port}/`));
    await result.engine.stop();
    assert.equal(spawned.length, 3);
    assert.deepEqual(
      spawned.flatMap(({ pid }) => groupMembers(pid)),
      [],
    );
  });
}

test("a port that is taken every time is an outcome of its own, after three tries", async () => {
  const { port } = await stranger(200);
  const { result, spawned } = await start({ pickPort: async () => port });
  assert.ok(result.kind === "failed");
  assert.equal(result.failure.kind, "port-taken");
  assert.match(result.failure.evidence, /already in use|taken by another process/);
  assert.equal(spawned.length, 3);
});

test("a slow load is waited for, and its time is kept", async () => {
  const { result } = await start({}, ["load-time=700"]);
  assert.ok(result.kind === "up");
  assert.ok(result.engine.readyMs >= 700, "no timer fires early");
  await result.engine.stop();
});

test("a load that is never done is not ready, and says what it was at", async () => {
  const { result } = await start({ readyTimeoutMs: 4_000 }, ["load-time=600000"]);
  assert.ok(result.kind === "failed");
  assert.equal(result.failure.kind, "not-ready");
  assert.match(result.failure.evidence, /\/health answered 503/);
});

test("a model that /v1/models lacks is named, with those that it lists", async () => {
  const other = engine("other", SIM, 'shift 2; set -- serve some/other "$@"');
  const { result } = await start({ executable: other });
  assert.ok(result.kind === "failed");
  assert.equal(result.failure.kind, "model-missing");
  assert.equal(result.failure.evidence, "asked for org/model; /v1/models lists some/other");
});

test("a panic while it loads is told by its place and message", async () => {
  const words =
    "thread 'main' panicked at src/load.rs:7:5:\\nno tensor named embed\\nstack backtrace:";
  const panics = engine("panics", SIM, `printf "${words}\\n" >&2; kill -ABRT $$`);
  const { result } = await start({ executable: panics });
  assert.ok(result.kind === "failed");
  assert.equal(result.failure.kind, "engine-crashed");
  assert.match(result.failure.evidence, /SIGABRT.*load\.rs:7:5: \| no tensor named embed$/);
});

test("on Linux it is the first that the kernel would kill, whatever else is permitted", {
  skip: process.platform === "linux" ? false : "only Linux has oom_score_adj",
}, async () => {
  const { result, spawned } = await start();
  assert.ok(result.kind === "up");
  const [{ pid, guard } = { pid: 0, guard: null }] = spawned;
  assert.equal(readFileSync(`/proc/${pid}/oom_score_adj`, "utf8").trim(), "500");
  assert.equal(guard?.oomScoreAdj, 500);
  assert.equal(guard.cgroup === null, guard.why !== null);
  await result.engine.stop();
});

const probe = makeEngineCgroup(2 ** 30);
if (probe.kind === "made") await probe.cgroup.remove();

test("in a cgroup of its own it is killed at the limit, and the cgroup is gone afterwards", {
  skip: probe.kind === "made" ? false : `no cgroup may be made here: ${probe.why}`,
}, async () => {
  const env = { ...process.env, EATER_FACTOR: "1e7" };
  const executable = engine("eater", EATER);
  const { result, spawned } = await start({ executable, env, memoryLimitBytes: 200e6 });
  assert.ok(result.kind === "up");
  const folder = /^\d+:memory:(.*)$|^0::(.*)$/m.exec(
    readFileSync(`/proc/${spawned[0]?.pid}/cgroup`, "utf8"),
  );
  assert.match(folder?.[1] ?? folder?.[2] ?? "", /\/inferrs-bench-[0-9a-f]{12}$/);
  const body = JSON.stringify({ messages: [{ role: "user", content: "x".repeat(100) }] });
  await fetch(`${result.engine.baseUrl}/chat/completions`, { method: "POST", body }).catch(
    () => {},
  );
  const exit = await result.engine.died;
  assert.equal(memoryKiller(exit), "cgroup", JSON.stringify(exit));
  assert.match(classifyExit(exit).evidence ?? "", /own cgroup.*limit 0\.20 GB/);
  assert.ok(
    (exit.peak?.bytes ?? 0) > 150e6,
    "the peak is that of the kill, not of the last sample",
  );
  await result.engine.stop();
  const path = `/sys/fs/cgroup/memory${folder?.[1] ?? ""}`;
  assert.equal(
    existsSync(folder?.[1] === undefined ? `/sys/fs/cgroup${folder?.[2]}` : path),
    false,
  );
});
