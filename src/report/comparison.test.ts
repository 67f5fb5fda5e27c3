import assert from "node:assert/strict";
import { test } from "node:test";
import type { ComparedMetric, Result } from "../result.ts";
import {
  changeText,
  changeWithInterval,
  intervalText,
  isNoise,
  leftOutText,
} from "./comparison-change.ts";
import { logTails } from "./comparison-logs.ts";
import { successLines, tellingMetric } from "./comparison-parts.ts";
import { STRIP_COLUMNS, strip } from "./comparison-strip.ts";
import { comparisonSentence, whatToDo } from "./comparison-words.ts";
import { COMPARISONS, compared, withComparison } from "./fixtures/comparisons.ts";
import { HOSTILE } from "./fixtures/results.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderTable } from "./terminal.ts";

const all = Object.entries(COMPARISONS);
const table = (result: Result, columns = 80) => renderTable(result, { columns, color: false });
/** The metric as it would be with another ratio. */
function withRatio(
  better: "lower" | "higher",
  ratio: Partial<NonNullable<ComparedMetric["ratio"]>>,
): ComparedMetric {
  const [metric] = compared().comparison.metrics;
  assert.ok(metric);
  return {
    ...metric,
    better,
    ratio: { estimate: 1, low: null, high: null, level: 0.95, ...ratio },
  };
}

