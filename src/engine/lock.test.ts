import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { isSameProcess, startTimeOf } from "../host/proc.ts";
import { SetupError } from "../inputs/error.ts";
import { type LockOptions, lockMachine } from "./lock.ts";
import { type LockEntry, sweep } from "./lock-entries.ts";

const root = mkdtempSync(join(tmpdir(), "lock-"));
after(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;

function options(over: Partial<LockOptions> = {}, folder = join(root, `queue-${folders++}`)) {
  const env = { INFERRS_BENCH_LOCK_DIR: folder };
  const signal = new AbortController().signal;
  const all: LockOptions = { timeoutMs: 20_000, signal, env, onWait: () => {}, ...over };
  return { folder, all };
}

/** A process that takes the lock, says so, and keeps it until it is told to let go, or killed. */
function holder(folder: string): {
  child: ChildProcess;
  held: Promise<void>;
  ended: Promise<void>;
} {
  const script = `
    import { lockMachine } from ${JSON.stringify(join(import.meta.dirname, "lock.ts"))};
    const lock = await lockMachine({ timeoutMs: 60_000, signal: new AbortController().signal, env: process.env, onWait() {} });
    process.stdout.write("held");
    process.stdin.once("data", () => { lock.release(); process.exit(0); });`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    env: { ...process.env, INFERRS_BENCH_LOCK_DIR: folder },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const held = new Promise<void>((resolve) => child.stdout?.once("data", () => resolve()));
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return { child, held, ended };
}

function plant(folder: string, name: string, entry: LockEntry): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(entry));
  return path;
}

/** An engine that outlived its run, in a group of its own. */
async function orphan(): Promise<{ pid: number; startTime: string | null }> {
  const child = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
  await new Promise((resolve) => child.once("spawn", resolve));
  const pid = child.pid ?? 0;
  after(() => child.kill("SIGKILL"));
  return { pid, startTime: startTimeOf(pid) };
}

const gone = { pid: 999_999_999, startTime: "1" };

test("alone, nobody is waited for, and nothing is left", async () => {
  const { folder, all } = options();
  const lock = await lockMachine(all);
  assert.deepEqual([lock.waitedMs, lock.holder], [0, null]);
  assert.equal(readdirSync(folder).length, 1);
  lock.release();
  assert.deepEqual(readdirSync(folder), []);
});

