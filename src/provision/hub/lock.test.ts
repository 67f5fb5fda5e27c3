import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { isSameProcess, startTimeOf } from "../../host/proc.ts";
import { takeLock } from "./lock.ts";

const dir = mkdtempSync(join(tmpdir(), "lock-"));
after(() => rmSync(dir, { recursive: true, force: true }));

const never = () => assert.fail("it waited");

test("a lock of a process that is no more is taken over; it is gone when given back", async () => {
  const path = join(dir, "a.lock");
  for (const text of ["999999999 1", `${process.pid} another-start`]) {
    writeFileSync(path, text);
    const release = await takeLock(path, never, never);
    assert.ok(existsSync(path));
    release();
    assert.equal(existsSync(path), false);
  }
});

test("one without an owner is waited for while it is new", async () => {
  const path = join(dir, "b.lock");
  writeFileSync(path, "");
  let waits = 0;
  const release = await takeLock(
    path,
    async () => {
      waits += 1;
      if (waits === 3) utimesSync(path, 1, 1);
    },
    () => {},
  );
  assert.equal(waits, 3);
  release();
});

test("the owner is waited for, and named once", async () => {
  const path = join(dir, "c.lock");
  const first = await takeLock(path, never, never);
  const told: number[] = [];
  let waits = 0;
  const second = await takeLock(
    path,
    async () => {
      waits += 1;
      if (waits === 3) first();
    },
    (pid) => told.push(pid),
  );
  assert.equal(waits, 3);
  assert.deepEqual(told, [process.pid]);
  second();
});

test("a dead process that nobody has reaped does not hold a lock", {
  skip: process.platform === "linux" ? false : "zombies are told apart on Linux",
}, async () => {
  // The shell becomes `sleep`, which never waits for the child that it inherits.
  const child = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 60"], { stdio: "pipe" });
  const pid = Number(await new Promise((resolve) => child.stdout.once("data", resolve)));
  while (startTimeOf(pid) !== null && isSameProcess(pid, startTimeOf(pid) ?? "")) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const start = startTimeOf(pid);
  assert.ok(start !== null, "it is a zombie, not gone");
  const path = join(dir, "d.lock");
  writeFileSync(path, `${pid} ${start}`);
  (await takeLock(path, never, never))();
  child.kill("SIGKILL");
});
