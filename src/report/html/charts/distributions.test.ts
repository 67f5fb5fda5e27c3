import assert from "node:assert/strict";
import { test } from "node:test";
import { medianInterval, summarize } from "../../../analyze/statistics.ts";
import { seededRandom } from "../../../plan/random.ts";
import type { Metric, MetricName, Result, ResultCell } from "../../../result.ts";
import { dotsIn, markupOf, pathsOf, runOf, textsIn } from "../../../testing/charts.ts";
import { failingCell, sampleCell, sampleResult } from "../../../testing/github/result.ts";
import { hostile, passing } from "../../fixtures/results.ts";
import { ms } from "../../format.ts";
import { distributionScale, groupsOf } from "./distribution-panel.ts";
import { distributions } from "./distributions.ts";
import { chartsOfCell, chartsOfRun } from "./index.ts";
import { scenariosIn } from "./rows.ts";
import { byStart, startsIn } from "./start-dots.ts";

function metricOf(values: readonly number[][]): Metric {
  const samples = values.flatMap((rounds, start) =>
    rounds.map((value, round) => ({ start: start + 1, round, value })),
  );
  const metric = summarize(samples);
  if (metric === null) throw new Error("no samples");
  return metric;
}

const FAST = metricOf([
  [310, 320, 330],
  [315, 325, 360],
]);
const SLOW = metricOf([
  [410, 400, 430],
  [415, 425, 405],
]);

function cell(name: string, metrics: ResultCell["metrics"]): ResultCell {
  const compat = { requiresStringContent: true, supportsTools: name === "with" };
  return sampleCell({ id: `head/agent-turn/${name}`, compat, metrics });
}

const two = () =>
  sampleResult({ cells: [cell("with", { turnMs: SLOW }), cell("without", { turnMs: FAST })] });

test("every sample is a dot at its value's place on the scale that all cells share", () => {
  const result = two();
  const markup = markupOf(distributions(runOf(result), "agent-turn"));
  const scale = distributionScale(result.cells, "turnMs", [196, 626]);
  const drawn = dotsIn(markup).map(({ x }) => x);
  const wanted = [SLOW, FAST].flatMap(({ samples }) => samples.map(({ value }) => scale.at(value)));
  assert.equal(drawn.length, 12);
  const sorted = (xs: number[]) => xs.toSorted((a, b) => a - b);
  for (const [index, x] of sorted(wanted).entries()) {
    assert.ok(Math.abs(x - (sorted(drawn)[index] ?? Infinity)) < 0.06, `${x}`);
  }
});

test("starts are told by colour and lie one under the other; rounds go down in their order", () => {
  const markup = markupOf(distributions(runOf(two()), "agent-turn"));
  const [one, two_] = [dotsIn(markup, "series-1"), dotsIn(markup, "series-2")];
  assert.deepEqual([one.length, two_.length], [6, 6]);
  const ys = groupsOf(SLOW, {
    scale: distributionScale([], "turnMs", [0, 1]),
    starts: [1, 2],
    series: null,
    top: 0,
    height: 60,
  }).map(({ points }) => points.map(({ y }) => y));
  assert.deepEqual(
    ys.map((each) => each.map(Math.round)),
    [
      [5, 15, 25],
      [35, 45, 55],
    ],
  );
});

test("the median is a line at its place and a figure; its interval lies around it", () => {
  const markup = markupOf(distributions(runOf(two()), "agent-turn"));
  const scale = distributionScale(two().cells, "turnMs", [196, 626]);
  const [marks = ""] = pathsOf(markup, "mark");
  for (const { median } of [SLOW, FAST]) {
    assert.ok(marks.includes(`M${Math.round(scale.at(median) * 10) / 10} `), marks);
    assert.ok(textsIn(markup).some(({ text }) => text === ms(median)));
  }
  const intervals = [
    ...markup.matchAll(/<rect class="interval" x="([\d.]+)" y="[^"]*" width="([\d.]+)"/g),
  ];
  assert.equal(intervals.length, 2);
  const [low, high] = medianInterval(SLOW.samples.map(({ value }) => value)) ?? [0, 0];
  assert.ok(Math.abs(Number(intervals[0]?.[1]) - scale.at(low)) < 0.06);
  assert.ok(Math.abs(Number(intervals[0]?.[2]) - (scale.at(high) - scale.at(low))) < 0.11);
});

test("the summary has the figures, and what all cells have in common is said once", () => {
  const markup = markupOf(distributions(runOf(two()), "agent-turn"));
  assert.match(
    markup,
    /Whole turn: 12 samples, medians from 323 ms \(supportsTools=false\) to 413 ms \(supportsTools=true\)\. All of them with requiresStringContent=true\./,
  );
  const one = sampleResult({ cells: [cell("with", { turnMs: FAST })] });
  assert.match(
    markupOf(distributions(runOf(one), "agent-turn")),
    /Whole turn: 6 samples between 310 ms and 360 ms, median 323 ms\./,
  );
});

test("a wide spread takes a logarithmic scale, and says so", () => {
  const metrics = { turnMs: metricOf([[1, 2, 300]]) };
  const markup = markupOf(
    distributions(runOf(sampleResult({ cells: [cell("with", metrics)] })), "agent-turn"),
  );
  assert.match(markup, /whole turn<tspan class="muted"> \(log scale\)/);
});

