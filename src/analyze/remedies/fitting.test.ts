import assert from "node:assert/strict";
import { test } from "node:test";
import { type FittingFacts, fittingOf, leavesRoom } from "./fitting.ts";

const facts = (over: Partial<FittingFacts>): FittingFacts => ({
  ...{ provider: "inferrs", modelIndex: 0, longestTokens: null, promptTokens: null },
  ...{ prefillMs: () => null, contextWindow: 131_072, maxTokens: 4096, timeoutSeconds: null },
  ...{ defaultTimeoutSeconds: 300 },
  ...over,
});
const values = (over: Partial<FittingFacts>) =>
  Object.fromEntries(
    fittingOf(facts(over)).settings.map(({ path, value }) => [path.split(".").at(-1), value]),
  );

test("nothing is known: nothing is set", () => {
  assert.deepEqual(values({}), {});
});

test("the window is what fits, and a reply is no more than a quarter of it", () => {
  assert.deepEqual(values({ longestTokens: 10_300, promptTokens: 5000 }), {
    contextWindow: 10_240,
    maxTokens: 2560,
  });
  assert.deepEqual(values({ longestTokens: 200_000, promptTokens: 5000 }), {});
});

test("no window is set that OpenClaw refuses, or that a turn would fill at once", () => {
  assert.deepEqual(values({ longestTokens: 3900, promptTokens: 1000 }), {});
  assert.deepEqual(values({ longestTokens: 10_300, promptTokens: 9000 }), {});
});

test("the time limit is what reading the whole window may take, with room", () => {
  const prefillMs = (tokens: number) => tokens * 50;
  const set = values({ longestTokens: 10_300, promptTokens: 5000, prefillMs });
  assert.equal(set.timeoutSeconds, 768);
  const configured = { longestTokens: 10_300, promptTokens: 5000, prefillMs, timeoutSeconds: 900 };
  assert.equal(values(configured).timeoutSeconds, undefined);
});

test("a session must be able to grow: three quarters of the window are the prompt's at most", () => {
  assert.equal(leavesRoom(7000, 10_000, 131_072), true);
  assert.equal(leavesRoom(8000, 10_000, 131_072), false);
  assert.equal(leavesRoom(8000, 10_000, 9000), true);
  assert.equal(leavesRoom(8000, null, 131_072), true);
});

test("what leaves room has a window: one is never chosen without the other", () => {
  for (let longestTokens = 4000; longestTokens < 30_000; longestTokens += 37) {
    for (const promptTokens of [3000, 7690, 12_345]) {
      const room = leavesRoom(promptTokens, longestTokens, 131_072);
      const { contextWindow } = values({ longestTokens, promptTokens });
      assert.equal(contextWindow !== undefined, room, `${promptTokens} of ${longestTokens}`);
    }
  }
});

test("where no window is known, the time is that of the turn's own session", () => {
  const prefillMs = (tokens: number) => tokens * 50;
  assert.equal(values({ promptTokens: 3000, prefillMs }).timeoutSeconds, undefined);
  assert.equal(values({ promptTokens: 6000, prefillMs }).timeoutSeconds, 600);
});

test("a server that doesn't count leaves the client to guess, so its window is smaller", () => {
  const facts = {
    ...{ provider: "inferrs", modelIndex: 0, longestTokens: 12_000, promptTokens: 3000 },
    ...{ prefillMs: () => null, contextWindow: 131_072, maxTokens: 4096, timeoutSeconds: null },
    defaultTimeoutSeconds: 300,
  };
  const window = (bytesPerToken: number | null, mostWindow: number | null = null) =>
    fittingOf({ ...facts, bytesPerToken, mostWindow }).settings.map(({ value }) => value);
  assert.deepEqual(window(null), [11_776, 2944]);
  // Three quarters of 9,000 tokens are for the session: 20,250 bytes, 5,063 of the client's tokens.
  assert.deepEqual(window(3), [6656, 1664]);
  assert.deepEqual(window(3, 5200), [5200, 1300]);
  assert.equal(leavesRoom(3000, 12_000, 131_072, 3), true);
  assert.equal(leavesRoom(8000, 12_000, 131_072, 3), false);
});

test("no more time is given than the longest prompt that fits takes", () => {
  const slow = facts({
    ...{ longestTokens: 6000, promptTokens: 5000, bytesPerToken: 2.4, defaultTimeoutSeconds: 20 },
    prefillMs: (tokens) => tokens * 10,
  });
  const [set, ...rest] = fittingOf(slow).settings;
  assert.deepEqual(set, { path: "models.providers.inferrs.timeoutSeconds", value: 90 });
  assert.deepEqual(rest, []);
});
