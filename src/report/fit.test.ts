import assert from "node:assert/strict";
import { test } from "node:test";
import { toResult } from "../analyze/result.ts";
import type { Plan } from "../plan/types.ts";
import type { Result } from "../result.ts";
import { fakePlan, fakeRun } from "../testing/fake-run.ts";
import { fitLines, whatFits } from "./fit.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderTable } from "./terminal.ts";

/** Linear memory (60 MB and 16 KiB a token); the agent's turn is too long for the limit. */
function resultOf(over: Partial<Plan> = {}): Result {
  const bare = fakePlan({ look: { budgetMs: 60_000, untilItBreaks: false }, timeoutMs: 300_000 });
  const cells = bare.cells.map((cell) => ({
    ...cell,
    requestBytes: cell.scenario === "chat" ? 300 : 60_000,
  }));
  const plan: Plan = { ...bare, cells, memoryLimitBytes: 16e7, ...over };
  return toResult(fakeRun(plan).state, { renderConfig: () => "{}", guideCompat: {} });
}

test("a turn that doesn't fit is not sent: outcome, evidence, remedy, and the report says so", () => {
  const result = resultOf();
  const agent = result.cells.filter((cell) => cell.scenario === "agent-turn");
  for (const { outcome } of agent) {
    assert.equal(outcome.kind, "not-run");
    assert.equal(outcome.reason, "doesnt-fit");
    assert.match(outcome.evidence ?? "", /^needs about \d+ MB .* prompt tokens, limit 160 MB$/);
    assert.match(outcome.remedy ?? "", /tools\.allow/);
  }
  assert.equal(result.requests.look, 5);
  assert.equal(result.status, "complete");
  const markdown = renderMarkdown(result);
  assert.match(markdown, /Chat works, but no agent turn fits in memory/);
  assert.match(markdown, /❌ not sent: needs about/);
  assert.match(markdown, /#### What fits\n\nThis machine takes prompts up to about/);
  assert.match(markdown, /\| agent-turn \| ≈ [\d,]+ \|/);
  const table = renderTable(result, { columns: 80, color: false });
  assert.match(table, /✗ {2}not sent: needs \d+ MB/);
  assert.match(table, /This machine takes prompts/);
  assert.ok(table.split("\n").every((line) => line.length <= 80));
});

test("where no combination passed, it is still told that not all was sent", () => {
  const result = resultOf();
  const said = renderMarkdown({ ...result, recommendation: null });
  assert.match(said, /Some of it works; 4 cells would need more memory than there is/);
});

test("what the ladder left behind is not told as a short prompt's memory", () => {
  const { fit, cells } = resultOf();
  const highest = Math.max(...(fit?.[0]?.points ?? []).map(({ peakBytes }) => peakBytes ?? 0));
  const chat = cells.find((cell) => cell.scenario === "chat");
  assert.ok(highest > 1e8);
  assert.equal(chat?.peakMemory?.bytes, 61e6);
});

test("when nothing fits, nothing works", () => {
  const bare = resultOf();
  const plan = fakePlan({
    look: { budgetMs: 60_000, untilItBreaks: false },
    timeoutMs: 300_000,
    memoryLimitBytes: 16e7,
  });
  const cells = plan.cells.map((cell) => ({ ...cell, requestBytes: 60_000 }));
  const result = toResult(fakeRun({ ...plan, cells }).state, {
    renderConfig: () => "{}",
    guideCompat: {},
  });
  assert.equal(result.exitReason, "all-failed");
  assert.match(renderMarkdown(result), /Nothing was sent: every prompt needs more memory/);
  assert.equal(bare.exitReason, "ok");
});

test("the chart has two lines: memory, and the limit", () => {
  const markdown = whatFits(resultOf());
  const [, chart = ""] = /```mermaid\n([\s\S]*?)```/.exec(markdown) ?? [];
  const lines = chart.match(/^ {4}line \[.*\]$/gm) ?? [];
  assert.equal(lines.length, 2);
  const figures = lines.map((line) => JSON.parse(line.replace(/^ *line /, "")) as number[]);
  const [, axis = ""] = /x-axis "prompt tokens" (\[.*\])/.exec(chart) ?? [];
  const tokens = JSON.parse(axis) as number[];
  assert.ok(figures.every((line) => line.length === tokens.length));
  assert.ok(figures[1]?.every((limit) => limit === 0.16));
});

test("without a ladder nothing is said; after one that broke off, why", () => {
  const none = toResult(fakeRun(fakePlan()).state, { renderConfig: () => "{}", guideCompat: {} });
  assert.equal(none.fit, null);
  assert.equal(whatFits(none), "");
  assert.deepEqual(fitLines(none), []);
  const [fit] = resultOf().fit ?? [];
  assert.ok(fit);
  const [first] = fit.points;
  assert.ok(first);
  const broken = {
    ...fit,
    ...{ memory: null, time: null, longest: null, sentence: null, turns: [] },
    ladder: { ...fit.ladder, end: "failed" as const },
    points: [{ ...first, outcome: "http-error" as const, evidence: "HTTP 500: <b>no</b>" }],
  };
  const said = whatFits({ ...none, fit: [broken] });
  assert.match(said, /ended after 1, because a prompt got no proper answer: HTTP 500/);
  assert.doesNotMatch(said, /<b>/);
});
