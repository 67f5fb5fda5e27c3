import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ms } from "../../format.ts";
import { ticksOf } from "./axis.ts";
import { scaleOf } from "./scale.ts";
import { fitted, fittedFlag, textWidth, wrapped } from "./text.ts";

test("values lie within the range, in their order; the scale is logarithmic where they need it", () => {
  const scale = scaleOf([100, 200, 300], [0, 100]);
  assert.equal(scale.log, false);
  assert.equal(Math.round(scale.at(200)), 50);
  assert.ok(scale.at(100) > 0 && scale.at(300) < 100);
  const wide = scaleOf([1, 100], [0, 100]);
  assert.equal(wide.log, true);
  assert.equal(Math.round(wide.at(10)), 50);
  assert.equal(scaleOf([0, 100], [0, 100]).log, false);
  assert.equal(scaleOf([1, 100], [0, 100], { zero: true }).domain[0], 0);
});

test("noise isn't blown up: the domain spans a share of the value at least", () => {
  const { domain } = scaleOf([1000, 1001], [0, 100]);
  assert.ok(domain[1] - domain[0] >= 40, String(domain));
});

test("one value, none, equal ones, zeros and what is no number: places all the same", () => {
  for (const values of [[], [5], [0], [0, 0], [7, 7], [Number.NaN], [Infinity, 3], [-4, -4]]) {
    const scale = scaleOf(values, [10, 110]);
    for (const value of values.filter(Number.isFinite)) {
      const at = scale.at(value);
      assert.ok(at >= 10 && at <= 110, `${values}: ${at}`);
    }
    assert.ok(ticksOf(scale, ms, "x").length > 0);
  }
});

test("labels never touch and never repeat, whatever the values", () => {
  const value = fc.double({ min: 0, max: 1e7, noNaN: true });
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 20 }), (values) => {
      for (const width of [120, 300]) {
        const scale = scaleOf(values, [0, width]);
        const ticks = ticksOf(scale, ms, "x");
        for (const [index, tick] of ticks.entries()) {
          const before = ticks[index - 1];
          assert.ok(Number.isFinite(tick.at));
          if (before === undefined) continue;
          assert.notEqual(tick.text, before.text);
          const room = (textWidth(tick.text) + textWidth(before.text)) / 2;
          assert.ok(tick.at - before.at > room, `${before.text} ${tick.text}`);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("whatever a file says was measured, a scale has an end and its ticks are few", () => {
  const value = fc.oneof(
    fc.constantFrom(1e300, Number.MAX_VALUE, 5e-324, -0, 0, 1, -1e300, 2 ** 53, 1e16, 1e-300),
    fc.double({ noNaN: false }),
  );
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 6 }), fc.boolean(), (values, zero) => {
      for (const options of [
        { zero },
        { zero, logFrom: 2 },
        { logFrom: Number.POSITIVE_INFINITY },
      ]) {
        const scale = scaleOf(values, [0, 300], options);
        assert.ok(
          scale.domain.every((end) => Math.abs(end) <= 1e17),
          String(scale.domain),
        );
        for (const each of values.filter(Number.isFinite)) {
          assert.ok(scale.at(each) >= -1 && scale.at(each) <= 301, `${each} at ${scale.at(each)}`);
        }
        const ticks = ticksOf(scale, ms, "x");
        assert.ok(ticks.length > 0 && ticks.length < 200);
        assert.ok(ticks.every(({ at }) => Number.isFinite(at)));
      }
    }),
    { numRuns: 500 },
  );
});

test("a tick stands where its value lies", () => {
  for (const values of [
    [312, 355],
    [3, 4000],
    [0, 9e6],
  ]) {
    const scale = scaleOf(values, [0, 400]);
    for (const { value, at } of ticksOf(scale, ms, "x")) assert.equal(at, scale.at(value));
  }
});

test("texts are cut to the room there is; a flag keeps its value", () => {
  assert.equal(fitted("short", 200), "short");
  const cut = fitted("a very long name of something", 80);
  assert.ok(cut.endsWith("…") && textWidth(cut) <= 80);
  const flag = fittedFlag("aVeryLongNameOfSomeCompatFlagIndeed=false", 140);
  assert.match(flag, /^aVery.*….*=false$/);
  assert.ok(textWidth(flag) <= 141);
  const lines = wrapped(["one=true", "two=false", "three=true", "four=true"], 70, 2);
  assert.equal(lines.length, 2);
  assert.match(lines[1] ?? "", /…$/);
});
