import assert from "node:assert/strict";
import { test } from "node:test";
import type { ResultCell } from "../result.ts";
import { type Recommendable, recommend } from "./recommend.ts";

const GUIDE = { requiresStringContent: true };

/** An agent turn that passed; without a median it was probed only. */
function cell(string: boolean, tools: boolean, median: number | null): Recommendable {
  const metric = { median, ci95: [median, median] };
  return {
    compat: { requiresStringContent: string, supportsTools: tools },
    settings: {},
    scenario: "agent-turn",
    metrics: (median === null ? {} : { turnMs: metric }) as ResultCell["metrics"],
    outcome: { kind: "pass", reason: null },
  };
}

const because = (...turns: [string: number | null, plain: number | null]) =>
  recommend(
    [cell(true, true, turns[0]), cell(false, true, turns[1]), cell(true, false, null)],
    GUIDE,
  )?.because ?? "";

test("where nothing was measured, nothing is said of speed but that", () => {
  const said = because(null, null);
  assert.match(said, /nearest to the guide's own config; their speed was not measured\.$/);
  assert.doesNotMatch(said, /fast|noise/);
});

test("where only the recommended one was measured, it is not called the fastest", () => {
  const said = because(200, null);
  assert.match(said, /only its speed was measured; the others were probed\.$/);
  assert.doesNotMatch(said, /fast|noise/);
});

test("what was measured is compared", () => {
  assert.match(because(200, 100), /its turn is the fastest\.$/);
  assert.match(because(100, 100), /none is faster beyond the noise/);
});
