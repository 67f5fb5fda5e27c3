import assert from "node:assert/strict";
import { test } from "node:test";
import type { JournalEvent } from "./journal/events.ts";
import { perform, type World } from "./perform.ts";
import { fakePlan, fakeRun } from "./testing/fake-run.ts";

test("what the machine is at is read when it is ours, just before the engine", async () => {
  const plan = fakePlan({
    variants: [
      {
        name: "head",
        engine: { kind: "inferrs", inferrs: { kind: "default" }, sha256: null },
        model: { kind: "hub", id: "m" },
        device: "auto",
        serverArgs: [],
      },
    ],
  });
  const { state } = fakeRun(plan);
  const order: string[] = [];
  const stopped = new AbortController();
  const world = {
    signal: stopped.signal,
    variants: new Map([["head", {}]]),
    append: ({ type }: JournalEvent) => order.push(type),
    lock: async () => {
      order.push("lock");
    },
    noteStart: async () => {
      order.push("moment");
      stopped.abort("SIGINT");
    },
  } as unknown as World;
  await perform({ kind: "start", variant: "head", start: 0, phase: "probe" }, state, world);
  assert.deepEqual(order, ["lock", "moment"]);
});
