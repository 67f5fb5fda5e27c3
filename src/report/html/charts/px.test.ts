import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { dotsIn } from "../../../testing/charts.ts";
import { crosses, dots, levels, px, segments, uprights } from "./px.ts";

test("numbers are short, and never what no browser reads", () => {
  assert.deepEqual([0.5, -0.5, 12, 12.34, -0.04, 100.96, Number.NaN, Infinity].map(px), [
    ".5",
    "-.5",
    "12",
    "12.3",
    "0",
    "101",
    "0",
    "0",
  ]);
});

test("lines", () => {
  assert.equal(uprights([1, 2.5], 0, 10), "M1 0V10M2.5 0V10");
  assert.equal(levels([3], 0, 9.5), "M0 3H9.5");
  assert.equal(
    segments([
      [
        { x: 0, y: 1 },
        { x: 2, y: -3 },
      ],
    ]),
    "M0 1L2-3",
  );
  assert.equal(crosses([{ x: 5, y: 5 }]), "M1 1L9 9M9 1L1 9");
});

const places = fc.array(
  fc.record({
    x: fc.double({ min: -50, max: 900, noNaN: true }),
    y: fc.double({ min: -50, max: 900, noNaN: true }),
  }),
  { minLength: 1, maxLength: 300 },
);

test("every dot is where it belongs, however many come before it", () => {
  for (const step of [0.1, 1] as const) {
    fc.assert(
      fc.property(places, (points) => {
        const read = dotsIn(`<path class="dots" d="${dots(points, step)}"`);
        assert.equal(read.length, points.length);
        for (const [index, { x, y }] of points.entries()) {
          const at = read[index];
          assert.ok(at !== undefined && Math.abs(at.x - x) <= step * 0.51, `${at?.x} for ${x}`);
          assert.ok(Math.abs(at.y - y) <= step * 0.51, `${at.y} for ${y}`);
        }
      }),
      { numRuns: 60 },
    );
  }
});
