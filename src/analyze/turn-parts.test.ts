import assert from "node:assert/strict";
import { test } from "node:test";
import { type PartCall, turnParts } from "./turn-parts.ts";

/** A call by its times on the turn's clock, in ms. */
function call(
  arrived: number,
  sent: number,
  tokens: number[],
  end: number,
  finish: number | null = null,
): PartCall {
  return {
    exchange: {
      arrivedNs: arrived * 1e6,
      sentNs: sent * 1e6,
      end: { kind: "closed", tNs: (end - sent) * 1e6 },
    },
    trace: {
      chunkMs: tokens.map((at) => at - sent),
      finishMs: finish === null ? null : finish - sent,
      totalMs: end - sent,
    },
  };
}

const TURN = { beganNs: 100e6, endedNs: 2_000e6 };

test("each part lies between two moments, and they add up to the turn", () => {
  const calls = [call(400, 401, [700, 800, 900], 910), call(1000, 1002, [1300, 1500], 1600)];
  const parts = turnParts(TURN, calls);
  assert.deepEqual(parts, {
    turnMs: 1900,
    clientBeforeMs: 300,
    modelPrefillMs: 299 + 298,
    modelDecodeMs: 200 + 200,
    modelRestMs: 10 + 100,
    modelMs: 509 + 598,
    toolsMs: 90,
    clientAfterMs: 400,
    unattributedMs: 3,
  });
  const sum = 300 + 509 + 598 + 90 + 400;
  assert.equal(sum + (parts?.unattributedMs ?? 0), 1900);
});

test("a request that was handed on while it came in was handed over at the earlier moment", () => {
  const parts = turnParts(TURN, [call(405, 403, [700], 800)]);
  assert.equal(parts?.clientBeforeMs, 303);
  assert.equal(parts?.unattributedMs, 0);
});

test("a call without a token is all prefill; one that broke off leaves the turn without parts", () => {
  assert.equal(turnParts(TURN, [call(400, 400, [], 800)])?.modelPrefillMs, 400);
  const broken = call(400, 400, [500], 800);
  broken.trace.totalMs = null;
  assert.equal(turnParts(TURN, [broken]), null);
  assert.equal(turnParts(TURN, []), null);
});

test("the token that ends a reply is a token, though it has no text", () => {
  const parts = turnParts(TURN, [call(400, 400, [700, 800, 900], 1010, 1000)]);
  assert.equal(parts?.modelDecodeMs, 300);
  assert.equal(parts?.modelRestMs, 10);
  const same = turnParts(TURN, [call(400, 400, [700, 800, 900], 1010, 900)]);
  assert.equal(same?.modelDecodeMs, 200);
  const nothing = turnParts(TURN, [call(400, 400, [], 1010, 1000)]);
  assert.equal(nothing?.modelPrefillMs, 610);
  assert.equal(nothing?.modelDecodeMs, 0);
});

test("two calls at once are not laid end to end", () => {
  assert.equal(turnParts(TURN, [call(400, 400, [500], 900), call(600, 600, [700], 1000)]), null);
});
