import assert from "node:assert/strict";
import { test } from "node:test";
import { type Evidence, toRecommendation } from "./recommendation.ts";
import { ladder } from "./rungs.ts";

const RUNGS = ladder({ provider: "inferrs", modelIndex: 1, current: () => undefined, agents: [] });
const SIZES: Record<string, number> = {
  "": 60_000,
  "no-skills": 53_000,
  "no-skills+two-tools": 33_000,
};
const evidence = (over: Partial<Evidence> = {}): Evidence => ({
  ...{ provider: "inferrs", modelIndex: 1, mended: {}, configured: {}, sizesFrom: "captured" },
  sizeOf: (rungs) => {
    const bytes = SIZES[rungs.filter((id) => id !== "string-content").join("+")];
    return bytes === undefined ? null : { bytes, tokens: bytes / 4 };
  },
  fitting: { settings: [], because: {}, cost: {} },
  render: ({ compat, settings }) => JSON.stringify({ compat, settings }),
  ...over,
});

test("each setting says what it saves beside those before it, and what it costs", () => {
  const given = toRecommendation(RUNGS, ["no-skills", "two-tools"], evidence());
  assert.deepEqual(
    given.settings.map(({ path }) => path),
    ["agents.defaults.skills", "tools.allow", "tools.toolSearch"],
  );
  assert.match(given.settings[0]?.because ?? "", /saves 7 KB of 60 KB, 1,750 tokens \(captured\)/);
  assert.match(given.settings[1]?.because ?? "", /saves 20 KB of 53 KB, 5,000 tokens/);
  assert.match(given.settings[1]?.cost ?? "", /nothing else/);
  assert.equal(given.settings[2]?.because, "goes with tools.allow");
  assert.match(given.because, /shrinks from 60 KB to 33 KB/);
  assert.equal(given.toolsKept, true);
});

test("a flag is a setting like the others, at the model's own place", () => {
  const mended = { "string-content": "string-content-required" } as const;
  const given = toRecommendation(RUNGS, ["string-content"], evidence({ mended }));
  assert.deepEqual(given.compat, { requiresStringContent: true });
  assert.deepEqual(given.settings, [
    {
      path: "models.providers.inferrs.models[1].compat.requiresStringContent",
      value: true,
      because: "without it: string-content-required",
      cost: "nothing",
    },
  ]);
});

test("what fits the machine is added, each figure with its own reason", () => {
  const path = "models.providers.inferrs.models[1].contextWindow";
  const cost = { [path]: "compacted sooner" };
  const fitting = { settings: [{ path, value: 8192 }], because: { [path]: "so many fit" }, cost };
  const given = toRecommendation(RUNGS, ["no-skills"], evidence({ fitting }));
  assert.deepEqual(given.settings.at(-1), {
    ...{ path, value: 8192, because: "so many fit", cost: "compacted sooner" },
  });
});

test("tools off is said as what it is", () => {
  const given = toRecommendation(RUNGS, ["chat-only"], evidence());
  assert.equal(given.toolsKept, false);
  assert.match(given.because, /The agent can then only chat/);
});

test("nothing to change is no setting", () => {
  const given = toRecommendation(RUNGS, [], evidence());
  assert.deepEqual([given.settings, given.because], [[], "It works as configured."]);
});
