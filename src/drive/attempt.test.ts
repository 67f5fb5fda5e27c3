import assert from "node:assert/strict";
import { type AddressInfo, connect, createServer } from "node:net";
import { test } from "node:test";
import type { ClientLoad } from "../journal/events.ts";
import type { Arrivals } from "../plan/load.ts";
import { heldEngine } from "../testing/held-engine.ts";
import { performAttempt, watchOurselves } from "./attempt.ts";
import type { ClientRequest } from "./client.ts";

const request = (path: string, over: Partial<ClientRequest> = {}): ClientRequest => ({
  method: "POST",
  path,
  body: "{}",
  step: 0,
  kind: "generate",
  stream: false,
  ...over,
});
/** So many turns of so many requests each. */
const turns = (count: number, requests = 1) =>
  Array.from({ length: count }, (_, turn) =>
    Array.from({ length: requests }, (_, index) => request(`/turn${turn}/${index}`)),
  );
const options = (over: { signal?: AbortSignal; timeoutMs?: number } = {}) => ({
  timeoutMs: 10_000,
  keepBodies: false,
  signal: new AbortController().signal,
  ...over,
});
const closed = (concurrency: number) => ({ kind: "closed", concurrency }) as const;

test("a closed loop has all its users in flight and never more, each on one connection", async () => {
  const USERS = 4;
  const TURNS = 8;
  let left = 0;
  // Nothing is answered until every user waits: with fewer in flight the attempt would time out.
  const { engine, pool, seen, most } = await heldEngine((_, waiting) => {
    left -= 1;
    if (waiting.length === USERS || left === 0) waiting[0]?.answer();
    if (left === 0) for (const each of [...waiting]) each.answer();
  });
  for (let round = 0; round < 2; round++) {
    left = TURNS * 2;
    const record = await performAttempt(engine, pool, turns(TURNS, 2), closed(USERS), options());
    assert.deepEqual(
      record.exchanges.map(({ turn, path, end }) => [turn, path, end.kind]),
      turns(TURNS, 2).flatMap((each, turn) => each.map(({ path }) => [turn, path, "closed"])),
    );
    assert.ok(record.exchanges.every(({ dueNs }) => dueNs === undefined));
  }
  assert.equal(most(), USERS);
  assert.equal(seen.length, 2 * TURNS * 2);
  assert.equal(new Set(seen.map(({ socket }) => socket)).size, USERS);
});

test("an open loop sends each turn when it is due, whether or not the server keeps up", async () => {
  const dueMs = [0, 40, 80, 120];
  const { engine, pool, seen, most } = await heldEngine((_, waiting) => {
    if (waiting.length === dueMs.length) for (const each of [...waiting]) each.answer();
  });
  const arrivals = { kind: "open", dueMs } as const;
  const { exchanges } = await performAttempt(engine, pool, turns(4), arrivals, options());
  assert.equal(most(), dueMs.length, "no turn waits for another's answer");
  assert.deepEqual(
    seen.map(({ path }) => path),
    ["/turn0/0", "/turn1/0", "/turn2/0", "/turn3/0"],
  );
  assert.deepEqual(
    exchanges.map(({ turn, dueNs }) => [turn, dueNs]),
    dueMs.map((ms, turn) => [turn, ms * 1e6]),
  );
  for (const { sentNs, dueNs = 0 } of exchanges) assert.ok(sentNs >= dueNs, "not before it is due");
});

test("a turn ends at the first request without a proper answer, and the others go on", async () => {
  const { engine, pool } = await heldEngine(({ path, answer }) =>
    answer(path === "/turn0/1" ? 500 : path === "/turn1/0" ? 404 : 200),
  );
  const [failing = [], looking = []] = turns(2, 3);
  const get = { method: "GET", kind: "get", body: null } as const;
  const asked = [failing, looking.map((each, index) => (index === 0 ? { ...each, ...get } : each))];
  const record = await performAttempt(engine, pool, asked, closed(2), options());
  assert.deepEqual(
    record.exchanges.map(({ path, status }) => [path, status]),
    [
      ["/turn0/0", 200],
      ["/turn0/1", 500],
      ["/turn1/0", 404],
      ["/turn1/1", 200],
      ["/turn1/2", 200],
    ],
  );
});

test("one turn alone is no burst; the log's counts and the peak are recorded with it", async () => {
  const { engine, pool } = await heldEngine(({ answer }) => answer());
  const record = await performAttempt(engine, pool, turns(1, 2), closed(1), options());
  assert.deepEqual(
    record.exchanges.map(({ turn, dueNs }) => [turn, dueNs]),
    [
      [undefined, undefined],
      [undefined, undefined],
    ],
  );
  assert.deepEqual(record.loggedPromptTokens, [12, null]);
  assert.equal(record.peak?.bytes, 5);
  assert.equal(record.silentCpuMs, null);
  assert.equal(record.exit, null);
});

test("a stop ends what is in flight and begins nothing more, in both loops", async () => {
  const loops: Arrivals[] = [closed(2), { kind: "open", dueMs: [0, 1, 3_600_000] }];
  for (const arrivals of loops) {
    const stop = new AbortController();
    const { engine, pool, seen } = await heldEngine((_, waiting) => {
      if (waiting.length === 2) stop.abort("stopped");
    });
    const { signal } = stop;
    const record = await performAttempt(engine, pool, turns(3), arrivals, options({ signal }));
    assert.equal(seen.length, 2);
    assert.deepEqual(
      record.exchanges.map(({ end }) => [end.kind, "error" in end && end.error]),
      [
        ["aborted", "stopped"],
        ["aborted", "stopped"],
      ],
    );
  }
});

test("the engine's death ends the attempt, and is in it", async () => {
  const { engine, pool, die, seen } = await heldEngine((_, waiting) => {
    if (waiting.length === 2) die();
  });
  const record = await performAttempt(engine, pool, turns(4), closed(2), options());
  assert.equal(seen.length, 2);
  assert.equal(record.exit?.signal, "SIGKILL");
  assert.equal(record.exit?.peak?.bytes, 5, "its peak is the attempt's own");
  assert.ok(record.exchanges.every(({ end }) => end.kind === "aborted"));
});

test("of a silence the engine's CPU time is told", async () => {
  const { engine, pool } = await heldEngine(() => {});
  const record = await performAttempt(
    engine,
    pool,
    turns(1),
    closed(1),
    options({ timeoutMs: 200 }),
  );
  assert.equal(record.exchanges[0]?.end.kind, "timeout");
  assert.equal(record.silentCpuMs, 0, "it used none meanwhile");
});

test("a delay of the event loop counts, also where the last byte was read before it was looked at", async () => {
  const server = createServer((socket) => socket.end("x"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const load = watchOurselves();
  // Longer than it takes the watch to look for the first time.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const seen = await new Promise<{ heldMs: number; load: ClientLoad }>((resolve) => {
    connect(port, "127.0.0.1").once("data", () => {
      const from = performance.now();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 120);
      const heldMs = performance.now() - from;
      void load.end().then((ended) => resolve({ heldMs, load: ended }));
    });
  });
  server.close();
  assert.ok(seen.load.loopDelayMs > seen.heldMs / 2, JSON.stringify(seen));
});