test("what failed has its row and says why; nothing measured gives nothing", () => {
  const failed = failingCell("agent-turn", "out-of-memory", "killed");
  const result = sampleResult({ cells: [cell("with", { turnMs: FAST }), failed] });
  const markup = markupOf(distributions(runOf(result), "agent-turn"));
  assert.ok(
    textsIn(markup).some(({ text, className }) => text === "out-of-memory" && className === "bad"),
  );
  assert.match(markup, /1 combination failed\./);
  assert.equal(distributions(runOf(sampleResult({ cells: [failed] })), "agent-turn"), null);
  assert.equal(distributions(runOf(result), "another"), null);
  assert.equal(chartsOfRun(runOf(sampleResult({ cells: [] }))), null);
  assert.equal(chartsOfCell(runOf(result), failed.id), null);
  assert.equal(chartsOfCell(runOf(result), "another"), null);
});

test("a whole run's figures: as many dots as samples, in the charts of the run and of each cell", () => {
  const result = passing();
  const run = runOf(result);
  const counted = (cells: readonly ResultCell[], metrics: MetricName[]) =>
    cells.reduce(
      (sum, { metrics: of }) =>
        sum + metrics.reduce((all, metric) => all + (of[metric]?.samples.length ?? 0), 0),
      0,
    );
  const own: MetricName[] = ["turnMs", "ttftMs", "decodeTokensPerSecond"];
  const charts = scenariosIn(result).map((scenario) => distributions(run, scenario));
  const drawn = dotsIn(markupOf(charts)).length;
  assert.ok(drawn > 0);
  assert.equal(drawn, counted(result.cells, [...own, "itlMedianMs"]));
  for (const each of result.cells) {
    assert.equal(dotsIn(markupOf(chartsOfCell(run, each.id))).length, counted([each], own));
  }
});

test("samples of a start are in the order of their rounds, and none is lost", () => {
  const metric = metricOf([
    [1, 2, 3],
    [4, 5],
  ]);
  const shuffled = { ...metric, samples: metric.samples.toReversed() };
  assert.deepEqual(
    byStart(shuffled, startsIn([shuffled])).map((each) => each.map(({ value }) => value)),
    [
      [1, 2, 3],
      [4, 5],
    ],
  );
});

/** 50 cells of 100 rounds. */
function large(): Result {
  const random = seededRandom(1);
  const metric = (around: number) =>
    metricOf(
      Array.from({ length: 5 }, () =>
        Array.from({ length: 20 }, () => around * (1 + 0.2 * (random() - 0.5))),
      ),
    );
  const cells = Array.from({ length: 50 }, (_, index) =>
    sampleCell({
      id: `head/agent-turn/${index}`,
      compat: { requiresStringContent: index % 2 === 0, maxTokensField: `field-${index}` },
      metrics: {
        turnMs: metric(3000 + 40 * index),
        ttftMs: metric(2000 + 40 * index),
        e2eMs: metric(2900 + 40 * index),
        totalMs: metric(2950 + 40 * index),
        decodeTokensPerSecond: metric(25),
        itlMedianMs: metric(40),
      },
    }),
  );
  return sampleResult({ cells });
}

test("a page of 50 cells and 100 rounds stays small: 23 bytes a dot with all that is around it", () => {
  const result = large();
  const run = runOf(result);
  const markup = markupOf([chartsOfRun(run), result.cells.map(({ id }) => chartsOfCell(run, id))]);
  const drawn = dotsIn(markup).length;
  // Four figures of each cell together, and one in the order of its rounds.
  assert.equal(drawn, 50 * 100 * 5);
  assert.ok(markup.length < 600_000, String(markup.length));
  assert.ok(markup.length / drawn < 23, String(markup.length / drawn));
});

test("thousands of samples of one cell don't fill the stack", () => {
  const many = metricOf([Array.from({ length: 150_000 }, (_, index) => 100 + (index % 17))]);
  const result = sampleResult({ cells: [cell("with", { turnMs: many })] });
  assert.equal(dotsIn(markupOf(chartsOfRun(runOf(result)))).length, 150_000);
});

test("hostile names are text, and none reaches an id, a class or a style", () => {
  const result = hostile();
  const run = { ...runOf(result), name: '"><script>alert(1)</script>' };
  const markup = markupOf([chartsOfRun(run), result.cells.map(({ id }) => chartsOfCell(run, id))]);
  assert.ok(markup.length > 1000);
  assert.doesNotMatch(markup, /<script|<img/i);
  for (const character of ["\u001b", "\u202e", "\u0000"]) assert.ok(!markup.includes(character));
  assert.doesNotMatch(markup, /<[a-z][^<>]*\s(style|on[a-z]+|href|src)=/);
  for (const [, id = ""] of markup.matchAll(/ id="([^"]*)"/g)) assert.match(id, /^[\w-]+$/);
  for (const [, name = ""] of markup.matchAll(/ class="([^"]*)"/g)) assert.match(name, /^[\w -]*$/);
  const ids = [...markup.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length);
});

test("the same run in two places has two sets of ids", () => {
  const result = two();
  const one = markupOf(chartsOfRun({ ...runOf(result), name: "cpu" }));
  const other = markupOf(chartsOfRun({ ...runOf(result), name: "metal" }));
  const ids = (markup: string) =>
    [...markup.matchAll(/<figure[^>]* id="([^"]*)"/g)].map(([, id]) => id);
  assert.ok(ids(one).length > 0);
  assert.ok(ids(one).every((id) => !ids(other).includes(id)));
});
