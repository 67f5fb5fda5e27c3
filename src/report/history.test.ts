import assert from "node:assert/strict";
import { test } from "node:test";
import { historyReport, keptHistory, keptHistorySchema } from "../analyze/history/report.ts";
import { sampleResult } from "../testing/github/result.ts";
import { lineOf, linesOf, runOf } from "../testing/history.ts";
import { figure, historyMarkdown, historyText, sparkline } from "./history.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderTable } from "./terminal.ts";

const reportOf = (turnMs: number, lines = linesOf(12), over = {}) =>
  historyReport(keptHistory(lineOf(turnMs, 50, over), lines, ["Added to h."]));

test("a sparkline goes from the lowest to the highest", () => {
  assert.equal(sparkline([1, 2, 3, 8]), "▁▂▃█");
  assert.equal(sparkline([5, 5, 5]), "▄▄▄");
  assert.equal(sparkline([]), "");
});

test("figures keep their unit", () => {
  assert.equal(figure(1234, "ms"), "1.23 s");
  assert.equal(figure(24.12, "tok/s"), "24.1 tok/s");
  assert.equal(figure(7, "widgets"), "7 widgets");
});

test("the table: this run, what was expected, what is outside, the trend", () => {
  const text = historyMarkdown(reportOf(1300));
  assert.match(
    text,
    /^#### History\n\nWorse than earlier runs foretell: agent-turn TTFT, agent-turn turn\./,
  );
  const row = /\| agent-turn turn \| 1\.3 s \| 979 ms to 1\.02 s \| ⚠️ worse \| ([▁-█]{13}) \|/.exec(
    text,
  );
  assert.equal(row?.[1]?.at(-1), "█");
  assert.match(text, /\| agent-turn decode \| 20 tok\/s \| 20 tok\/s to 20 tok\/s \| {2}\|/);
  assert.match(text, /```mermaid\nxychart-beta\n {2}title "agent-turn turn"/);
  assert.match(text, /Added to h\.<\/sub>$/);
});

test("too early: no range, and how many runs there are", () => {
  assert.match(historyMarkdown(reportOf(1000, linesOf(1))), /\| – \(1 earlier run\) \|/);
});

test("a new key: what differs, before and now", () => {
  const { plan, environment } = sampleResult();
  const over = {
    plan: { ...plan, starts: 2, rounds: 5 },
    environment: {
      ...environment,
      fingerprint: "g",
      cpu: { ...environment.cpu, model: "`new` | CPU" },
    },
  };
  const text = historyMarkdown(reportOf(1000, linesOf(12), over));
  assert.match(text, /\| machine: cpu \| `1 × c` \| `1 × ˋnewˋ ¦ CPU` \|/);
  assert.match(text, /\| starts, rounds and length \| `2 × 1` \| `2 × 5` \|/);
});

test("names and units of other tools can't break out of the report", () => {
  const line = lineOf(1000, 50);
  const hostile = '<script>|`"\n```\n# x';
  const series = line.series.map((each) => ({ ...each, name: hostile, unit: hostile }));
  const lines = linesOf(12).map((each) => ({ ...each, series: [{ ...series[0], value: 1 }] }));
  const kept = keptHistorySchema.parse({
    ...keptHistory(line, [], []),
    line: { ...line, series },
    lines,
  });
  const text = historyMarkdown(historyReport(kept));
  assert.ok(!text.includes("<script>"));
  assert.equal(text.split("\n").filter((each) => each.startsWith("#")).length, 1);
  assert.equal(text.match(/^```/gm)?.length, 2);
  assert.doesNotMatch(historyText(historyReport(kept), 80).rows.join(""), /\n/);
});

test("an unreadable history is said, and nothing compared", () => {
  const report = historyReport(keptHistory(lineOf(1, 1), null, ["It could not be used."]));
  assert.equal(historyMarkdown(report), "#### History\n\nIt could not be used.");
  assert.deepEqual(historyText(report, 80), {
    words: ["History: It could not be used."],
    rows: [],
  });
});

test("on a terminal no line is wider than it is", () => {
  const report = reportOf(1300);
  for (const columns of [40, 60, 80, 120]) {
    const lines = renderTable(runOf(1300), { columns, color: false, history: report }).split("\n");
    assert.ok(lines.some((line) => line.includes("agent-turn turn")));
    assert.deepEqual(
      lines.filter((line) => [...line].length > columns),
      [],
    );
  }
  const { rows } = historyText(report, 100);
  assert.match(
    rows.join("\n"),
    /agent-turn turn +1\.3 s {2}expected 979 ms to 1\.02 s {2}WORSE {2}[▁-█]+/,
  );
});

test("the section stands in the report; without a history there is none", () => {
  assert.match(renderMarkdown(runOf(1), { history: reportOf(1000) }), /\n#### History\n/);
  assert.doesNotMatch(renderMarkdown(runOf(1)), /History/);
});

test("what is kept with the run makes the same report again", () => {
  const lines = [...linesOf(80), lineOf(7, 3, { simulated: false, cells: [] })];
  const line = lineOf(1300, 90);
  const whole = keptHistory(line, lines, []);
  const again = keptHistorySchema.parse(JSON.parse(JSON.stringify(whole)));
  assert.deepEqual(historyReport(again), historyReport(whole));
  assert.deepEqual(
    historyReport(whole).comparison?.metrics,
    historyReport({ ...whole, lines }).comparison?.metrics,
  );
});
