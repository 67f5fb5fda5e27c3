import assert from "node:assert/strict";
import { test } from "node:test";
import { CURVES, coverage, DISTURBANCES, drawLadder } from "../../testing/fit/hidden.ts";
import { type FitPoint, fitMemory, fitTime, forecast } from "./fit.ts";
import { longestPrompt } from "./longest.ts";

/**
 * inferrs 9535ae3, random-weight Gemma 4 of 5 MB, default flags, 2 cores: peak RSS in GB and seconds
 * until the end of the reply (the project's design notes, section 8).
 */
const INFERRS: readonly [tokens: number, gb: number, seconds: number][] = [
  [270, 0.05, 0.59],
  [526, 0.07, 0.93],
  [1038, 0.12, 1.67],
  [2062, 0.31, 3.87],
  [4110, 1.02, 9.54],
  [8206, 3.74, 31.9],
  [12_014, 8.02, 65.8],
];

const points = (longest: number): FitPoint[] =>
  INFERRS.filter(([tokens]) => tokens <= longest).map(([promptTokens, gb, seconds]) => ({
    promptTokens,
    ms: seconds * 1000,
    peakBytes: gb * 1e9,
  }));

test("the real inferrs: points up to 4,110 tokens foretell the memory at 12,014 within 10%", () => {
  const fit = fitMemory(points(4110));
  assert.ok(fit);
  for (const [tokens, gb] of INFERRS.slice(5)) {
    const { value, low, high } = forecast(fit, tokens);
    assert.ok(Math.abs(value / 1e9 - gb) < 0.1 * gb, `${tokens}: ${value / 1e9} GB, not ${gb}`);
    assert.ok(low <= gb * 1e9 && gb * 1e9 <= high, `${tokens}: ${low} to ${high}`);
    assert.ok((high - low) / value < 0.35, `${tokens}: ${low} to ${high} says too little`);
  }
  // A turn of 23,030 tokens took that server to 23.6 GB, and it wanted more: the kernel killed it.
  assert.ok(forecast(fit, 23_030).low > 23.6e9);
  assert.equal(fit.curve.linear >= 0 && fit.curve.quadratic > 0, true);
});

test("the real inferrs: so do its times", () => {
  const fit = fitTime(points(4110));
  assert.ok(fit);
  for (const [tokens, , seconds] of INFERRS.slice(5)) {
    const { low, high } = forecast(fit, tokens);
    assert.ok(low <= seconds * 1000 && seconds * 1000 <= high, `${tokens}: ${low} to ${high}`);
  }
});

// `npm run validate:fit` has 100 draws of each.
const DRAWS = 12;
for (const curve of CURVES) {
  for (const disturbance of DISTURBANCES) {
    test(`hidden curves: ${curve}, disturbed by ${disturbance.name}`, () => {
      for (const { tokens, inside } of coverage(curve, disturbance, DRAWS)) {
        assert.ok(inside >= 10, `${inside} of ${DRAWS} at ${tokens} tokens`);
      }
    });
  }
}

test("an undisturbed curve is recognized, with its coefficients", () => {
  const [none] = DISTURBANCES;
  assert.ok(none);
  for (const curve of CURVES) {
    const { points, truth } = drawLadder(curve, none, 3);
    const fit = fitMemory(points);
    assert.ok(fit);
    assert.equal(fit.curve.kind, curve);
    if (curve === "stepped") continue;
    assert.ok(Math.abs(fit.curve.base - 3e9) < 3e7, `base ${fit.curve.base}`);
    const { value } = forecast(fit, 10_000);
    assert.ok(Math.abs(value - truth(10_000)) < 0.01 * truth(10_000));
  }
});

test("the same points give the same fit, and more tokens never need less", () => {
  const [fit, again] = [fitMemory(points(4110)), fitMemory(points(4110))];
  assert.ok(fit && again);
  assert.deepEqual(forecast(fit, 20_000), forecast(again, 20_000));
  const values = [100, 1000, 5000, 20_000, 100_000].map((tokens) => forecast(fit, tokens));
  for (const part of ["value", "low", "high"] as const) {
    const rising = values.map((each) => each[part]);
    assert.deepEqual(
      rising,
      rising.toSorted((a, b) => a - b),
    );
  }
});

test("too little to go by gives no fit", () => {
  assert.equal(fitMemory(points(600)), null);
  assert.equal(fitMemory(points(4110).map((point) => ({ ...point, peakBytes: null }))), null);
  assert.equal(fitTime(points(4110).map((point) => ({ ...point, ms: null }))), null);
  const same = points(4110).map((point) => ({ ...point, promptTokens: 300 }));
  assert.equal(fitMemory(same), null);
});

test("a peak is the highest so far: a shorter prompt that comes later says nothing", () => {
  const late = { promptTokens: 300, ms: null, peakBytes: 1.02e9 };
  assert.deepEqual(fitMemory([...points(4110), late])?.points, fitMemory(points(4110))?.points);
});

test("the longest prompt is what the tightest limit allows, with its interval", () => {
  const fits = { memory: fitMemory(points(4110)), time: fitTime(points(4110)) };
  const open = { limitBytes: null, windowTokens: null, timeLimitMs: null };
  assert.equal(longestPrompt(fits, open), null);
  const byMemory = longestPrompt(fits, { ...open, limitBytes: 8.02e9 });
  assert.equal(byMemory?.limitedBy, "memory");
  assert.ok(byMemory.low <= byMemory.tokens && byMemory.tokens <= byMemory.high);
  assert.ok(byMemory.low < 12_014 && 12_014 < byMemory.high, JSON.stringify(byMemory));
  const byWindow = longestPrompt(fits, { ...open, limitBytes: 8.02e9, windowTokens: 8192 });
  assert.deepEqual(byWindow, { tokens: 8192, low: 8192, high: 8192, limitedBy: "window" });
  const byTime = longestPrompt(fits, { ...open, limitBytes: 8.02e9, timeLimitMs: 10_000 });
  assert.equal(byTime?.limitedBy, "time");
  assert.ok(byTime.low <= 4400 && byTime.high >= 4000, JSON.stringify(byTime));
});
