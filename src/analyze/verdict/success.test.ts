import assert from "node:assert/strict";
import { test } from "node:test";
import { lookAt } from "./looks.ts";
import { type Attempts, decideSuccess, type SuccessEvidence } from "./success.ts";

const ok: Attempts = { ok: 3, failed: 0 };
const flake: Attempts = { ok: 2, failed: 1 };
const dead: Attempts = { ok: 0, failed: 3 };

function evidence(more: Partial<SuccessEvidence> = {}): SuccessEvidence {
  return {
    cell: "agent-turn",
    basePassed: true,
    headFailedProbe: false,
    deterministic: null,
    pairs: Array.from({ length: 8 }, () => ({ base: ok, head: ok })),
    confirmation: [],
    ...more,
  };
}

const state = (more: Partial<SuccessEvidence>, look = lookAt(20, 8)) =>
  decideSuccess(evidence(more), look);

test("what always works works", () => {
  const decision = state({});
  assert.equal(decision.state, "works");
  assert.deepEqual([decision.failures.head, decision.failures.p], [0, 1]);
});

test("a deterministic failure is broken when met twice, confirmed when met once", () => {
  const twice = state({ deterministic: { kind: "http-error", seen: 2 } });
  assert.ok(twice.state === "broken" && twice.because === "deterministic");
  const once = state({ deterministic: { kind: "http-error", seen: 1 } });
  assert.ok(once.state === "confirm" && once.pairs === 3);
});

test("a failed probe asks for three fresh pairs, and all three settle it", () => {
  const failed = { base: true, head: false };
  const after = (count: number) =>
    state({ headFailedProbe: true, confirmation: new Array(count).fill(failed) }, null);
  assert.deepEqual(
    [0, 1, 2].map((count) => {
      const decision = after(count);
      return decision.state === "confirm" ? decision.pairs : decision.state;
    }),
    [3, 2, 1],
  );
  const all = after(3);
  assert.ok(all.state === "broken" && all.because === "confirmed");
});

test("one fresh start of head's that passes, or of base's that fails, and it isn't broken", () => {
  for (const other of [
    { base: true, head: true },
    { base: false, head: false },
  ]) {
    const confirmation = [{ base: true, head: false }, other];
    assert.equal(state({ headFailedProbe: true, confirmation }).state, "works");
  }
});

test("a measured start that head failed and base passed is confirmed too", () => {
  const pairs = [...evidence().pairs.slice(1), { base: ok, head: dead }];
  assert.equal(state({ pairs }).state, "confirm");
  assert.equal(state({ pairs: [{ base: dead, head: dead }] }, null).state, "works");
});

test("a base that fails can't be broken", () => {
  const decision = state({ basePassed: false, deterministic: { kind: "http-error", seen: 2 } });
  assert.equal(decision.state, "base-fails");
});

test("failing more often is broken, the same flake on both sides is not", () => {
  const each = (base: Attempts, head: Attempts) =>
    new Array<{ base: Attempts; head: Attempts }>(8).fill({ base, head });
  const worse = state({ pairs: each(ok, flake) });
  assert.ok(worse.state === "broken" && worse.because === "fails-more-often");
  assert.equal(worse.failures.p, 2 ** -8);
  assert.ok((worse.failures.starts?.low ?? 0) > 0.3);
  assert.equal(state({ pairs: each(flake, flake) }).state, "works");
  assert.equal(state({ pairs: each(flake, ok) }).state, "works");
  const one = [...each(ok, ok).slice(1), { base: ok, head: flake }];
  assert.equal(state({ pairs: one }).state, "works");
});

test("before a look nothing is tested", () => {
  const pairs = Array.from({ length: 7 }, () => ({ base: ok, head: flake }));
  const decision = state({ pairs }, null);
  assert.deepEqual([decision.state, decision.failures.p], ["works", null]);
});

test("failing more often has one error for all cells: more of them need more pairs", () => {
  const pairs = new Array(8).fill({ base: ok, head: flake });
  const among = (cells: number) => decideSuccess(evidence({ pairs }), lookAt(20, 8), cells);
  // 2^-8 is .0039: below the level of one cell (.0052), above that of two.
  assert.deepEqual(
    [1, 2].map((cells) => among(cells).state),
    ["broken", "works"],
  );
  assert.ok((among(2).failures.level ?? 1) < (among(1).failures.level ?? 0) / 1.5);
});
