import assert from "node:assert/strict";
import { test } from "node:test";
import { FULL_TURN_TOKENS, fitScale } from "../plan/fit-scale.ts";
import type { Environment } from "../result.ts";
import { actionDefaults } from "./defaults.ts";
import { readOptions } from "./options.ts";
import type { RawOptions } from "./table.ts";

const GB = 1e9;
const GPU = { name: "NVIDIA L4", memoryBytes: 24 * GB, driver: "550", powerLimitWatts: 72 };

function machine(runner: string | null, over: Partial<Environment> = {}): Environment {
  return {
    fingerprint: "f",
    os: { platform: "linux", release: "6", arch: "x64", image: null },
    cpu: { model: "c", cores: 4, limitCores: null, governor: null },
    memoryBytes: 16 * GB,
    memoryLimitBytes: null,
    swapBytes: null,
    gpus: [],
    runner: runner === null ? null : { environment: runner, imageOs: null, imageVersion: null },
    node: "v24",
    ...over,
  };
}

const run = (given: RawOptions, on: Environment) =>
  actionDefaults({ command: "run", ...given }, on);
const HOSTED = machine("github-hosted");

test("a hosted runner: the smallest Gemma, a scaled turn, 20 minutes, and the reasons", () => {
  const { raw, notes } = run({}, HOSTED);
  const options = readOptions(raw, {}, HOSTED.memoryBytes);
  assert.ok(options.model.kind === "hub");
  assert.equal(options.model.id, "google/gemma-4-E2B-it");
  assert.ok(options.scenarios.includes("chat") && options.scenarios.includes("agent-turn"));
  assert.ok(options.scale > 0 && options.scale < 1);
  assert.equal(options.timeBudgetMs, 1_200_000);
  const text = notes.join("\n");
  assert.match(text, /^for a GitHub-hosted runner; an input of the same name wins\nmodel /);
  assert.match(text, /270M takes 15 s a token/);
  assert.match(text, /^scale 0\.\d+: .*Not an agent verdict at full size$/m);
  assert.match(text, /^time-budget 1200/m);
});

test("what was given wins, and then nothing is said of it", () => {
  const { raw, notes } = run(
    { model: "synthetic", scale: "0.5", "time-budget": "60", rounds: "2" },
    HOSTED,
  );
  assert.deepEqual(raw, {
    command: "run",
    model: "synthetic",
    scale: "0.5",
    "time-budget": "60",
    rounds: "2",
  });
  assert.deepEqual(notes, []);
});

test("a suite that was asked for keeps its own starts and rounds", () => {
  const { raw } = run({ suite: "full" }, HOSTED);
  assert.deepEqual([raw.starts, raw.rounds], [undefined, undefined]);
  assert.equal(run({}, HOSTED).raw.starts, "1");
});

test("a self-hosted runner with a GPU: the guide's model at full size, without a limit of time", () => {
  const { raw, notes } = run({}, machine("self-hosted", { gpus: [GPU] }));
  assert.deepEqual(raw, { command: "run", model: "google/gemma-4-E2B-it", scale: "1" });
  assert.match(notes.join("\n"), /a self-hosted runner with a GPU.*\n.*guide.*\n.*NVIDIA L4/);
});

test("without a GPU, with --device cpu, or with nothing known, it is a small machine", () => {
  const unknown = machine(null, { gpus: [GPU] });
  for (const { raw, notes } of [
    run({}, machine("self-hosted")),
    run({ device: "cpu" }, machine("self-hosted", { gpus: [GPU] })),
    run({}, unknown),
  ]) {
    assert.equal(raw["time-budget"], "1200");
    assert.match(notes[0] ?? "", /as for a hosted one/);
  }
});

test("a hosted runner whose GPU takes a whole turn gets one, and the budget stays", () => {
  const big = { ...GPU, memoryBytes: 80 * GB };
  const { raw, notes } = run({}, machine("github-hosted", { gpus: [big] }));
  assert.equal(raw.scale, "1");
  assert.equal(raw["time-budget"], "1200");
  assert.match(notes.join("\n"), /by the estimate a whole one fits/);
});

test("a server that is running, the simulator and the demo have no such defaults", () => {
  for (const given of [
    { "base-url": "http://127.0.0.1:1/v1" },
    { engine: "external" },
    { engine: "sim" },
    { command: "demo" },
  ]) {
    const { raw, notes } = run(given, HOSTED);
    assert.deepEqual(raw, { command: "run", ...given });
    assert.deepEqual(notes, []);
  }
});

const FAST = { prefillTokensPerSecond: 1e6, decodeTokensPerSecond: 1e6 };
const fit = (memoryBytes: number, over: Partial<Parameters<typeof fitScale>[0]> = {}) =>
  fitScale({ memoryBytes, speeds: FAST, timeMs: null, attempts: 1, ...over });

test("memory goes with the square of the prompt: four times the room is twice the turn", () => {
  const room = (bytes: number) => (bytes + 6 * GB) / 0.9;
  const ratio = fit(room(8 * GB)).memoryTokens / fit(room(2 * GB)).memoryTokens;
  assert.ok(Math.abs(ratio - 2) < 0.01, String(ratio));
  // The run in DESIGN section 8: 8.02 GB at 12,014 tokens with 4 heads, so twice that with 8.
  assert.ok(Math.abs(fit(room(16.04 * GB)).memoryTokens - 12_014) < 5);
});

test("a full turn only where it fits; never more than one, never none", () => {
  assert.equal(fit(400 * GB).scale, 1);
  assert.ok(fit(16 * GB).scale < 1);
  assert.equal(fit(1 * GB).scale, 0.02);
});

test("the time is shared by all attempts, and replies take their part of it", () => {
  const speeds = { prefillTokensPerSecond: 100, decodeTokensPerSecond: 12.8 };
  const { timeTokens, scale } = fit(400 * GB, { speeds, timeMs: 200_000, attempts: 10 });
  assert.equal(timeTokens, 1000);
  assert.equal(scale, Math.floor((1000 / FULL_TURN_TOKENS) * 100) / 100);
});
