import assert from "node:assert/strict";
import { test } from "node:test";
import { type Result, resultSchema } from "../../result.ts";
import { sampleResult } from "../../testing/github/result.ts";
import { fitMemory, fitTime } from "./fit.ts";
import { longestPrompt } from "./longest.ts";
import { fitTurns } from "./turns.ts";
import { about, gb, interval, seconds, withInterval } from "./words.ts";

type VariantFit = NonNullable<Result["fit"]>[number];

/** 3 GB and 56 bytes per token squared; 5 ms a token. */
function sampleFit(over: Partial<VariantFit["limits"]> = {}): VariantFit {
  const points = [256, 512, 1024, 2048, 4096].map((tokens) => ({
    ...{ rung: tokens, promptTokens: tokens, requestBytes: 4 * tokens, ms: 5 * tokens },
    ...{ peakBytes: 3e9 + 56 * tokens ** 2, outcome: "pass" as const, evidence: null },
  }));
  const memory = fitMemory(points);
  const time = fitTime(points);
  assert.ok(memory && time);
  const limits = {
    ...{ memoryBytes: 16e9, machineBytes: 16e9, windowTokens: 131_072 },
    ...{ clientMs: 300_000, clientFrom: "default" as const, ...over },
  };
  const asked = { limitBytes: limits.memoryBytes, windowTokens: 131_072, timeLimitMs: null };
  return {
    variant: "head",
    ladder: { end: "enough", tookMs: 1, budgetMs: 60_000, untilItBreaks: false },
    points,
    memory: { kind: "rss", curve: memory.curve },
    time: { curve: time.curve },
    limits,
    longest: longestPrompt({ memory, time }, asked),
    turns: [],
    sentence: null,
  };
}

const TURN = { requestBytes: 60_560, tokensSource: "measured" as const };

test("a turn: what it needs, where it fits, in a sentence", () => {
  const fit = fitTurns(sampleFit(), [
    { ...TURN, name: "An OpenClaw turn", promptTokens: 23_030 },
    { ...TURN, name: "tools: read, exec", promptTokens: 11_000 },
  ]);
  const [turn, short] = fit.turns;
  assert.equal(turn?.fitsHere, "no");
  assert.deepEqual(
    turn.fitsIn.map(({ gb, fits }) => `${gb}: ${fits}`),
    ["8: no", "16: no", "24: no", "32: no", "64: yes"],
  );
  assert.equal(short?.fitsHere, "yes");
  assert.match(
    fit.sentence ?? "",
    /^This machine takes prompts up to about 15,\d00 tokens( \(15,\d00 to 15,\d00\))?, limited by memory\. An OpenClaw turn \(23,030 tokens\) would need about 33 GB.* and there is 16 GB, and would be read in about 1\d\d s\.$/,
  );
});

test("turns are added to what is there, from a result that was read", () => {
  const result = sampleResult({
    fit: [fitTurns(sampleFit(), [{ ...TURN, name: "a", promptTokens: 500 }])],
  });
  const [read] = resultSchema.parse(JSON.parse(JSON.stringify(result))).fit ?? [];
  assert.ok(read);
  const more = fitTurns(read, [{ ...TURN, name: "b", promptTokens: 20_000 }]);
  assert.deepEqual(
    more.turns.map(({ name }) => name),
    ["a", "b"],
  );
  assert.equal(more.turns[1]?.fitsHere, "no");
});

test("what can't be told is null, and the window and the client's patience are told", () => {
  const bare = { ...sampleFit(), memory: null, longest: null };
  const unknown = fitTurns(bare, [{ ...TURN, name: "a", promptTokens: 500 }]);
  assert.equal(unknown.turns[0]?.memoryBytes, null);
  assert.equal(unknown.turns[0]?.fitsHere, null);
  assert.deepEqual(unknown.turns[0]?.fitsIn, []);
  const patience = fitTurns(sampleFit({ clientMs: 60_000, windowTokens: 16_384 }), [
    { ...TURN, name: "long", promptTokens: 20_000 },
  ]);
  assert.equal(patience.turns[0]?.fitsTime, "no");
  assert.equal(patience.turns[0]?.fitsWindow, false);
  assert.match(patience.turns[0]?.sentence ?? "", /longer than the window of 16,384 tokens/);
  assert.match(patience.turns[0]?.sentence ?? "", /the client may give up after 60 s/);
});

test("figures have two digits, and an interval its unit once", () => {
  assert.deepEqual(
    [gb(3.04e10), gb(7.84e9), gb(3.1e8), gb(128e9)],
    ["30 GB", "7.8 GB", "310 MB", "128 GB"],
  );
  assert.deepEqual(
    [seconds(138_400), seconds(4210), seconds(310), seconds(2e6)],
    ["138 s", "4.2 s", "310 ms", "33 min"],
  );
  assert.deepEqual([about(9844), about(13_240)], ["9,800", "13,200"]);
  assert.equal(interval({ low: 25e9, high: 33e9 }, gb), "25 to 33 GB");
  assert.equal(interval({ low: 9e8, high: 1.2e9 }, gb), "900 MB to 1.2 GB");
  assert.equal(withInterval({ value: 3e9, low: 3e9, high: 3.01e9 }, gb), "3 GB");
});
