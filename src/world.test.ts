import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { BenchHost } from "./end.ts";
import type { Prepared } from "./inputs/prepare.ts";
import type { JournalEvent } from "./journal/events.ts";
import { fakePlan } from "./testing/fake-run.ts";
import { openWorld } from "./world.ts";

test("the end is read while the machine is still ours, and the lock is given back after it", async () => {
  const dir = mkdtempSync(join(tmpdir(), "world-"));
  const queue = join(dir, "lock");
  const told: string[] = [];
  const append = (event: JournalEvent) => {
    const at = event.type === "moment" ? event.at : event.type;
    told.push(`${at}, places in the queue: ${readdirSync(queue).length}`);
  };
  const host = {
    env: { INFERRS_BENCH_LOCK_DIR: queue, PATH: "" },
    signal: new AbortController().signal,
  } as unknown as BenchHost;
  const prepared = {
    plan: fakePlan(),
    options: { lockTimeoutMs: 0 },
    outDir: dir,
  } as unknown as Prepared;
  const world = openWorld(prepared, host, append, { show: () => {}, note: () => {} }, () => 0);
  try {
    await world.lock();
    await world.noteStart();
    await world.noteStart();
    await world.close();
    assert.deepEqual(told, [
      "lock-taken, places in the queue: 1",
      "start, places in the queue: 1",
      "end, places in the queue: 1",
    ]);
    assert.deepEqual(readdirSync(queue), []);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
