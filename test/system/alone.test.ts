/** One engine on a machine at a time, and nothing left behind, whoever is killed. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { groupMembers } from "../../src/host/proc.ts";
import { cgroupsLeft, eater, LADDER, nobody, noCgroup, noNobody, root } from "./guard-harness.ts";
import { begin, enginesIn, ROOT, resultIn, run, scratch, untilIn } from "./harness.ts";

const CHAT = ["--scenario", "smoke", "--suite", "smoke", "--model", "synthetic", "--device", "cpu"];

function place() {
  const cwd = scratch();
  const env = { INFERRS_BENCH_LOCK_DIR: join(cwd, "lock") };
  const args = ["run", "--inferrs", eater(cwd), ...CHAT];
  return { cwd, env, args, journal: (out: string) => join(cwd, out, "journal.jsonl") };
}

/** A run whose engine takes long over each answer, so that it is in the middle of it for a while. */
function slow(at: ReturnType<typeof place>, out: string) {
  const args = [
    "run",
    "--inferrs",
    join(at.cwd, "eater"),
    ...LADDER,
    "--rounds",
    "500",
    "--out",
    out,
  ];
  const env = { ...at.env, EATER_FACTOR: "10000" };
  return begin([...args, "--scale", "0.1"], { cwd: at.cwd, env });
}

test("a second run waits for the first, says for whom, and keeps how long", async () => {
  const at = place();
  const first = slow(at, "first");
  await untilIn(at.journal("first"), /"start-ready"/);
  const second = begin([...at.args, "--out", "second"], { cwd: at.cwd, env: at.env });
  await untilIn(join(at.cwd, "first", "journal.jsonl"), /"attempt"/);
  let said = "";
  second.child.stderr?.on("data", (part) => {
    said += part;
  });
  while (!said.includes("waiting")) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.match(said, new RegExp(`waiting .*for process ${first.child.pid}, another run`));
  assert.doesNotMatch(readFileSync(at.journal("second"), "utf8"), /engine-spawned/);
  first.child.kill("SIGINT");
  assert.equal((await first.ended).code, 130);
  const { code, stderr } = await second.ended;
  assert.equal(code, 0, stderr);
  const result = resultIn(join(at.cwd, "second"));
  assert.ok((result.lockWaitMs ?? 0) > 0);
  assert.equal(resultIn(join(at.cwd, "first")).lockWaitMs, 0);
  const journal = readFileSync(at.journal("second"), "utf8");
  assert.ok(journal.indexOf('"lock-taken"') < journal.indexOf('"moment"'), "not the first's load");
  assert.deepEqual(readdirSync(join(at.cwd, "lock")), []);
});

test("without patience it ends with 3 and names the process; a simulator needs not be alone", async () => {
  const at = place();
  const first = slow(at, "first");
  await untilIn(at.journal("first"), /"start-ready"/);
  const refused = await run([...at.args, "--out", "second", "--lock-timeout", "0"], at.cwd, at.env);
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, new RegExp(`--lock-timeout: got "0".*process ${first.child.pid} `));
  assert.equal(resultIn(join(at.cwd, "second")).exitReason, "setup-failed");
  const demo = await run(["demo", "--quiet", "--suite", "smoke"], at.cwd, at.env);
  assert.equal(demo.code, 0, demo.stderr);
  assert.equal(resultIn(join(at.cwd, "inferrs-bench-out")).lockWaitMs, null);
  first.child.kill("SIGINT");
  await first.ended;
});

