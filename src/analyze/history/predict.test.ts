import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { seededRandom } from "../../plan/random.ts";
import { predictionInterval } from "./predict.ts";

const near = (actual: number, expected: number, share = 1e-6) =>
  assert.ok(Math.abs(actual / expected - 1) < share, `${actual} is not ${expected}`);

test("by hand: mean ± t(0.975; 9) s sqrt(1 + 1/10) on the log scale", () => {
  // Logs 1, 2, …, 10: mean 5.5, s = 3.0276503540974917; t(0.975; 9) = 2.2621571628 by every table.
  const values = Array.from({ length: 10 }, (_, index) => Math.exp(index + 1));
  const reach = 2.2621571628 * 3.0276503540974917 * Math.sqrt(1.1);
  const [low, high] = predictionInterval(values, 0.95);
  near(low, Math.exp(5.5 - reach), 1e-7);
  near(high, Math.exp(5.5 + reach), 1e-7);
});

test("values in another unit give the same ratios, and their order changes nothing", () => {
  const value = fc.double({ min: 0.1, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(fc.array(value, { minLength: 2, maxLength: 40 }), fc.nat(), (values, seed) => {
      const [low, high] = predictionInterval(values, 0.95);
      assert.ok(low > 0 && low <= high);
      const [lowMs, highMs] = predictionInterval(
        values.map((each) => each * 1000),
        0.95,
      );
      near(lowMs / 1000, low, 1e-9);
      near(highMs / 1000, high, 1e-9);
      const random = seededRandom(seed);
      const shuffled = values
        .map((each) => ({ each, at: random() }))
        .sort((a, b) => a.at - b.at)
        .map(({ each }) => each);
      near(predictionInterval(shuffled, 0.95)[1], high, 1e-9);
    }),
  );
});

test("it covers a further value as often as it says", () => {
  const random = seededRandom(7);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const runs = 20_000;
  for (const n of [10, 30]) {
    let inside = 0;
    for (let run = 0; run < runs; run++) {
      const values = Array.from({ length: n }, () => 400 * Math.exp(0.05 * normal()));
      const [low, high] = predictionInterval(values, 0.95);
      const next = 400 * Math.exp(0.05 * normal());
      if (next >= low && next <= high) inside += 1;
    }
    // Four standard errors of a share of 0.95 among 20,000.
    assert.ok(Math.abs(inside / runs - 0.95) < 0.0062, `${n} points: ${inside / runs}`);
  }
});

test("values that have no logarithm are refused", () => {
  assert.throws(() => predictionInterval([1], 0.95), RangeError);
  assert.throws(() => predictionInterval([1, 0], 0.95), RangeError);
  assert.throws(() => predictionInterval([1, Number.NaN], 0.95), RangeError);
});