test("another process is waited for, by its id, until it lets go", async () => {
  const waitedFor: number[] = [];
  const { folder, all } = options({ onWait: (pid) => waitedFor.push(pid) });
  const first = holder(folder);
  await first.held;
  const second = lockMachine(all);
  while (waitedFor.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  first.child.stdin?.write("go");
  const lock = await second;
  assert.deepEqual(waitedFor, [first.child.pid]);
  assert.equal(lock.holder, first.child.pid);
  assert.ok(lock.waitedMs > 0);
  lock.release();
});

test("a holder that is killed holds nothing any more", async () => {
  const { folder, all } = options();
  const first = holder(folder);
  await first.held;
  first.child.kill("SIGKILL");
  await first.ended;
  assert.equal(readdirSync(folder).length, 1, "its file is still there");
  const lock = await lockMachine(all);
  assert.equal(lock.holder, null);
  assert.equal(readdirSync(folder).length, 1, "and has been taken away");
  lock.release();
});

test("its process id, given to another process since, doesn't keep anybody waiting", async () => {
  const { folder, all } = options({ timeoutMs: 0 });
  const stranger = { pid: process.ppid, startTime: "1" };
  plant(folder, "000000001-7-00000000", { ...stranger, engines: [], cgroup: null, workDir: null });
  (await lockMachine(all)).release();
});

test("without patience the error names who holds it, and what mends it", async () => {
  const { folder, all } = options({ timeoutMs: 0 });
  const first = holder(folder);
  await first.held;
  await assert.rejects(lockMachine(all), (error: Error) => {
    assert.ok(error instanceof SetupError);
    assert.match(
      error.message,
      /^--lock-timeout: got "0"; expected .*more time with --lock-timeout/,
    );
    assert.ok(error.message.includes(`process ${first.child.pid} `), error.message);
    return true;
  });
  assert.equal(readdirSync(folder).length, 1, "who gave up doesn't stand in the queue");
  first.child.kill("SIGKILL");
});

test("a stopped run doesn't go on waiting", async () => {
  const stop = new AbortController();
  const { folder, all } = options({ signal: stop.signal, onWait: () => stop.abort("SIGINT") });
  const first = holder(folder);
  await first.held;
  await assert.rejects(lockMachine(all), /stopped while waiting/);
  first.child.kill("SIGKILL");
});

test("of many at once, one at a time has it, and each gets its turn", async () => {
  const { folder } = options();
  const script = `
    import { mkdirSync, rmdirSync } from "node:fs";
    import { lockMachine } from ${JSON.stringify(join(import.meta.dirname, "lock.ts"))};
    for (let turn = 0; turn < 3; turn++) {
      const lock = await lockMachine({ timeoutMs: 120_000, signal: new AbortController().signal, env: process.env, onWait() {} });
      mkdirSync(process.argv[1]); // Fails where another one is inside.
      await new Promise((resolve) => setTimeout(resolve, 10));
      rmdirSync(process.argv[1]);
      lock.release();
    }`;
  const codes = await Promise.all(
    Array.from({ length: 5 }, () => {
      const child = spawn(
        process.execPath,
        ["--input-type=module", "-e", script, join(root, "inside")],
        { env: { ...process.env, INFERRS_BENCH_LOCK_DIR: folder }, stdio: "inherit" },
      );
      return new Promise((resolve) => child.once("exit", resolve));
    }),
  );
  assert.deepEqual(codes, [0, 0, 0, 0, 0]);
  assert.deepEqual(readdirSync(folder), []);
});

test("an engine that outlived its run is ended, and then the machine is free", async () => {
  const { folder, all } = options({ timeoutMs: 0 });
  const engine = await orphan();
  plant(folder, "000000001-7-00000000", {
    ...gone,
    engines: [engine],
    cgroup: null,
    workDir: null,
  });
  const lock = await lockMachine(all);
  assert.equal(isSameProcess(engine.pid, engine.startTime), false);
  lock.release();
});

test("another user's file can't make us end a process; its engine is waited for", {
  skip: process.getuid?.() === 0 ? false : "needs root, to write a file as another user",
}, async () => {
  const { folder, all } = options({ timeoutMs: 0 });
  const engine = await orphan();
  const path = plant(folder, "000000001-7-00000000", {
    ...gone,
    engines: [engine],
    cgroup: null,
    workDir: null,
  });
  chownSync(path, 65534, 65534);
  assert.deepEqual(await sweep(folder), []);
  await assert.rejects(lockMachine(all), new RegExp(`process ${engine.pid} `));
  assert.equal(isSameProcess(engine.pid, engine.startTime), true);
});

test("where files have no owners (Windows): a dead run's folder goes, an engine is only waited for", async () => {
  const { folder, all } = options({ timeoutMs: 0 });
  const workDir = basename(mkdtempSync(join(tmpdir(), "inferrs-bench-")));
  const entry = { ...gone, engines: [], cgroup: null, workDir };
  const first = plant(folder, "000000001-7-00000000", entry);
  const engine = await orphan();
  // Nothing tells its start there, so any later process could have its id.
  const untold = { pid: engine.pid, startTime: null };
  const second = plant(folder, "000000002-8-00000000", { ...entry, engines: [untold] });
  assert.deepEqual(await sweep(folder, null), []);
  assert.equal(existsSync(first), false);
  assert.equal(existsSync(join(tmpdir(), workDir)), false);
  assert.equal(existsSync(second), true);
  assert.deepEqual(await sweep(folder), [], "nor is it ended where files have owners");
  await assert.rejects(lockMachine(all), new RegExp(`process ${engine.pid} `));
  assert.equal(isSameProcess(engine.pid, engine.startTime), true);
  process.kill(engine.pid, "SIGKILL");
});

test("what is no file of ours is neither believed nor removed", async () => {
  const { folder, all } = options({ timeoutMs: 0 });
  mkdirSync(folder);
  const names = ["notes.txt", "000000001-7-00000000", "000000002-8-00000000"];
  for (const name of names) writeFileSync(join(folder, name), '{"pid": 1, "engines": [{}]}');
  symlinkSync("/proc/self/environ", join(folder, "000000003-9-00000000"));
  (await lockMachine(all)).release();
  assert.equal(readdirSync(folder).length, 4);
});

test("a link in the folder's place is refused in words, and not followed", async () => {
  const elsewhere = join(root, "elsewhere");
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, join(root, "link"));
  await assert.rejects(lockMachine(options({}, join(root, "link")).all), /expected a folder/);
  assert.deepEqual(readdirSync(elsewhere), []);
});

test("every user may queue up", async () => {
  const { folder, all } = options();
  const lock = await lockMachine(all);
  chmodSync(root, 0o755);
  const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const child = spawn("/bin/sh", ["-c", `touch ${folder}/x && cat ${folder}/0*`], nobody);
  const code = await new Promise((resolve) => child.once("exit", resolve));
  lock.release();
  assert.equal(code, 0);
});

