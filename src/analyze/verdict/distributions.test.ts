import assert from "node:assert/strict";
import { test } from "node:test";
import { fixtures, near } from "../../testing/statistics/fixtures.ts";
import { normalCdf, normalQuantile } from "./normal.ts";
import {
  studentCdf,
  studentInterval,
  studentMean,
  studentQuantile,
  studentTest,
} from "./student.ts";

test("the normal distribution is SciPy's, far into the tails", () => {
  for (const { z, cdf } of fixtures.normal) {
    if (cdf > 1e-300) near(normalCdf(z), cdf, Math.abs(z) < 7 ? 1e-10 : 1e-8, `z = ${z}`);
    else assert.ok(normalCdf(z) < 1e-300);
  }
  for (const { p, z } of fixtures.normalQuantile) {
    assert.ok(Math.abs(normalQuantile(p) - z) < 1e-9, `p = ${p}: ${normalQuantile(p)}, not ${z}`);
  }
  assert.equal(normalQuantile(0), Number.NEGATIVE_INFINITY);
  assert.equal(normalQuantile(1), Number.POSITIVE_INFINITY);
  assert.throws(() => normalQuantile(1.1), RangeError);
});

test("Student's t is SciPy's", () => {
  for (const { t, df, cdf } of fixtures.student) near(studentCdf(t, df), cdf, 1e-11, `${t}, ${df}`);
  for (const { p, df, t } of fixtures.studentQuantile) {
    assert.ok(Math.abs(studentQuantile(p, df) - t) < 1e-8 * (1 + Math.abs(t)), `${p}, ${df}`);
  }
  // Every textbook's table: 2.571 for 5 degrees of freedom, 2.447 for 6.
  assert.equal(studentQuantile(0.975, 5).toFixed(3), "2.571");
  assert.equal(studentQuantile(0.975, 6).toFixed(3), "2.447");
});

test("the t-test and its interval are SciPy's", () => {
  const { values, shift, worse, better, interval95 } = fixtures.studentTest;
  const mean = studentMean(values);
  assert.ok(mean);
  near(studentTest(mean, shift).worse, worse, 1e-10);
  near(studentTest(mean, shift).better, better, 1e-10);
  const [low, high] = studentInterval(mean, 0.95);
  near(low, interval95[0], 1e-9);
  near(high, interval95[1], 1e-9);
});

test("a mean that can't be taken is none", () => {
  assert.equal(studentMean([1]), null);
  assert.equal(studentMean([1, Number.POSITIVE_INFINITY]), null);
  const equal = studentMean([0, 0, 0]);
  assert.ok(equal);
  assert.deepEqual(studentTest(equal), { worse: 0.5, better: 0.5 });
});
