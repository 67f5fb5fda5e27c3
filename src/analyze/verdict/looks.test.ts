import assert from "node:assert/strict";
import { test } from "node:test";
import { near } from "../../testing/statistics/fixtures.ts";
import { lookAt, lookSchedule, nextLook } from "./looks.ts";

test("looks come at 8, 12 and 20, and go on in such steps", () => {
  assert.deepEqual(lookSchedule(20), [8, 12, 20]);
  assert.deepEqual(lookSchedule(30), [8, 12, 20, 30]);
  assert.deepEqual(lookSchedule(10), [8, 10]);
  assert.deepEqual(lookSchedule(9), [9]);
  assert.deepEqual(lookSchedule(13), [8, 13]);
  assert.deepEqual(lookSchedule(6), [6]);
  assert.deepEqual(lookSchedule(5), []);
});

test("the next look is told until the last", () => {
  assert.deepEqual(
    [0, 7, 8, 11, 12, 19, 20].map((pairs) => nextLook(20, pairs)),
    [8, 8, 12, 12, 20, 20, null],
  );
  assert.equal(nextLook(5, 0), null);
});

test("levels are spent look by look", () => {
  const levels = [8, 12, 20].map((pairs) => lookAt(20, pairs)?.difference(1) ?? 0);
  for (const [i, expected] of [0.02616, 0.01791, 0.02338].entries()) {
    near(levels[i] ?? 0, expected, 5e-4);
  }
  assert.equal(lookAt(20, 7), null);
  assert.deepEqual(lookAt(20, 19)?.counts, [8, 12]);
  assert.deepEqual([lookAt(20, 12)?.last, lookAt(20, 20)?.last], [false, true]);
});

test("fewer metrics left, or only one side, permit more", () => {
  const look = lookAt(20, 12);
  assert.ok(look);
  for (let left = 1; left < 6; left++) assert.ok(look.difference(left) > look.difference(left + 1));
  assert.ok(look.noRegression > look.difference(1));
});

test("a clock that ends the run at a planned look leaves it all the error", () => {
  const look = lookAt(20, 12, "time-budget");
  assert.deepEqual(look?.counts, [8, 12]);
  assert.equal(look?.last, true);
  assert.ok((look?.difference(1) ?? 0) > (lookAt(20, 12)?.difference(1) ?? 1));
  assert.equal(
    lookAt(20, 12, "interrupted")?.difference(1),
    lookAt(20, 12)?.difference(1),
    "whoever interrupts at a look gets what that look has",
  );
  assert.equal(lookAt(20, 5, "time-budget"), null);
});