test("who waits can be stopped", async () => {
  const at = place();
  const first = slow(at, "first");
  await untilIn(at.journal("first"), /"start-ready"/);
  const second = begin([...at.args, "--out", "second"], { cwd: at.cwd, env: at.env });
  await untilIn(at.journal("second"), /"provisioned"/);
  await new Promise((resolve) => setTimeout(resolve, 300));
  second.child.kill("SIGTERM");
  assert.equal((await second.ended).code, 143);
  assert.equal(resultIn(join(at.cwd, "second")).status, "interrupted");
  assert.equal(readdirSync(join(at.cwd, "lock")).length, 1);
  first.child.kill("SIGINT");
  await first.ended;
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  test(`${signal}: no engine, no cgroup, no place in the queue is left`, async () => {
    const at = place();
    const only = slow(at, "only");
    await untilIn(at.journal("only"), /"attempt"/);
    only.child.kill(signal);
    await only.ended;
    const engines = enginesIn(join(at.cwd, "only"));
    assert.ok(engines.length > 0);
    assert.deepEqual(engines.flatMap(groupMembers), []);
    assert.deepEqual(readdirSync(join(at.cwd, "lock")), []);
    assert.deepEqual(cgroupsLeft(join(at.cwd, "only")), []);
  });
}

/** A run that was killed while its engine worked: what it leaves. */
async function killed(at: ReturnType<typeof place>) {
  const first = slow(at, "first");
  await untilIn(at.journal("first"), /"attempt"/);
  first.child.kill("SIGKILL");
  await first.ended;
  const engines = enginesIn(join(at.cwd, "first"));
  assert.ok(engines.flatMap(groupMembers).length > 0, "the orphan that must be found");
  assert.equal(cgroupsLeft(join(at.cwd, "first")).length, noCgroup ? 0 : 1);
  return engines;
}

function nothingLeft(at: ReturnType<typeof place>, engines: number[]): void {
  assert.deepEqual(engines.flatMap(groupMembers), []);
  assert.deepEqual(cgroupsLeft(join(at.cwd, "first")), []);
  const journal = readFileSync(at.journal("first"), "utf8");
  const workDirs = [...journal.matchAll(/"workDir":"([^"]+)"/g)];
  assert.ok(workDirs.length > 0);
  for (const [, name = ""] of workDirs) assert.equal(existsSync(join(tmpdir(), name)), false);
  assert.deepEqual(readdirSync(join(at.cwd, "lock")), []);
}

test("SIGKILL of the tool: a run in another folder ends its engine first, and takes the rest away", async () => {
  const at = place();
  const engines = await killed(at);
  const next = await run([...at.args, "--out", "second", "--lock-timeout", "0"], at.cwd, at.env);
  assert.equal(next.code, 0, next.stderr);
  nothingLeft(at, engines);
});

test("an exception of the tool itself: its engine goes with it, the next run takes the rest away", async () => {
  const at = place();
  const flag = join(at.cwd, "now");
  const bug = `const { existsSync } = await import("node:fs"); setInterval(() => { if (existsSync(${JSON.stringify(flag)})) throw new Error("a bug") }, 50).unref()`;
  const env = {
    ...at.env,
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(bug)}`,
  };
  const first = slow({ ...at, env }, "first");
  await untilIn(at.journal("first"), /"attempt"/);
  writeFileSync(flag, "");
  const { code, stderr } = await first.ended;
  assert.notEqual(code, 0);
  assert.match(stderr, /a bug/);
  const engines = enginesIn(join(at.cwd, "first"));
  while (engines.flatMap(groupMembers).length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const next = await run([...at.args, "--out", "second", "--lock-timeout", "0"], at.cwd, at.env);
  assert.equal(next.code, 0, next.stderr);
  nothingLeft(at, engines);
});

test("SIGKILL of the tool: the Action's post step ends it, and takes the rest away", async () => {
  const at = place();
  const engines = await killed(at);
  const { status, stdout } = spawnSync(process.execPath, [join(ROOT, "dist", "post.cjs")], {
    encoding: "utf8",
    env: { ...process.env, ...at.env, "STATE_out-dir": join(at.cwd, "first") },
  });
  assert.equal(status, 0, stdout);
  assert.match(stdout, new RegExp(`process ${engines.at(-1)}\\b`));
  nothingLeft(at, engines);
});

test("a helper of the watching is ended with the engine, and found by the next run", async () => {
  const at = place();
  const bin = join(at.cwd, "nvidia-smi");
  writeFileSync(bin, "#!/bin/sh\nexec sleep 600\n", { mode: 0o755 });
  const env = { ...at.env, PATH: `${at.cwd}:${process.env.PATH}` };
  const first = slow({ ...at, env }, "cpu");
  await untilIn(at.journal("cpu"), /"attempt"/);
  assert.match(readFileSync(at.journal("cpu"), "utf8"), /"helpers":\[\]/, "no GPU is asked for");
  first.child.kill("SIGINT");
  await first.ended;
  const gpu = ["--device", "auto", "--rounds", "500", "--out", "gpu"];
  const args = ["run", "--inferrs", join(at.cwd, "eater"), ...LADDER, "--scale", "0.1", ...gpu];
  const second = begin(args, { cwd: at.cwd, env: { ...env, EATER_FACTOR: "10000" } });
  const text = await untilIn(at.journal("gpu"), /"helpers":\[\{"pid":\d+/);
  const helper = Number(/"helpers":\[\{"pid":(\d+)/.exec(text)?.[1]);
  await untilIn(at.journal("gpu"), /"attempt"/);
  assert.deepEqual(groupMembers(helper), [helper]);
  second.child.kill("SIGKILL");
  await second.ended;
  assert.deepEqual(groupMembers(helper), [helper]);
  assert.equal((await run([...at.args, "--out", "next"], at.cwd, at.env)).code, 0);
  assert.deepEqual(groupMembers(helper), []);
});

test("two users share the queue", {
  skip: root ? noNobody : "needs root, to be two users",
}, async () => {
  const at = place();
  const first = slow(at, "first");
  await untilIn(at.journal("first"), /"start-ready"/);
  const cli = join(ROOT, "dist", "cli.cjs");
  const args = [process.execPath, cli, ...at.args, "--out", "second", "--lock-timeout", "0"];
  const [command = "", ...rest] = [...nobody, ...args];
  const env = { ...process.env, ...at.env, HOME: at.cwd };
  const refused = spawnSync(command, rest, { cwd: at.cwd, env, encoding: "utf8" });
  assert.equal(refused.status, 3, refused.stderr);
  assert.match(refused.stderr, new RegExp(`process ${first.child.pid} `));
  first.child.kill("SIGKILL");
  await first.ended;
  // Its engine lives on, and may not be ended by another user: it is waited for.
  const still = spawnSync(command, rest, { cwd: at.cwd, env, encoding: "utf8" });
  const [engine] = enginesIn(join(at.cwd, "first")).filter((pid) => groupMembers(pid).length > 0);
  assert.match(still.stderr, new RegExp(`process ${engine} `));
  assert.equal((await run([...at.args, "--out", "third"], at.cwd, at.env)).code, 0);
  const free = spawnSync(command, rest, { cwd: at.cwd, env, encoding: "utf8" });
  assert.equal(free.status, 0, free.stderr);
  assert.equal(existsSync(join(at.cwd, "second", "result.json")), true);
});
