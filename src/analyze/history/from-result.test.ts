import assert from "node:assert/strict";
import { test } from "node:test";
import { failingCell, sampleCell } from "../../testing/github/result.ts";
import { lineOf, metricOf, runOf } from "../../testing/history.ts";
import { toHistoryLine } from "./from-result.ts";
import { decodeLine, decodeLines, encodeLine } from "./line.ts";

const of = { commit: "a".repeat(40), at: "2026-11-02T03:04:05.000Z" };

test("a figure is the median of the starts' medians; the recommended combination's come first", () => {
  const run = runOf(1000);
  const [cell] = run.cells;
  assert.ok(cell !== undefined);
  const turnMs = metricOf([
    [100, 110, 900],
    [200, 210, 220],
  ]);
  const other = sampleCell({ compat: { requiresStringContent: false }, metrics: { turnMs } });
  const line = toHistoryLine({ ...run, cells: [{ ...cell, metrics: { turnMs } }, other] }, of);
  assert.deepEqual(line.series, [
    {
      name: "agent-turn turn",
      unit: "ms",
      better: "smaller",
      primary: true,
      value: 160,
      starts: [110, 210],
    },
    {
      name: "agent-turn [requiresStringContent=false] turn",
      unit: "ms",
      better: "smaller",
      primary: false,
      value: 160,
      starts: [110, 210],
    },
  ]);
});

test("fewer starts than planned make another figure: it is left out", () => {
  const run = runOf(1000);
  const [cell] = run.cells;
  assert.ok(cell !== undefined);
  const cut = { ...cell, metrics: { turnMs: metricOf([[100, 110]]) } };
  assert.deepEqual(toHistoryLine({ ...run, cells: [cut] }, of).series, []);
});

test("a smoke test is followed only where there is nothing else", () => {
  const metrics = { turnMs: metricOf([[100], [110]]) };
  const smoke = sampleCell({ scenario: "smoke", compat: {}, metrics });
  const followed = (line: ReturnType<typeof toHistoryLine>) =>
    line.series.filter(({ primary }) => primary).map(({ name }) => name);
  const run = runOf(1000);
  const beside = toHistoryLine({ ...run, cells: [smoke, ...run.cells] }, of);
  assert.deepEqual(followed(beside), ["agent-turn TTFT", "agent-turn decode", "agent-turn turn"]);
  const alone = toHistoryLine({ ...run, cells: [smoke], recommendation: null }, of);
  assert.deepEqual(followed(alone), ["smoke turn"]);
});

test("a failing cell has its outcome and no figures", () => {
  const failed = failingCell("chat", "http-error", "HTTP 500");
  const line = toHistoryLine({ ...runOf(1), cells: [failed] }, of);
  assert.deepEqual(line.outcomes, [
    { cell: "chat [requiresStringContent=false]", kind: "http-error" },
  ]);
  assert.deepEqual(line.series, []);
});

test("a line is one line of text and comes back as it was", () => {
  const line = lineOf(1234.56789, 3);
  const text = encodeLine(line);
  assert.ok(!text.includes("\n"));
  assert.deepEqual(decodeLine(text), line);
});

test("the same run has the same id, another run another", () => {
  assert.equal(lineOf(1000, 3).id, lineOf(1000, 3).id);
  assert.notEqual(lineOf(1000, 3).id, lineOf(1001, 3).id);
  assert.notEqual(lineOf(1000, 3).id, lineOf(1000, 4).id);
});

test("what is no line of this schema is passed over and counted", () => {
  const good = encodeLine(lineOf(1000, 1));
  const newer = good.replace("history/v1", "history/v2");
  const text = [good, "", newer, "not json", good.slice(0, 100), '{"a":1}', "[]"].join("\n");
  const { lines, skipped } = decodeLines(text);
  assert.equal(lines.length, 1);
  assert.equal(skipped, 5);
});

test("fields that a later version adds don't make a line unreadable", () => {
  const line = lineOf(1000, 1);
  assert.deepEqual(decodeLine(JSON.stringify({ ...line, later: { a: 1 } })), line);
});
