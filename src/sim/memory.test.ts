import assert from "node:assert/strict";
import { test } from "node:test";
import { parseKnobs } from "./knobs.ts";
import { memoryFor, noisyMemoryFor } from "./memory.ts";

const KNOBS = ["memory-base=3GB", "memory-curve=quadratic"];

test("each curve is its formula above the base", () => {
  const at = (curve: string) => memoryFor(5000, parseKnobs([...KNOBS, `memory-curve=${curve}`]));
  assert.equal(at("linear"), 3e9 + 5000 * 2 ** 14);
  assert.equal(at("quadratic"), 3e9 + 56 * 5000 ** 2);
  assert.equal(at("stepped"), 3e9 + 3 * 2 ** 28);
});

test("memory-noise: what a prompt takes differs, the model doesn't, and a seed fixes it", () => {
  const noisy = (seed: number) => {
    const knobs = parseKnobs([...KNOBS, "memory-noise=0.03", `seed=${seed}`]);
    return Array.from({ length: 200 }, (_, prompt) => noisyMemoryFor(4000, knobs, prompt));
  };
  assert.deepEqual(noisy(1), noisy(1));
  assert.notDeepEqual(noisy(1), noisy(2));
  const logs = noisy(1).map((bytes) => Math.log((bytes - 3e9) / (56 * 4000 ** 2)));
  const deviation = Math.sqrt(logs.reduce((sum, each) => sum + each ** 2, 0) / logs.length);
  assert.ok(deviation > 0.02 && deviation < 0.04, `${deviation}`);
  const quiet = parseKnobs(KNOBS);
  assert.equal(noisyMemoryFor(4000, quiet, 7), memoryFor(4000, quiet));
});
