import assert from "node:assert/strict";
import { test } from "node:test";
import { COMPARISONS } from "./fixtures/comparisons.ts";
import { failing, hostile, passing } from "./fixtures/results.ts";
import { renderMarkdown } from "./markdown.ts";
import { turnChart } from "./turn-chart.ts";

test("base above head, until the first token and the reply; what regressed is marked", () => {
  const text = turnChart(COMPARISONS.regression());
  assert.match(text, /^```mermaid\ngantt\n {2}title agent-turn, medians of the starts\n/);
  assert.match(text, /section base\n {2}first token 2\.47 s :active, 0, 24\d\d\n/);
  assert.match(text, /section head\n.*\n {2}reply 3\.0\d s, turn 5\.5 s :crit, 24\d\d, 55\d\d\n/);
  assert.doesNotMatch(turnChart(COMPARISONS.noRegression()), /crit/);
});

test("without a comparison a bar for each combination that works, the recommended one marked", () => {
  const text = turnChart(passing());
  assert.equal(text.match(/^ {2}requiresStringContent=/gm)?.length, 4);
  assert.equal(text.match(/:active, 0, /g)?.length, 1);
  assert.equal(turnChart(failing()), "", "one bar is no chart");
});

test("it is in the summary alone, and nothing hostile gets into it", () => {
  assert.match(renderMarkdown(passing(), { place: "summary" }), /\ngantt\n/);
  for (const place of ["comment", "report"] as const) {
    assert.doesNotMatch(renderMarkdown(passing(), { place }), /\ngantt\n/);
  }
  const result = hostile();
  for (const cell of result.cells) {
    cell.outcome = { ...cell.outcome, kind: "pass" };
    cell.compat = { requiresStringContent: `x:;#%%{}"<b>\n${cell.scenario}` };
  }
  assert.doesNotMatch(turnChart(result), /[;#{}"<>]|::/);
});
