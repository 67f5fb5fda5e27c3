import assert from "node:assert/strict";
import { test } from "node:test";
import type { Case, Truth } from "./cases.ts";
import type { Told } from "./runs.ts";
import { isCounted, missed, table } from "./table.ts";

const told = (part: Partial<Told>): Told => ({
  ...{ verdict: "no-regression", withheld: false, regressed: [], pairs: 8, rounds: 3, seconds: 10 },
  ...part,
});
const DECODE: Truth = { kind: "slower", named: ["decodeTokensPerSecond"], innocent: ["ttftMs"] };

test("a regression counts as found where the right metric is named, and no wrong one", () => {
  const found = (...regressed: Told["regressed"]) =>
    isCounted(DECODE, told({ verdict: "regression", regressed }));
  assert.ok(found("turnMs", "decodeTokensPerSecond"));
  assert.ok(!found("turnMs"));
  assert.ok(!found("decodeTokensPerSecond", "ttftMs"));
  assert.ok(!isCounted(DECODE, told({ verdict: "inconclusive" })));
});

test("of A/A the false alarms are counted, of a withheld verdict that it is one", () => {
  const same: Truth = { kind: "same" };
  const alarms = (["regression", "improvement", "broken"] as const).map((verdict) =>
    isCounted(same, told({ verdict })),
  );
  assert.deepEqual(alarms, [true, true, true]);
  assert.ok(!isCounted(same, told({ verdict: "inconclusive" })));
  assert.ok(!isCounted({ kind: "withheld" }, told({ verdict: "inconclusive" })));
  assert.ok(isCounted({ kind: "withheld" }, told({ verdict: "inconclusive", withheld: true })));
  assert.ok(!isCounted({ kind: "broken" }, told({ verdict: "improvement" })));
  assert.ok(isCounted({ kind: "not-broken" }, told({ verdict: "improvement" })));
});

test("a requirement is missed where the whole interval is on the other side", () => {
  const each = (label: string, truth: Truth, required: Case["required"]): Case => ({
    ...{ label, truth, required, options: () => [] },
  });
  const found = told({ verdict: "regression", regressed: ["decodeTokensPerSecond"] });
  const rows = [
    { each: each("most", DECODE, { atLeast: 0.8 }), told: [found, found, told({})] },
    { each: each("none", DECODE, { atLeast: 0.8 }), told: [told({}), told({}), told({})] },
    { each: each("one alarm", { kind: "same" }, { atMost: 0.05 }), told: [found, told({})] },
    { each: each("alarms", { kind: "same" }, { atMost: 0.05 }), told: [found, found] },
    { each: each("open", DECODE, null), told: [told({})] },
  ];
  assert.deepEqual(missed(rows), ["none", "alarms"]);
  assert.match(
    table(rows),
    /^\| most \| 3 \| 2 \| 1 \| · \| · \| · \| found, right metric named: 2 of 3 \(9% to 99%\) \| 8\.0 \| 3 \| 10 s \|$/m,
  );
});
