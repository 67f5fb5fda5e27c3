import assert from "node:assert/strict";
import { test } from "node:test";
import { historyReport, keptHistory } from "../../../analyze/history/report.ts";
import { dotsIn, markupOf, runOf, textsIn } from "../../../testing/charts.ts";
import { sampleResult } from "../../../testing/github/result.ts";
import { lineOf, linesOf } from "../../../testing/history.ts";
import { historyChart, historyScale } from "./history.ts";

const reportOf = (turnMs: number, lines = linesOf(12)) =>
  historyReport(keptHistory(lineOf(turnMs, 50), lines, ["Added to h."]));
const chartOf = (report: ReturnType<typeof reportOf>) =>
  markupOf(historyChart(runOf(sampleResult(), report)));

test("every run of every figure is a dot at its date and its value", () => {
  const report = reportOf(1300);
  const markup = chartOf(report);
  assert.equal(dotsIn(markup).length, 3 * 13);
  const turn = report.trends.findIndex(({ name }) => name === "agent-turn turn");
  const trend = report.trends[turn];
  const metric = report.comparison?.metrics.find(({ name }) => name === trend?.name);
  assert.ok(trend !== undefined && metric?.expected != null);
  const top = 122 * turn + 24;
  const scale = historyScale({ trend, metric }, top);
  const drawn = dotsIn(markup).filter(({ y }) => y >= top && y <= top + 84);
  assert.equal(drawn.length, 13);
  for (const [index, { value, at }] of trend.points.entries()) {
    const dot = drawn[index];
    assert.ok(dot !== undefined && Math.abs(dot.y - scale.at(value)) < 0.06, at);
  }
  // Days are as far apart as their dates.
  const [first, second, last] = [drawn[0], drawn[1], drawn[12]].map((dot) => dot?.x ?? 0);
  assert.ok(Math.abs(((last ?? 0) - (first ?? 0)) / ((second ?? 0) - (first ?? 0)) - 50) < 1.5);
  const bands = [
    ...markup.matchAll(
      /<rect class="band" x="[^"]*" y="([\d.]+)" width="[^"]*" height="([\d.]+)"/g,
    ),
  ];
  const [y = "", height = ""] = bands[turn]?.slice(1) ?? [];
  assert.ok(Math.abs(Number(y) - scale.at(metric.expected[1])) < 0.06);
  assert.ok(
    Math.abs(Number(height) - (scale.at(metric.expected[0]) - scale.at(metric.expected[1]))) < 0.11,
  );
});

test("what lies outside is told by colour and in words, beside what was expected", () => {
  const markup = chartOf(reportOf(1300));
  assert.equal(dotsIn(markup, "bad").length, 2);
  const said = textsIn(markup).map(({ text }) => text);
  assert.ok(said.includes("1.3 s: worse"), said.join("; "));
  assert.ok(said.some((text) => /^expected 979 ms to 1\.02 s$/.test(text)));
  assert.match(markup, /Worse than earlier runs foretell/);
});

test("too few runs: their number instead of a range", () => {
  const markup = chartOf(reportOf(1000, linesOf(3)));
  assert.doesNotMatch(markup, /rect class="band"/);
  assert.ok(textsIn(markup).some(({ text }) => text === "3 earlier runs: too few"));
});

test("no history, an unreadable one, or no earlier run: nothing", () => {
  assert.equal(historyChart(runOf(sampleResult())), null);
  const unreadable = historyReport(keptHistory(lineOf(1, 1), null, ["It could not be used."]));
  assert.equal(historyChart(runOf(sampleResult(), unreadable)), null);
  assert.equal(historyChart(runOf(sampleResult(), reportOf(1000, []))), null);
});

test("all runs of a minute have times for labels, and places", () => {
  const report = reportOf(1000);
  for (const trend of report.trends) {
    trend.points = trend.points.map((point) => ({ ...point, at: "2026-01-01T10:00:00.000Z" }));
  }
  assert.doesNotMatch(chartOf(report), /NaN|Infinity/);
});
