import assert from "node:assert/strict";
import { test } from "node:test";
import { assetPath } from "../host/assets.ts";
import { buildPlan } from "./build.ts";
import { ALONE } from "./load.ts";
import { loadScenario } from "./load-scenario.ts";

const from = { benchDir: assetPath("bench"), cwd: ".", scale: 1 };
const inputs = {
  variants: [
    {
      name: "head",
      engine: { kind: "sim" as const, knobs: [] },
      model: { kind: "hub" as const, id: "a/b" },
      device: "auto" as const,
      serverArgs: [],
    },
  ],
  scenarios: ["smoke", "chat"].map((name) => loadScenario(name, from)),
  combinations: [{ supportsTools: true }, { supportsTools: false }],
  baseCompat: {},
  loads: [ALONE],
  ...{ starts: 1, rounds: 1, maxTokens: null, timeoutMs: 1, timeBudgetMs: null },
  ...{ memoryLimitBytes: null, seed: 1, keepBodies: false },
};

test("settings are an axis of their own, in the cells and their ids; not of a plain scenario", () => {
  const { cells } = buildPlan({ ...inputs, settings: [{ "a.b": 1 }, { "a.b": [] }] });
  assert.deepEqual(
    cells.map(({ id }) => id),
    [
      "head/smoke",
      "head/chat/supportsTools=true/a.b=1",
      "head/chat/supportsTools=false/a.b=1",
      "head/chat/supportsTools=true/a.b=[]",
      "head/chat/supportsTools=false/a.b=[]",
    ],
  );
  assert.deepEqual(cells[3]?.settings, { "a.b": [] });
});

test("without settings the cells are as they were", () => {
  const { cells } = buildPlan(inputs);
  assert.deepEqual(
    cells.map(({ id }) => id),
    ["head/smoke", "head/chat/supportsTools=true", "head/chat/supportsTools=false"],
  );
});
