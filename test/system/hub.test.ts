import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { writeSyntheticModel } from "../../src/provision/synthetic/index.ts";
import { filesIn, sha256 } from "../../src/testing/hub/repos.ts";
import { begin, ROOT, resultIn, run, scratch, untilIn } from "./harness.ts";

const cwd = scratch();
const INFERRS = process.env.INFERRS_BIN;

/** Where no inferrs is: the simulator in its place, which writes down how it was started. */
function standIn(): string {
  const path = join(cwd, "stand-in");
  const node = process.execPath;
  const lines = [
    "#!/bin/sh",
    'echo "ARGS $*"; echo "HOME=$HOME"; env | grep -c HF_TOKEN',
    `exec "${node}" "${join(ROOT, "dist", "sim.cjs")}" "$@"`,
  ];
  writeFileSync(path, `${lines.join("\n")}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** The stand-in hub as a process of its own, with the synthetic model. */
async function serveHub(slow?: number): Promise<{ url: string; stop: () => void }> {
  const { dir } = await writeSyntheticModel(join(cwd, "model"), { seed: 1 });
  const portFile = join(cwd, `port-${Math.random()}`);
  const server = join(ROOT, "src/testing/hub/server.ts");
  const speed = slow === undefined ? [] : ["--slow", String(slow)];
  const args = [server, "--repo", `test/tiny=${dir}`, "--port-file", portFile, ...speed];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  after(() => child.kill());
  return { url: (await untilIn(portFile, /^http.*\d$/)).trim(), stop: () => child.kill() };
}

test("a model of the hub, killed in the middle of its download, is resumed and served", async () => {
  const home = join(cwd, "hf");
  mkdirSync(home);
  const slow = await serveHub(4_000_000);
  const env = { HF_HOME: home, HF_ENDPOINT: slow.url, HF_TOKEN: "hf_canary0123456789" };
  const inferrs = INFERRS ?? standIn();
  const args = ["run", "--inferrs", inferrs, "--model", "test/tiny", "--scenario", "smoke"];
  const all = [...args, "--starts", "1", "--rounds", "1", "--out"];

  const { child, ended } = begin([...all, "killed"], { cwd, env });
  const weights = filesIn(join(cwd, "model"))["model.safetensors"] ?? Buffer.alloc(0);
  const blob = join(home, "hub/models--test--tiny/blobs", sha256(weights));
  while ((statSync(`${blob}.incomplete`, { throwIfNoEntry: false })?.size ?? 0) < 1_000_000) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill("SIGKILL");
  await ended;
  const have = statSync(`${blob}.incomplete`).size;
  assert.ok(have < weights.length);
  slow.stop();

  const fast = await serveHub();
  const ran = await run([...all, "out"], cwd, { ...env, HF_ENDPOINT: fast.url });
  assert.equal(ran.code, 0, ran.stderr);
  const left = ((weights.length - have) / 1e6).toPrecision(3);
  assert.match(
    ran.stderr,
    new RegExp(`4 files, 14\\.5 MB, ${left} MB to fetch; .* free on the disk`),
  );
  assert.deepEqual(readFileSync(blob), weights);
  const [variant] = resultIn(join(cwd, "out")).variants;
  const { provenance } = variant?.model ?? {};
  assert.match(provenance?.commit ?? "", /^[0-9a-f]{40}$/);
  const file = provenance?.files.find((each) => each.path === "model.safetensors");
  assert.deepEqual(file?.sha256, sha256(weights));
  const log = readFileSync(join(cwd, "out", "engine.log"), "utf8");
  if (INFERRS === undefined) {
    assert.match(log, new RegExp(`ARGS serve test/tiny .*--revision ${provenance?.commit}`));
    assert.match(log, /^HOME=.*inferrs-bench-\w+\/home$/m);
    assert.match(log, /^0$/m, "no token reaches the engine");
  } else {
    assert.equal(variant?.server.chosen.quantization, "Q4K");
    const snapshot = join(home, "hub/models--test--tiny/snapshots", provenance?.commit ?? "");
    assert.ok(statSync(join(snapshot, "model-Q4K.gguf")).size > 1e6);
  }
  for (const name of ["journal.jsonl", "result.json", "report.md", "engine.log"]) {
    assert.ok(!readFileSync(join(cwd, "out", name), "utf8").includes("hf_canary"), name);
  }

  fast.stop();
  const offline = await run([...all, "offline", "--offline"], cwd, env);
  assert.equal(offline.code, 0, offline.stderr);
  assert.match(offline.stderr, /all in the cache/);
  assert.deepEqual(resultIn(join(cwd, "offline")).variants[0]?.model.provenance, provenance);
});

test("--plan asks nobody, and says what is missing; the run then ends with exit code 3", async () => {
  const env = { HF_HOME: join(cwd, "empty"), HF_ENDPOINT: "http://127.0.0.1:9" };
  const args = ["run", "--inferrs", standIn(), "--model", "test/none"];
  const plan = await run([...args, "--plan"], cwd, env);
  assert.equal(plan.code, 0, plan.stderr);
  assert.match(
    plan.stderr,
    /Model +test\/none, to be fetched from http:\/\/127\.0\.0\.1:9; .* free/,
  );
  const offline = await run([...args, "--plan", "--offline"], cwd, env);
  assert.match(offline.stderr.replace(/\s+/g, " "), /NOT in the cache .* this run would end there/);
  const ran = await run([...args, "--offline", "--out", "none"], cwd, env);
  assert.equal(ran.code, 3);
  assert.match(ran.stderr, /Offline, and test\/none at revision main is missing/);
});

test("a stopped download ends at once, with what there is kept", async () => {
  const slow = await serveHub(1_000_000);
  const env = { HF_HOME: join(cwd, "stopped"), HF_ENDPOINT: slow.url };
  const args = ["run", "--inferrs", standIn(), "--model", "test/tiny", "--out", "stopped-out"];
  const { child, ended } = begin(args, { cwd, env });
  const journal = join(cwd, "stopped-out", "journal.jsonl");
  await untilIn(journal, /run-started/);
  const blobs = join(cwd, "stopped/hub/models--test--tiny/blobs");
  while (statSync(blobs, { throwIfNoEntry: false }) === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill("SIGINT");
  const ran = await ended;
  assert.equal(ran.code, 130, ran.stderr);
  assert.equal(resultIn(join(cwd, "stopped-out")).exitReason, "interrupted");
  assert.doesNotMatch(readFileSync(journal, "utf8"), /provision-failed/);
});
