import assert from "node:assert/strict";
import { test } from "node:test";
import type { MetricName, ResultCell } from "../../../result.ts";
import { markupOf, pathsOf, runOf, textsIn } from "../../../testing/charts.ts";
import { sampleCell, sampleMetric, sampleResult } from "../../../testing/github/result.ts";
import { metricOf } from "../../../testing/history.ts";
import { passing } from "../../fixtures/results.ts";
import { takenApart } from "./turn-parts.ts";
import { bars, cellTimeline, timeScale, turnTimeline } from "./turn-timeline.ts";

const REAL: Partial<Record<MetricName, number>> = {
  turnMs: 10_000,
  clientBeforeMs: 3000,
  modelPrefillMs: 4000,
  modelDecodeMs: 1500,
  modelRestMs: 0,
  toolsMs: 1000,
  clientAfterMs: 400,
  unattributedMs: 100,
};

function cellOf(figures: typeof REAL, over: Partial<ResultCell> = {}): ResultCell {
  const metrics = Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, sampleMetric(value)]),
  );
  return sampleCell({ metrics, ...over });
}

const rects = (markup: string) =>
  [
    ...markup.matchAll(
      /<rect class="turn-part ([\w-]+)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"/g,
    ),
  ].map(([, className, x, y, width]) => ({
    className,
    x: Number(x),
    y: Number(y),
    width: Number(width),
  }));

test("a real turn: each part is as long as its median, one after the other", () => {
  const cell = cellOf(REAL);
  const apart = takenApart(cell);
  assert.ok(apart !== null);
  assert.deepEqual(
    apart.parts.map(({ label, ms }) => [label, ms]),
    [
      ["OpenClaw before", 3000],
      ["queue and prefill", 4000],
      ["decode", 1500],
      ["tools between calls", 1000],
      ["OpenClaw after", 400],
      ["unattributed", 100],
    ],
  );
  const scale = timeScale([apart], [196, 628]);
  const drawn = rects(markupOf(cellTimeline(runOf(sampleResult({ cells: [cell] })), cell)));
  const wanted = bars(apart.parts, scale);
  assert.equal(drawn.length, wanted.length);
  for (const [index, { x, width }] of wanted.entries()) {
    assert.ok(Math.abs((drawn[index]?.x ?? 0) - x) < 0.06);
    assert.ok(Math.abs((drawn[index]?.width ?? 0) - width) < 0.06);
  }
  assert.equal(scale.at(0), 196);
});

test("our own turn: the first call by its moments, then the later calls, round by round", () => {
  const metrics = {
    ttftMs: metricOf([[100, 200, 300]]),
    e2eMs: metricOf([[150, 260, 370]]),
    totalMs: metricOf([[151, 261, 371]]),
    turnMs: metricOf([[251, 401, 571]]),
  };
  for (const [name, values] of Object.entries({ ttftMs: 200, turnMs: 401 })) {
    metrics[name as "ttftMs"].median = values;
  }
  const apart = takenApart(sampleCell({ metrics }));
  assert.deepEqual(
    apart?.parts.map(({ label, ms }) => [label, ms]),
    [
      ["queue and prefill", 200],
      ["decode", 60],
      ["end of stream", 1],
      ["later calls", 140],
    ],
  );
});

test("base and head of a combination lie one under the other, on one scale", () => {
  const cells = ["chat", "agent-turn"].flatMap((scenario) =>
    ["base", "head"].flatMap((variant) =>
      [true, false].map((supportsTools) =>
        cellOf(REAL, {
          id: `${variant}/${scenario}/${supportsTools}`,
          variant,
          scenario,
          compat: { supportsTools },
        }),
      ),
    ),
  );
  const result = sampleResult({ cells });
  const [one] = result.variants;
  assert.ok(one !== undefined);
  const compared = {
    base: "base",
    head: "head",
    metrics: [],
  } as unknown as typeof result.comparison;
  const two = { ...result, variants: [{ ...one, name: "base" }, one], comparison: compared };
  const markup = markupOf(turnTimeline(runOf(two), "agent-turn"));
  const names = textsIn(markup).flatMap(({ className, text }) =>
    className === "name" ? [text] : [],
  );
  assert.deepEqual(names, [
    "base supportsTools=true",
    "head supportsTools=true",
    "base supportsTools=false",
    "head supportsTools=false",
  ]);
  const firsts = rects(markup).filter(({ className }) => className === "series-1");
  assert.equal(new Set(firsts.map(({ width }) => width)).size, 1);
  assert.equal(firsts.length, 4);
});

test("the median turn is a line at its place, the slowest the end of the range", () => {
  const cell = cellOf(REAL);
  const turnMs = { ...sampleMetric(10_000), min: 9000, max: 12_000 };
  const wide = { ...cell, metrics: { ...cell.metrics, turnMs } };
  const markup = markupOf(cellTimeline(runOf(sampleResult({ cells: [wide] })), wide));
  const apart = takenApart(wide);
  assert.ok(apart !== null);
  const scale = timeScale([apart], [196, 628]);
  const at = (value: number) => String(Math.round(scale.at(value) * 10) / 10);
  assert.ok((pathsOf(markup, "mark")[0] ?? "").startsWith(`M${at(10_000)} `));
  assert.ok((pathsOf(markup, "range")[0] ?? "").includes(`H${at(12_000)}`));
});

test("nothing tells the parts: nothing is drawn", () => {
  const cell = cellOf({ turnMs: 100 });
  const run = runOf(sampleResult({ cells: [cell] }));
  assert.equal(takenApart(cell), null);
  assert.equal(cellTimeline(run, cell), null);
  assert.equal(turnTimeline(run, "agent-turn"), null);
  assert.equal(
    takenApart(
      cellOf({
        ...REAL,
        turnMs: Number.NaN,
        clientBeforeMs: 0,
        modelPrefillMs: 0,
        modelDecodeMs: 0,
        toolsMs: 0,
        clientAfterMs: 0,
        unattributedMs: 0,
      }),
    ),
    null,
  );
});

test("a played run has its timelines", () => {
  const result = passing();
  const markup = markupOf(turnTimeline(runOf(result), "agent-turn"));
  assert.match(markup, /where the time of a turn goes/);
  assert.doesNotMatch(markup, /NaN|Infinity|undefined/);
});
