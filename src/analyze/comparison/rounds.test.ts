import assert from "node:assert/strict";
import { test } from "node:test";
import { pairOfValues } from "./rounds.ts";

test("a round that we were too late for takes its twin with it, but not a failed one", () => {
  const { base, head, leftOut } = pairOfValues(
    [1, 2, "left-out", "left-out", null],
    ["left-out", 3, 4, Infinity, 5],
  );
  assert.deepEqual(base, [2]);
  assert.deepEqual(head, [3, Infinity, 5]);
  assert.deepEqual(leftOut, { base: 2, head: 1 });
});
