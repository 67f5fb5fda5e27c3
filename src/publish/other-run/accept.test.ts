import assert from "node:assert/strict";
import { test } from "node:test";
import { renderJson } from "../../report/json.ts";
import { sampleCell, sampleResult } from "../../testing/github/result.ts";
import { accept, MOST } from "./accept.ts";

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const fine = sampleResult();

function refusal(given: Uint8Array): string {
  const end = accept(given);
  assert.equal(end.kind, "refused");
  return end.kind === "refused" ? end.reason : "";
}

test("a result as we write it is taken, and nothing is changed", () => {
  const runs = [{ name: null, result: fine }];
  const accepted = accept(Buffer.from(renderJson(fine)));
  assert.deepEqual(accepted, { kind: "runs", runs, missing: [] });
});

test("several, merged: their results and who is missing; what they come to is not believed", () => {
  const merged = {
    ...{ schema: "inferrs-bench/merged/v1", runs: [{ name: "metal", result: fine }] },
    missing: [{ name: "cuda\n::error::", why: "" }],
    ...{ verdict: "no-regression", exitReason: "ok", exitDetail: null, groups: [] },
    notes: ["all is well"],
  };
  assert.deepEqual(accept(bytes(merged)), {
    kind: "runs",
    runs: [{ name: "metal", result: fine }],
    missing: [{ name: "cuda ::error::", why: "" }],
  });
  const torn = { ...merged, runs: [{ name: "metal", result: { ...fine, cells: 1 } }] };
  assert.match(refusal(bytes(torn)), /^it is not as this version .*at runs\.0\.result\.cells/);
  for (const [over, where] of [
    [{ notes: undefined }, /at notes/],
    [{ more: 1 }, /at its top/],
    [{ missing: [{ name: "cuda", why: 5 }] }, /at missing\.0\.why/],
    [{ runs: [{ name: "metal", result: fine, verdict: "good" }] }, /at runs\.0/],
  ] as const) {
    assert.match(refusal(bytes({ ...merged, ...over })), where);
  }
  const cells = Array.from({ length: MOST.cells + 1 }, () => sampleCell());
  const wide = { ...merged, runs: [{ name: "metal", result: { ...fine, cells } }] };
  assert.equal(refusal(bytes(wide)), "of one of its runs, it has more than 300 cells");
  const many = { ...merged, missing: Array(20).fill({ name: "x", why: "y" }) };
  assert.equal(refusal(bytes(many)), "it has more than 20 runs");
});

test("no JSON: broken, not UTF-8, empty, infinite", () => {
  for (const text of ["", "{", "result", "NaN", '{"a":1}{']) {
    assert.equal(refusal(Buffer.from(text)), "it is not JSON");
  }
  assert.equal(refusal(Buffer.from([0x22, 0xff, 0x22])), "it is not JSON");
  const endless = JSON.stringify(fine).replace('"durationMs":1', '"durationMs":1e999');
  assert.match(refusal(Buffer.from(endless)), /at durationMs/);
});

test("another schema, more or less than ours has, wrong types", () => {
  for (const value of [null, 1, [], {}, { schema: "inferrs-bench/result/v2" }]) {
    assert.match(refusal(bytes(value)), /^it is no inferrs-bench\/result\/v1/);
  }
  const { cells: _, ...less } = fine;
  assert.match(refusal(bytes(less)), /at cells/);
  assert.match(refusal(bytes({ ...fine, more: 1 })), /at its top/);
  assert.match(refusal(bytes({ ...fine, verdict: "::error::" })), /at verdict/);
});

test("deep, long, many: refused before anything looks into it", () => {
  const deep = `${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}`;
  assert.equal(refusal(Buffer.from(deep)), "it is nested too deep");
  assert.equal(
    refusal(bytes({ ...fine, exitDetail: "x".repeat(MOST.text + 1) })),
    "it has too long a text",
  );
  assert.equal(refusal(bytes(Array(MOST.items + 1).fill(0))), "it has too long a list");
  assert.equal(refusal(bytes({ ["x".repeat(201)]: 1 })), "it has too long a name");
  const wide = Array.from({ length: 1_300 }, () => Array(1_300).fill(0));
  assert.equal(refusal(bytes(wide)), "it has too many values");
  const cells = Array.from({ length: MOST.cells + 1 }, () => sampleCell());
  assert.equal(refusal(bytes({ ...fine, cells })), "it has more than 300 cells");
});

test("names that mean something to JavaScript", () => {
  const text = JSON.stringify(fine).replace(
    '"settings":{}',
    '"settings":{"__proto__":{"polluted":true}}',
  );
  assert.equal(refusal(Buffer.from(text)), "it has a name that no result has");
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
});