test("the first 200 characters hold the verdict, the number that matters and what to do", () => {
  for (const [name, make] of all) {
    const result = make();
    const [heading = "", , todo = ""] = renderMarkdown(result).split("\n");
    const start = visible(renderMarkdown(result)).slice(0, 200);
    assert.match(heading, /^### (❌|⚠️|✅) (Broken|Regression|Inconclusive|Improvement|No )/, name);
    assert.equal(whatToDo(result).replace(/[.]$/, "").length > 0, true, name);
    // All of it where nothing long is named; else what was changed and to take it back.
    const needed = visible(todo).split(/; | Changed:| Its log/)[0] ?? "";
    assert.ok(start.includes(needed), `${name}: ${start} | ${needed}`);
  }
});

/** As a reader sees it: without what is mark-up. */
function visible(markdown: string): string {
  return markdown
    .replace(/^### /, "")
    .replace(/\\(?=[!-/:-@[-`{-~])|\*\*/g, "")
    .replace(/\n+/g, " ");
}

test("the verdict's sentence names the metric, its change and the interval, worst first", () => {
  const sentence = (name: keyof typeof COMPARISONS) =>
    comparisonSentence(COMPARISONS[name]()) ?? "";
  assert.match(sentence("regression"), /^Regression: decode of agent-turn 1\d(\.\d)?% slower \(/);
  assert.match(sentence("improvement"), /^Improvement: decode of agent-turn 1\d(\.\d)?% faster \(/);
  assert.match(
    sentence("noRegression"),
    /within all thresholds; .*between .* faster and .* slower/,
  );
  assert.match(
    sentence("inconclusive"),
    /^Inconclusive: TTFT of agent-turn is between .*1 more undecided/,
  );
  assert.match(sentence("withheld"), /^No verdict: Base runs Q4K, head none/);
  assert.match(sentence("broken"), /^Broken: agent-turn fails on head with out-of-memory/);
  assert.match(sentence("self"), /^No regression \(A\/A\)/);
  assert.match(sentence("attached"), /^Inconclusive: servers that aren't restarted/);
});

test("slower and faster are told for times and rates alike, in the metric's own percent", () => {
  assert.equal(changeText(withRatio("lower", { estimate: 1.121 })), "12.1% slower");
  assert.equal(changeText(withRatio("higher", { estimate: 0.879 })), "12.1% slower");
  assert.equal(changeText(withRatio("lower", { estimate: 0.9 })), "10% faster");
  assert.equal(changeText(withRatio("higher", { estimate: 1.1 })), "10% faster");
  assert.equal(changeText(withRatio("lower", { estimate: 1.0001 })), "as fast");
  const rate = withRatio("higher", { estimate: 0.879, low: 0.858, high: 0.902 });
  assert.equal(changeWithInterval(rate), "12.1% slower (9.8% to 14.2%)");
  const time = withRatio("lower", { estimate: 0.9, low: 0.858, high: 0.902 });
  assert.equal(changeWithInterval(time), "10% faster (9.8% to 14.2%)");
});

test("a turn whose replies differ isn't told by its interval", () => {
  const result = COMPARISONS.noRegression();
  const { comparison } = result;
  assert.ok(comparison);
  const metrics = comparison.metrics.map((metric) =>
    metric.primary
      ? { ...metric, verdict: "inconclusive" as const, because: "replies-differ" as const }
      : metric,
  );
  const verdict = "inconclusive" as const;
  const told = { ...result, verdict, comparison: { ...comparison, metrics } };
  assert.match(
    comparisonSentence(told) ?? "",
    /^Inconclusive: .* can't be told: head's replies have another length; \d more undecided\.$/,
  );
});

test("rounds that were left out are told, and only those", () => {
  const metric = withRatio("lower", {});
  assert.equal(leftOutText(metric), null);
  assert.equal(leftOutText({ ...metric, leftOut: { base: 0, head: 0 } }), null);
  const text = leftOutText({ ...metric, leftOut: { base: 1, head: 2 } });
  assert.equal(text, "1 round of base and 2 rounds of head read too late");
});

test("an interval goes from the best to the worst that it may be", () => {
  assert.equal(
    intervalText(withRatio("lower", { low: 0.969, high: 1.04 })),
    "3.1% faster to 4% slower",
  );
  assert.equal(
    intervalText(withRatio("higher", { low: 0.96, high: 1.031 })),
    "3.1% faster to 4% slower",
  );
  assert.equal(intervalText(withRatio("lower", { low: 0.95 })), "5% faster to failing");
  assert.equal(intervalText(withRatio("higher", { high: 0.95 })), "5% slower to failing");
  assert.equal(intervalText(withRatio("lower", {})), null);
  assert.equal(intervalText(withRatio("lower", { low: 1, high: 1.02 })), "0% slower to 2% slower");
});

test("a start that fails has no number, and says so", () => {
  const none = { ...withRatio("lower", { estimate: null }), head: null };
  assert.equal(changeText(none), "fails in most starts");
  assert.match(table(COMPARISONS.broken()), /faster to failing/);
});

test("where noise wins there is a tilde and no direction; what is surely changed has a figure", () => {
  const { comparison } = COMPARISONS.regression();
  const rows = renderMarkdown(COMPARISONS.regression()).split("\n");
  for (const metric of comparison?.metrics ?? []) {
    if (metric.metric === "loadMs" || !metric.primary) continue;
    const row = rows.find((line) => line.includes(`**${metric.label} of agent-turn**`)) ?? "";
    assert.equal(row.includes("\\~"), isNoise(metric), row);
    assert.equal(row.includes("❌\u00a0"), metric.verdict === "regression", row);
  }
});

test("primary metrics come first, the rest is folded and called advisory, load time stands open", () => {
  const text = renderMarkdown(COMPARISONS.regression());
  const folded = text.indexOf("<summary>The other metrics (advisory");
  assert.ok(text.indexOf("**TTFT of agent-turn**") < folded);
  assert.ok(text.indexOf("| load time") < folded);
  assert.ok(
    text.indexOf("decode of chat |") > folded || text.indexOf("decode of chat<br>") > folded,
  );
  const after = text.slice(folded, text.indexOf("</details>", folded));
  assert.doesNotMatch(after, /[❌✅]/u, "advice never looks like a verdict");
});

test("what differs comes before the figures, and what was not meant to differ stands out", () => {
  for (const render of [renderMarkdown, table]) {
    const text = render(COMPARISONS.withheld());
    assert.ok(text.indexOf("quantization") < text.indexOf("TTFT of agent-turn"));
    assert.match(text, /not meant to/i);
    assert.match(text, /withheld/);
    assert.doesNotMatch(text, /, regression|❌ regression/);
  }
});

test("where head is broken its speed doesn't count, and both logs are shown", () => {
  for (const render of [renderMarkdown, table]) {
    const text = render(COMPARISONS.broken());
    assert.match(text, /doesn't count/);
    assert.doesNotMatch(text, /✅ improvement|, improvement/);
    assert.match(text, /memory allocation of 2627177536 bytes failed/);
    assert.match(text, /64 tokens in 2\.6 s/, "base's last lines");
  }
  const tails = logTails(COMPARISONS.broken());
  assert.match(tails?.head.title ?? "", /^head, start \d+: out-of-memory$/);
  assert.equal(
    tails?.base?.title,
    tails?.head.title.replace("head", "base").replace(": out-of-memory", ", ended as asked"),
  );
  assert.equal(logTails(COMPARISONS.regression()), null);
});

test("head that never got as far as a pair: no figures are made up, and nothing is promised", () => {
  const result = COMPARISONS.broken();
  const { comparison } = result;
  assert.ok(comparison);
  Object.assign(comparison.pairs, { made: 0, judged: 0, list: [] });
  for (const metric of comparison.metrics)
    Object.assign(metric, { pairs: [], ratio: null, base: null, head: null });
  for (const start of result.starts) if (start.end) start.end.logTail = [];
  for (const render of [renderMarkdown, table]) {
    const text = render(result);
    assert.doesNotMatch(
      text.slice(0, text.indexOf("Head by itself")),
      /failed \||failed {2,}|its log|doesn't count/,
    );
    assert.match(text, /0 pairs of at most 20; it ended there because the verdict stood/);
  }
});

test("a sentence that several combinations share is told once; one alone is named", () => {
  const result = COMPARISONS.broken();
  const { comparison } = result;
  const [one] = comparison?.success ?? [];
  const [cell] = result.cells.filter(({ variant }) => variant === "head");
  assert.ok(comparison && one && cell);
  const ids = ["true", "false"].map((value) => `head/agent-turn/supportsTools=${value}`);
  for (const id of ids) {
    result.cells.push({ ...cell, id, compat: { supportsTools: id.endsWith("true") } });
  }
  const [, other = ""] = ids;
  const works = { ...one, cell: other, state: "works" as const };
  comparison.success = ids.map((id) => ({ ...one, cell: id }));
  assert.equal(successLines(result).length, 1);
  assert.match(successLines(result)[0] ?? "", /^agent-turn: Head failed/);
  comparison.success = [{ ...one, cell: ids[0] ?? "" }, works];
  assert.match(successLines(result)[0] ?? "", /^agent-turn \(supportsTools=true\): Head failed/);
  assert.match(successLines(result)[1] ?? "", /in 1 other cell/);
});

test("an A/A run says in words what change the machine would see", () => {
  for (const render of [renderMarkdown, table]) {
    const text = render(COMPARISONS.self()).replace(/\s+/g, " ");
    assert.match(
      text,
      /decode of agent-turn: this machine would see a change of [\d.]+% with 8 pairs/,
    );
    assert.match(text, /to see 10% takes \d+ pairs/);
    assert.match(text, /against itself \(A\/A\)/);
  }
});

test("a simulated comparison says so at once, everywhere", () => {
  for (const render of [renderMarkdown, table]) {
    const text = render({ ...COMPARISONS.regression(), simulated: true });
    assert.match(text.slice(0, 500), /SIMULATED/);
  }
});

test("base's cells are in the comparison alone: the matrix is head's", () => {
  const result = COMPARISONS.noRegression();
  for (const cell of result.cells) {
    if (cell.variant === "base") cell.outcome = { ...cell.outcome, kind: "timeout" };
  }
  assert.doesNotMatch(renderMarkdown(result), /❌ timeout|\*\*timeout\*\*/);
  assert.doesNotMatch(table(result), /✗ {2}timeout/);
});

test("the strip has a row for each pair: its order, the change, failures, what was not judged", () => {
  const result = COMPARISONS.broken();
  const telling = tellingMetric(result);
  assert.ok(telling);
  const rows = strip(result, [telling]);
  assert.equal(rows.length, 1 + 12 + 3);
  assert.match(rows[0] ?? "", /^pair 1st {2}faster│slower$/);
  assert.match(rows[5] ?? "", /^ {2}5 {2}(base|head) ✗ head: out-of-memory$/);
  assert.match(rows[13] ?? "", /^ {1}13\* (base|head) ✗ head: out-of-memory$/);
  assert.match(rows[1] ?? "", /█+│.* \d+\.\d% faster$/);
  const early = withComparison(compared({ pairs: 10, planned: 20 }));
  const drawn = strip(early, early.comparison?.metrics.slice(0, 1) ?? []);
  assert.equal(drawn.indexOf("  after the last look, not judged:"), 9);
});

test("the strip's figures are those of the pairs, and say which is slower", () => {
  const result = COMPARISONS.regression();
  const decode = result.comparison?.metrics.find(({ label }) => label === "decode");
  assert.ok(decode);
  const rows = strip(result, [decode]).slice(1);
  for (const [index, { base, head }] of decode.pairs.entries()) {
    const slower = 100 * (1 - (head ?? 0) / (base ?? 1));
    const [, size, side] = /([\d.]+)% (slower|faster)$/.exec(rows[index] ?? "") ?? [];
    const shown = Number(size) * (side === "slower" ? 1 : -1);
    assert.ok(Math.abs(shown - slower) <= 0.051, `${rows[index]} for ${slower}`);
  }
});

test("a strip is narrow enough for a phone, a terminal's never wider than it is", () => {
  for (const [name, make] of all) {
    const result = make();
    for (const metric of result.comparison?.metrics ?? []) {
      for (const row of strip(result, [metric])) {
        assert.ok([...row].length <= STRIP_COLUMNS && STRIP_COLUMNS <= 36, `${name}: ${row}`);
      }
    }
    for (const columns of [40, 60, 80, 120]) {
      for (const line of table(result, columns).split("\n")) {
        assert.ok([...line].length <= columns, `${name}, ${columns}: ${line}`);
      }
    }
  }
});

test("many pairs, one wild pair, equal pairs and zeros are drawn, too", () => {
  const many = withComparison(compared({ pairs: 150, planned: 150 }));
  const [metric] = many.comparison?.metrics ?? [];
  assert.ok(metric);
  assert.match(strip(many, [metric])[1] ?? "", /the first 90 are in result\.json/);
  const pairs = metric.pairs.map((pair, i) => ({ ...pair, base: 100, head: i === 3 ? 900 : 101 }));
  const wild = strip(many, [{ ...metric, pairs }]).join("\n");
  assert.match(wild, /1\.0% slower/);
  const few = withComparison(compared({ pairs: 8 }));
  const same = metric.pairs.map((pair, i) => ({ ...pair, base: i, head: i === 1 ? 90 : 0 }));
  const drawn = strip(few, [{ ...metric, pairs: same }]);
  assert.match(drawn.join("\n"), /█████» +8900% slower/);
  assert.doesNotMatch(drawn.join("\n"), /NaN|Infinity/);
});

test("hostile text in a comparison stays text", () => {
  const result = COMPARISONS.broken();
  const { comparison } = result;
  assert.ok(comparison);
  for (const each of comparison.differs)
    Object.assign(each, { what: HOSTILE, base: HOSTILE, head: HOSTILE });
  for (const each of comparison.success) each.sentence = HOSTILE;
  for (const each of comparison.metrics) each.label = HOSTILE;
  for (const start of result.starts) if (start.end) start.end.logTail = HOSTILE.split("\n");
  for (const cell of result.cells) if (cell.outcome.evidence) cell.outcome.evidence = HOSTILE;
  comparison.because = HOSTILE;
  comparison.advice = [HOSTILE];
  for (const verdict of ["broken", "regression", "inconclusive"] as const) {
    const shown = { ...result, verdict };
    const markdown = renderMarkdown(shown);
    for (const text of [markdown, table(shown)]) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there.
      assert.doesNotMatch(text, /[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066]/);
    }
    assert.doesNotMatch(table(shown), /^\s*::error/m, "a log line that GitHub would obey");
    const outside = markdown
      .replace(/^(`{3,})[^\n]*\n[\s\S]*?\n\1$/gm, "")
      .replace(/`[^`\n]*`/g, "");
    assert.doesNotMatch(outside, /<(?!\/?(details|summary|br|wbr|sub)\b)/, "no tag but ours");
    assert.equal(outside.match(/<details>/g)?.length, outside.match(/<\/details>/g)?.length);
    assert.doesNotMatch(outside, /@[a-z]|(?<!\\)\]\(|https?:\/\/|www\.\w/i);
  }
});

test("every row of every table has as many cells as its head", () => {
  for (const [name, make] of all) {
    let width = 0;
    for (const line of renderMarkdown(make()).split("\n")) {
      const cells = line.startsWith("|") ? line.replace(/\\\|/g, "").split("|").length : 0;
      if (width !== 0 && cells !== 0) assert.equal(cells, width, `${name}: ${line}`);
      width = cells;
    }
  }
});

test("the foot counts pairs, with the rounds that their starts really had", () => {
  const result = COMPARISONS.noRegression();
  assert.match(renderMarkdown(result), /12 pairs of engine starts of 3 rounds/);
  for (const pair of result.comparison?.pairs.list.slice(3) ?? []) pair.rounds = 5;
  assert.match(renderMarkdown(result), /12 pairs of engine starts of 3 to 5 rounds/);
});

test("a short budget keeps the comparison and drops the rest", () => {
  const short = renderMarkdown(COMPARISONS.regression(), { budget: 3500 });
  assert.ok(short.length <= 3500);
  assert.match(
    short,
    /Base against head[\s\S]*decode of agent-turn[\s\S]*Left out for want of room/,
  );
});

test("where the two-sided interval reaches beyond the threshold, what is ruled out is said", () => {
  const result = COMPARISONS.noRegression();
  const { comparison } = result;
  assert.ok(comparison !== null);
  const metrics = comparison.metrics.map((each) =>
    each.metric === "decodeTokensPerSecond" && each.ratio !== null && each.p !== null
      ? {
          ...each,
          ratio: { ...each.ratio, estimate: 1.07, low: 0.926, high: 1.236 },
          p: { ...each.p, noRegression: 0.0123 },
        }
      : { ...each, ratio: each.ratio && { ...each.ratio, estimate: 1 } },
  );
  const told = comparisonSentence({ ...result, comparison: { ...comparison, metrics } }) ?? "";
  assert.doesNotMatch(told, /7\.4% slower/);
  const only = metrics.filter(({ metric }) => metric === "decodeTokensPerSecond");
  assert.match(
    comparisonSentence({ ...result, comparison: { ...comparison, metrics: only } }) ?? "",
    /7% faster \(5% slower is ruled out, p = 0\.012\)/,
  );
});

test("in the comment what changed stands open; the combinations are a line where none newly fails", () => {
  const told = (result: Result) => renderMarkdown(result, { place: "comment" });
  const slower = told(COMPARISONS.regression());
  const [above = ""] = slower.split("#### Base against head");
  assert.match(above, /\*\*Head by itself\.\*\* .*\n\n<details><summary>All combinations of head/);
  assert.doesNotMatch(above.replace(/<details>[\s\S]*?<\/details>/g, ""), /^\|/m);
  const broken = told(COMPARISONS.broken());
  assert.doesNotMatch(broken, /All combinations of head/);
  const whole = renderMarkdown(COMPARISONS.regression());
  assert.doesNotMatch(whole, /All combinations of head/);
});
