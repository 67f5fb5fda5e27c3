import assert from "node:assert/strict";
import { test } from "node:test";
import { fold } from "../../journal/fold.ts";
import type { RunState } from "../../journal/state.ts";
import { fakeComparison, fakeRun } from "../../testing/fake-run.ts";
import { seededRandom } from "../random.ts";
import { startCosts } from "./costs.ts";
import { madePairs } from "./made.ts";
import { roundsOfNext } from "./rounds.ts";

interface Machine {
  /** Spread of a start's speed and of a request's, log scale. */
  luck: number;
  noise: number;
  startMs: number;
  requestMs: number;
}

/** A comparison whose requests took what such a machine would have made of them. */
function onMachine(pairs: number, { luck, noise, startMs, requestMs }: Machine): RunState {
  const run = fakeRun(fakeComparison({ starts: pairs }), undefined, 8000, undefined, {
    judge: () => ({ settled: false, confirm: [] }),
  });
  const random = seededRandom(5);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const speeds = new Map<string, number>();
  let now = 0;
  const entries = run.entries.map((entry) => {
    if (entry.type === "start-ready") now += startMs;
    if (entry.type !== "attempt") return { ...entry, tMs: now };
    const life = `${entry.variant} ${entry.start}`;
    const speed = speeds.get(life) ?? Math.exp(luck * normal());
    speeds.set(life, speed);
    const ms = requestMs * speed * Math.exp(noise * normal());
    const atMs = now;
    now += ms;
    const exchanges = entry.exchanges.map((exchange) => ({
      ...exchange,
      segments: exchange.segments.map((each) => ({ ...each, tNs: ms * 0.9e6 })),
      end: { kind: "closed" as const, tNs: ms * 1e6 },
    }));
    return { ...entry, exchanges, atMs, tMs: now };
  });
  return fold(entries) ?? assert.fail();
}

const roundsOn = (pairs: number, machine: Machine) => {
  const state = onMachine(pairs, machine);
  return roundsOfNext(state, madePairs(state));
};
const USUAL = { luck: 0.02, noise: 0.02, startMs: 1000, requestMs: 100 };

test("what a start and a round cost is told by the journal's times", () => {
  const state = onMachine(2, { ...USUAL, luck: 0, noise: 0 });
  const costs = startCosts(state, madePairs(state));
  // Two cells: a load and two warm-ups, then rounds of two requests.
  assert.ok(Math.abs((costs?.startMs ?? 0) - 1200) < 1, `${costs?.startMs}`);
  assert.ok(Math.abs((costs?.roundMs ?? 0) - 200) < 1, `${costs?.roundMs}`);
});

test("three rounds, until two pairs have taught what a start costs", () => {
  assert.equal(roundsOn(1, { ...USUAL, noise: 0.1, startMs: 60_000 }), 3);
});

test("the dearer the start and the noisier the rounds, the more of them; always odd", () => {
  const few = roundsOn(2, { ...USUAL, luck: 0.1 });
  const more = roundsOn(2, { ...USUAL, luck: 0.05, noise: 0.05, startMs: 5000 });
  const most = roundsOn(2, { ...USUAL, luck: 0, noise: 0.1, startMs: 60_000 });
  assert.equal(few, 3);
  assert.ok(more > few && most >= more, `${few} ${more} ${most}`);
  for (const rounds of [few, more, most]) assert.equal(rounds % 2, 1);
  assert.equal(most, 15);
});

test("which side is faster has no say in it", () => {
  const state = onMachine(2, USUAL);
  const pairs = madePairs(state);
  const turned = pairs.map((pair) => ({ ...pair, base: pair.head, head: pair.base }));
  assert.equal(roundsOfNext(state, turned), roundsOfNext(state, pairs));
});
