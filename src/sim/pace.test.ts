/** Speed is arithmetic: told by the engine's own durations, so that no test measures the machine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { HELLO, post, startSim } from "./testing.ts";

const ASKED = { model: "test/model", stream: false, options: { num_predict: 2 } };

/** Prefill of the same prompt, as the engine tells it, in ms: three requests. */
async function prefills(knobs: string[]): Promise<number[]> {
  const sim = await startSim(["prefill-speed=2000", ...knobs]);
  try {
    const seen: number[] = [];
    for (let index = 0; index < 3; index++) {
      const { body } = await post(sim.port, "/api/chat", { ...ASKED, messages: HELLO.messages });
      seen.push(JSON.parse(body).prompt_eval_duration / 1e6);
    }
    return seen;
  } finally {
    await sim.stop();
  }
}

const near = (a: number | undefined, b: number | undefined) =>
  Math.abs((a ?? 0) - (b ?? 1)) < 1e-6 * (b ?? 1);

test("without luck and noise every prefill takes what the speed says", async () => {
  const [slow, fast] = await Promise.all([prefills([]), prefills(["prefill-speed=4000"])]);
  assert.ok(slow.every((ms) => near(ms, slow[0])));
  assert.ok(near(slow[0], 2 * (fast[0] ?? 0)));
});

test("luck differs from start to start and is the same for the same start", async () => {
  const [first, again, second, seeded] = await Promise.all([
    prefills(["luck=0.2", "start=1"]),
    prefills(["luck=0.2", "start=1"]),
    prefills(["luck=0.2", "start=2"]),
    prefills(["luck=0.2", "start=1", "seed=2"]),
  ]);
  assert.ok(first.every((ms) => near(ms, first[0])));
  assert.ok(near(again[0], first[0]));
  assert.ok(!near(second[0], first[0]) && !near(seeded[0], first[0]));
});

test("base's and head's starts of one number have luck of their own", async () => {
  const knobs = ["luck=0.2", "start=0001"];
  const [none, base, head, again] = await Promise.all([
    prefills(knobs),
    prefills([...knobs, "variant=base"]),
    prefills([...knobs, "variant=head"]),
    prefills([...knobs, "variant=head"]),
  ]);
  assert.ok(!near(base[0], head[0]) && !near(base[0], none[0]));
  assert.ok(near(again[0], head[0]));
});

test("noise differs from request to request, the same ones for the same start", async () => {
  const [first, again] = await Promise.all([prefills(["noise=0.2"]), prefills(["noise=0.2"])]);
  assert.equal(new Set(first.map((ms) => ms.toFixed(6))).size, 3);
  assert.ok(first.every((ms, index) => near(ms, again[index])));
});

test("decode keeps its pace without drift", async () => {
  const sim = await startSim(["decode-speed=200"]);
  try {
    const asked = { ...ASKED, options: { num_predict: 101 }, messages: HELLO.messages };
    const { body } = await post(sim.port, "/api/chat", asked);
    // 100 gaps of 5 ms: never sooner; late by what one wake-up is late, not by a hundred.
    const ms = JSON.parse(body).eval_duration / 1e6;
    assert.ok(ms >= 499 && ms < 600, `${ms} ms`);
  } finally {
    await sim.stop();
  }
});