test("what would be left is made known while the engine lives", async () => {
  const { folder, all } = options();
  const lock = await lockMachine(all);
  const cgroup = "inferrs-bench-0123456789ab";
  lock.note({ engines: [{ pid: 7, startTime: "9" }], cgroup, workDir: "inferrs-bench-abcdef" });
  const [file = ""] = readdirSync(folder);
  const entry = JSON.parse(readFileSync(join(folder, file), "utf8"));
  assert.deepEqual(entry.engines, [{ pid: 7, startTime: "9" }]);
  assert.equal(entry.pid, process.pid);
  lock.release();
  assert.equal(existsSync(join(folder, file)), false);
});

/** Runs a script as a user whom permissions hold: root is held by none. */
async function asNobody(script: string, folder: string): Promise<string> {
  chmodSync(root, 0o755);
  const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    ...nobody,
    env: { ...process.env, INFERRS_BENCH_LOCK_DIR: folder },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  await new Promise((resolve) => child.once("close", resolve));
  return text;
}

const module = (name: string) => JSON.stringify(join(import.meta.dirname, name));
const LOCK = `
  import { lockMachine } from ${module("lock.ts")};
  import { endLeftovers } from ${module("leftovers.ts")};
  const { ended } = await endLeftovers("/nowhere", process.env);
  const lock = await lockMachine({ timeoutMs: 0, signal: new AbortController().signal, env: process.env, onWait() {} }).catch((error) => error);
  lock.release?.();
  console.log(JSON.stringify({ ended, error: lock.message === undefined ? null : lock.name + ": " + lock.message }));`;

test("who needs no lock isn't stopped by a bad folder; who does is told what mends it", async () => {
  const file = join(root, "file");
  writeFileSync(file, "");
  const plain = JSON.parse(await asNobody(LOCK, file));
  assert.deepEqual(plain.ended, []);
  assert.match(
    plain.error,
    /^SetupError: .*\/file: got .*Remove what stands there, or name another/,
  );

  const below = JSON.parse(await asNobody(LOCK, join(file, "queue")));
  assert.match(below.error, /^SetupError: .*expected a folder/);

  for (const mode of [0o000, 0o333]) {
    const closed = join(root, `closed-${mode}`);
    mkdirSync(closed);
    chmodSync(closed, mode);
    const { ended, error } = JSON.parse(await asNobody(LOCK, closed));
    assert.deepEqual(ended, []);
    assert.match(error, /^SetupError: .*\/closed-\d+: got EACCES.*chmod 777 it, or name another/);
    chmodSync(closed, 0o755);
    assert.deepEqual(readdirSync(closed), []);
  }
});

test("a dead user's file that can't be removed keeps nobody waiting", {
  skip: process.getuid?.() === 0 ? false : "needs root, to write a file as another user",
}, async () => {
  const folder = join(root, "sticky");
  const left = plant(folder, "000000001-7-00000000", {
    ...gone,
    engines: [],
    cgroup: null,
    workDir: null,
  });
  chmodSync(folder, 0o1777);
  assert.deepEqual(JSON.parse(await asNobody(LOCK, folder)), { ended: [], error: null });
  assert.deepEqual(readdirSync(folder), [basename(left)]);
});

test("a note that can't be written doesn't end the run, and isn't in the way of the next", async () => {
  const script = `
    import { chmodSync, readdirSync, readFileSync } from "node:fs";
    import { lockMachine } from ${module("lock.ts")};
    const folder = process.env.INFERRS_BENCH_LOCK_DIR;
    const lock = await lockMachine({ timeoutMs: 0, signal: new AbortController().signal, env: process.env, onWait() {} });
    const note = (pid) => lock.note({ engines: [{ pid, startTime: "9" }], cgroup: null, workDir: null });
    chmodSync(folder, 0o555);
    note(7);
    chmodSync(folder, 0o777);
    note(8);
    const files = readdirSync(folder);
    console.log(JSON.stringify({ files: files.length, engines: JSON.parse(readFileSync(folder + "/" + files[0], "utf8")).engines }));
    lock.release();`;
  // Made below a folder of everybody's, so that the child owns it.
  const shared = join(root, "shared");
  mkdirSync(shared);
  chmodSync(shared, 0o777);
  const said = JSON.parse(await asNobody(script, join(shared, "queue")));
  assert.deepEqual(said, { files: 1, engines: [{ pid: 8, startTime: "9" }] });
});
