import assert from "node:assert/strict";
import { test } from "node:test";
import { historyReport, keptHistory } from "../analyze/history/report.ts";
import { COMPARISONS } from "../report/fixtures/comparisons.ts";
import { passing } from "../report/fixtures/results.ts";
import type { Result } from "../result.ts";
import { lineOf, linesOf } from "../testing/history.ts";
import { type CommentDecision, commentDecision, hasNews } from "./comment-when.ts";

test("when a comment is written, by the input and by whether there is something to say", () => {
  const table: [Parameters<typeof commentDecision>[0], boolean, CommentDecision][] = [
    ["on-change", true, "write"],
    ["on-change", false, "update"],
    ["always", true, "write"],
    ["always", false, "write"],
    ["never", true, "none"],
    ["never", false, "none"],
  ];
  for (const [when, news, decision] of table) assert.equal(commentDecision(when, news), decision);
});

test("nothing to say has a comparison without a regression, a new failure or a doubt", () => {
  const quiet = COMPARISONS.noRegression();
  const { comparison } = quiet;
  assert.ok(comparison);
  const success = (over: Partial<(typeof comparison.success)[number]>): Result => ({
    ...quiet,
    comparison: {
      ...comparison,
      success: comparison.success.map((each) => ({ ...each, ...over })),
    },
  });
  const shares = { p: null, level: null, starts: null };
  const warned = (code: string): Result => ({ ...quiet, warnings: [{ code, text: "…" }] });
  const table: Record<string, [Result, boolean]> = {
    "no regression": [quiet, false],
    "no regression, A/A": [COMPARISONS.self(), false],
    regression: [COMPARISONS.regression(), true],
    improvement: [COMPARISONS.improvement(), true],
    inconclusive: [COMPARISONS.inconclusive(), true],
    broken: [COMPARISONS.broken(), true],
    withheld: [COMPARISONS.withheld(), true],
    attached: [COMPARISONS.attached(), true],
    interrupted: [COMPARISONS.interruptedComparison(), true],
    "figures without a comparison": [passing(), true],
    "fails on both sides": [
      success({ state: "base-fails", failures: { base: 1, head: 1, ...shares } }),
      false,
    ],
    "fails more often on head": [success({ failures: { base: 0, head: 0.1, ...shares } }), true],
    "not sure whether it fails": [success({ state: "confirm" }), true],
    "a warning that bears on trust": [warned("cpu-stolen"), true],
    "a warning that nobody knows yet": [warned("new-code"), true],
    "a warning that bears on nothing": [warned("left-behind"), false],
    "a run that isn't whole": [{ ...quiet, status: "partial" }, true],
  };
  for (const [name, [result, news]] of Object.entries(table)) {
    assert.equal(hasNews(result), news, name);
  }
});

test("worse than earlier runs is something to say", () => {
  const report = (ttft: number) => historyReport(keptHistory(lineOf(ttft, 50), linesOf(12), []));
  assert.equal(hasNews(COMPARISONS.noRegression(), report(1000)), false);
  assert.equal(hasNews(COMPARISONS.noRegression(), report(1300)), true);
});
