import assert from "node:assert/strict";
import { test } from "node:test";
import type { Result } from "../../../result.ts";
import { dotsIn, markupOf, numbersIn, pathsOf, runOf, textsIn } from "../../../testing/charts.ts";
import { sampleResult } from "../../../testing/github/result.ts";
import { claimText, slowerBy } from "../../comparison-change.ts";
import {
  broken,
  COMPARISONS,
  interruptedComparison,
  regression,
} from "../../fixtures/comparisons.ts";
import { figure } from "../../history.ts";
import { besideBase, changeScale, endsOf } from "./beside-base.ts";
import { chartsOfRun } from "./index.ts";
import { marksOf, pairsOfStarts } from "./pairs.ts";
import { scaleOf } from "./scale.ts";

const RANGE = [194, 488] as const;
const metricsOf = (result: Result) => result.comparison?.metrics ?? [];
const inDrawnOrder = (result: Result) => [
  ...metricsOf(result).filter(({ primary }) => primary),
  ...metricsOf(result).filter(({ primary }) => !primary),
];

for (const [name, make] of Object.entries(COMPARISONS)) {
  test(`${name}: every change, interval, threshold and verdict where it belongs`, () => {
    const result = make();
    const markup = markupOf(besideBase(runOf(result)));
    const metrics = inDrawnOrder(result);
    const scale = changeScale(metrics, RANGE);
    const wanted = metrics
      .flatMap((metric) => slowerBy(metric) ?? [])
      .map((each) => scale.at(each));
    const drawn = dotsIn(markup, "full").map(({ x }) => x);
    assert.equal(drawn.length, wanted.length);
    for (const [index, x] of drawn.entries()) assert.ok(Math.abs(x - (wanted[index] ?? 0)) < 0.06);
    assert.ok(drawn.every((x) => x > RANGE[0] && x < RANGE[1]));
    const bands = [
      ...markup.matchAll(/<rect class="band" x="([\d.]+)" y="[^"]*" width="([\d.]+)"/g),
    ];
    assert.equal(bands.length, metrics.length);
    for (const [index, [, x, width]] of bands.entries()) {
      const threshold = metrics[index]?.threshold ?? 0;
      assert.ok(Math.abs(Number(x) - scale.at(-threshold)) < 0.06);
      assert.ok(Math.abs(Number(x) + Number(width) - scale.at(threshold)) < 0.11);
    }
    const shown = textsIn(markup)
      .map(({ text }) => text)
      .join("\n");
    for (const metric of metrics) {
      if (metric.ratio?.estimate != null) assert.ok(shown.includes(claimText(metric)));
    }
  });

  test(`${name}: every pair's two values, the first on the left`, () => {
    const result = make();
    const run = runOf(result);
    for (const metric of metricsOf(result)) {
      const markup = markupOf(pairsOfStarts(run, metric));
      const pairs = [...(result.comparison?.pairs.list ?? [])];
      if (pairs.length < 2) {
        assert.equal(markup, "<main></main>");
        continue;
      }
      const all = metric.pairs.flatMap(({ base, head }) => [base ?? [], head ?? []].flat());
      const scale = scaleOf(all, [172, 22]);
      for (const [side, series] of [
        ["base", "series-1"],
        ["head", "series-2"],
      ] as const) {
        const values = metric.pairs.flatMap((each) => each[side] ?? []);
        const ys = dotsIn(markup, series).map(({ y }) => y);
        assert.equal(ys.length, values.length);
        for (const [index, y] of ys.entries()) {
          assert.ok(Math.abs(y - scale.at(values[index] ?? 0)) < 0.06);
        }
        for (const value of values.slice(0, 3))
          assert.ok(markup.includes(figure(value, metric.unit)));
      }
      for (const { pair, x } of marksOf(result, metric, pairs, 40)) {
        assert.equal(x.base < x.head, pair.first === "base");
      }
    }
  });
}

test("a rate's interval is turned round, so that slower is always on the right", () => {
  const decode = metricsOf(regression()).find(({ metric }) => metric === "decodeTokensPerSecond");
  assert.ok(decode?.ratio?.low != null && decode.ratio.high != null);
  const [best, worst] = endsOf(decode) ?? [];
  assert.ok(best != null && worst != null && best < worst && worst > 0.1);
  assert.equal(best, 1 - decode.ratio.high);
});

test("an interval without an end goes beyond the drawing, and has an arrow", () => {
  const markup = markupOf(besideBase(runOf(broken())));
  const intervals = pathsOf(markup, "interval");
  const ends = intervals
    .filter((d) => d.includes("H"))
    .map((d) => Number(/H([\d.]+)/.exec(d)?.[1]));
  assert.ok(ends.every((end) => end <= RANGE[1]));
  assert.ok(intervals.some((d) => (d.match(/L/g) ?? []).length === 2));
  assert.match(markup, /faster to failing/);
});

test("what failed is a cross and no value; confirming pairs have their own ground", () => {
  const result = broken();
  const [metric] = metricsOf(result);
  assert.ok(metric !== undefined);
  const markup = markupOf(pairsOfStarts(runOf(result), metric));
  const [crossed = ""] = pathsOf(markup, "crosses", "series-2");
  assert.equal(crossed.match(/M/g)?.length, 2 * 4);
  assert.match(markup, /head failed in 1 pair\. In 3 pairs more, marked \*/);
  assert.ok(textsIn(markup).some(({ text }) => text === "confirming"));
  assert.ok(textsIn(markup).some(({ text }) => text === "15*"));
});

test("pairs after the last look are told from those that were judged", () => {
  const result = interruptedComparison();
  const [metric] = metricsOf(result);
  assert.ok(metric !== undefined && result.comparison !== null);
  Object.assign(result.comparison.pairs, { looks: [6, 8, 12], judged: 8, made: 9 });
  const markup = markupOf(pairsOfStarts(runOf(result), metric));
  assert.ok(textsIn(markup).some(({ text }) => text === "not judged"));
  const [looks = ""] = pathsOf(markup, "look");
  const [ground] = [...markup.matchAll(/<rect class="band" x="([\d.]+)"/g)];
  assert.equal(numbersIn(looks).at(-3), Number(ground?.[1]));
});

test("nothing compared, nothing drawn", () => {
  const run = runOf(sampleResult());
  assert.equal(besideBase(run), null);
  const [metric] = metricsOf(regression());
  assert.ok(metric !== undefined);
  assert.equal(pairsOfStarts(run, metric), null);
  assert.doesNotMatch(markupOf(chartsOfRun(run)), /Head beside base/);
});

test("150 pairs have a drawing that is wider, and labels that are apart", () => {
  const result = regression();
  const { comparison } = result;
  const [metric] = metricsOf(result);
  const [one] = comparison?.pairs.list ?? [];
  assert.ok(comparison !== null && metric !== undefined && one !== undefined);
  const numbers = Array.from({ length: 150 }, (_, pair) => pair);
  comparison.pairs.list = numbers.map((pair) => ({ ...one, pair }));
  const many = { ...metric, pairs: numbers.map((pair) => ({ pair, base: 100 + pair, head: 101 })) };
  const markup = markupOf(pairsOfStarts(runOf(result), many));
  assert.equal(dotsIn(markup).length, 300);
  const xs = textsIn(markup).flatMap(({ text, x }) => (/^\d+$/.test(text) ? [x] : []));
  assert.ok(xs.every((x, index) => index === 0 || x - (xs[index - 1] ?? 0) >= 26));
});
