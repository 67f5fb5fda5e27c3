import assert from "node:assert/strict";
import { test } from "node:test";
import { assetPath } from "../host/assets.ts";
import type { Compat } from "../result.ts";
import { buildPlan } from "./build.ts";
import { ALONE } from "./load.ts";
import { loadScenario } from "./load-scenario.ts";
import type { ComparisonPlan, VariantSpec } from "./types.ts";

const from = { benchDir: assetPath("bench"), cwd: ".", scale: 1 };
const variant = (name: string): VariantSpec => ({
  name,
  engine: { kind: "sim", knobs: [] },
  model: { kind: "hub", id: "a/b" },
  device: "auto",
  serverArgs: [],
});
const comparison: ComparisonPlan = {
  ...{ kind: "variants", intended: [], thresholds: { default: 0.05 }, rounds: null },
};
const MATRIX: Compat[] = [{ supportsTools: true }, { supportsTools: false }];

function pairs(base?: { combinations: Compat[]; settings: Record<string, unknown>[] }) {
  const { cells } = buildPlan({
    variants: [variant("base"), variant("head")],
    comparison,
    scenarios: ["smoke", "chat"].map((name) => loadScenario(name, from)),
    combinations: MATRIX,
    baseCompat: {},
    loads: [ALONE],
    ...(base === undefined ? {} : { base }),
    ...{ starts: 8, rounds: 3, maxTokens: null, timeoutMs: 1, timeBudgetMs: null },
    ...{ memoryLimitBytes: null, seed: 1, keepBodies: false },
  });
  const shown = cells.map(({ id, base: twin }) => (twin === undefined ? id : `${id} <- ${twin}`));
  return shown;
}

test("head's cells know base's, in the order of the matrix", () => {
  assert.deepEqual(pairs(), [
    "base/smoke",
    "base/chat/supportsTools=true",
    "base/chat/supportsTools=false",
    "head/smoke <- base/smoke",
    "head/chat/supportsTools=true <- base/chat/supportsTools=true",
    "head/chat/supportsTools=false <- base/chat/supportsTools=false",
  ]);
});

test("a flag that only base has", () => {
  const combinations = MATRIX.map((each) => ({ ...each, requiresStringContent: true }));
  assert.deepEqual(pairs({ combinations, settings: [{}] }).slice(3), [
    "head/smoke <- base/smoke",
    "head/chat/supportsTools=true <- base/chat/supportsTools=true,requiresStringContent=true",
    "head/chat/supportsTools=false <- base/chat/supportsTools=false,requiresStringContent=true",
  ]);
});

test("a value in force over an axis: each cell of base once, beside the one that is asked in another way", () => {
  for (const [value, other] of [
    [false, "true"],
    [true, "false"],
  ] as const) {
    const combinations = MATRIX.map(() => ({ supportsTools: value }));
    const same = `base/chat/supportsTools=${value}`;
    const all = pairs({ combinations, settings: [{}] });
    assert.deepEqual(
      all.filter((each) => each.startsWith("base")),
      ["base/smoke", same],
    );
    assert.ok(all.includes(`head/chat/supportsTools=${other} <- ${same}`), all.join("\n"));
    assert.ok(all.includes(`head/chat/supportsTools=${value}`), "probed, and not compared");
  }
});

test("settings of base alone", () => {
  const all = pairs({ combinations: MATRIX, settings: [{ "a.b": 1 }] });
  assert.ok(
    all.includes("head/chat/supportsTools=true <- base/chat/supportsTools=true/a.b=1"),
    all.join("\n"),
  );
});
