import assert from "node:assert/strict";
import { test } from "node:test";
import { merge } from "../analyze/merged/merged.ts";
import type { Result } from "../result.ts";
import { inconclusive, noRegression, regression } from "./fixtures/comparisons.ts";
import { failing, HOSTILE, hostile, passing } from "./fixtures/results.ts";
import { renderMarkdown } from "./markdown.ts";
import { type MergedMarkdownOptions, renderMergedMarkdown } from "./merged-markdown.ts";
import { nameOfGroup } from "./merged-words.ts";
import { alone, type MissingRun, type ReportedRun } from "./reported.ts";

const context = { guideCompat: { requiresStringContent: true }, renderConfig: () => null };
const on = (machine: string, result: Result): ReportedRun => ({
  name: machine,
  result: {
    ...result,
    environment: { ...result.environment, os: { ...result.environment.os, image: machine } },
  },
  history: null,
});
const GONE: MissingRun = { name: "cuda", why: "It was expected, and left no result." };

function render(
  runs: ReportedRun[],
  missing: MissingRun[] = [],
  options: Partial<MergedMarkdownOptions> = {},
): string {
  const reported = { runs, missing };
  return renderMergedMarkdown(reported, { merged: merge(reported, context), ...options });
}

test("one run, and nobody missing, is that run's own report", () => {
  const reported = alone(failing());
  const options = { marker: "<!-- m -->", budget: 20_000 };
  const text = renderMergedMarkdown(reported, { merged: merge(reported, context), ...options });
  assert.equal(text, renderMarkdown(failing(), { ...options, history: null }));
});

test("the first 200 characters: verdict, where, the number, and who is missing", () => {
  const text = render([on("cpu", noRegression()), on("metal", regression())], [GONE]);
  const first = text.slice(0, 200);
  assert.match(first, /^### ❌ Regression on metal: \w+ of agent\\?-turn [\d.]+% slower/);
  assert.match(first, /1 of 2 comparisons says so\./);
  assert.match(text.split("\n")[0] ?? "", /1 of 3 jobs did not report \(cuda\)\.$/);
  assert.match(text, /Take that back or mend it.*Look at the log of cuda/);
});

test("fine all of it but who is missing: inconclusive, in words", () => {
  const text = render([on("cpu", noRegression())], [GONE]);
  assert.match(
    text,
    /^### ⚠️ Inconclusive: nothing is wrong in what reported, but not all did\. 1 of 2 jobs did not report \(cuda\)\./,
  );
});

test("measurements: what works where, and how fast, before the table", () => {
  const text = render([on("cpu", failing()), on("metal", passing())]);
  const [head = "", numbers = ""] = text.split("\n\n");
  assert.ok(head.length < 200, head);
  assert.match(head, /on cpu; agent turns work on metal\./);
  assert.match(numbers, /^An agent turn takes .* on \w+, .* on \w+\.$/);
  assert.match(
    text,
    /\| run \| verdict \| agent turn \| TTFT \| tok\/s \| memory \| recommended \|/,
  );
});

test("where all say the same it is said once", () => {
  const text = render([on("cpu", passing()), on("metal", passing())]);
  assert.match(text, /^### ✅ On all 2: Agent turns work, with tools/);
  const open = text.slice(0, text.indexOf("<details><summary><b>"));
  assert.equal(open.split("#### Recommended settings").length, 2);
});

test("who did not report is listed with the reason", () => {
  const text = render([on("cpu", passing())], [GONE, { name: "x", why: "result.json is larger." }]);
  assert.match(
    text,
    /#### Did not report\n\n- \*\*cuda\*\*: It was expected.*\n- \*\*x\*\*: result/,
  );
  assert.match(render([], [GONE]), /^### ⚠️ No result\. 1 of 1 job did not report \(cuda\)\./);
});

test("parts of one matrix: one matrix and one recommendation, then each part folded", () => {
  const whole = failing();
  const parts = ["supportsTools=true", "supportsTools=false"].map((wanted, index) => ({
    name: `${index + 1}-of-2`,
    result: { ...whole, cells: whole.cells.filter(({ id }) => id.includes(wanted)) },
    history: null,
  }));
  const text = render(parts);
  const open = text.slice(0, text.indexOf("<details><summary><b>1-of-2"));
  assert.doesNotMatch(open, /\| run \|/);
  assert.equal(open.split("**recommended**").length, 2);
  const shown = open.replaceAll("<wbr>", "");
  for (const value of ["true", "false"]) {
    assert.match(shown, new RegExp(`requiresStringContent=${value}\\W.*supportsTools=${value}\\W`));
  }
});

test("names of groups", () => {
  const named = (...names: string[]) =>
    nameOfGroup({ runs: names.map((name) => ({ name, result: passing(), history: null })) });
  assert.equal(named("metal"), "metal");
  assert.equal(named("1-of-3", "2-of-3"), "all 2 parts");
  assert.equal(named("metal-1-of-3", "metal-2-of-3", "metal-3-of-3"), "metal (3 parts)");
  assert.equal(named("a", "b"), "a and b");
  assert.equal(named("a", "b", "c", "d"), "a and 3 more");
});

test("whatever the budget, it is kept, and what was left out is said", () => {
  const results = [passing(), failing(), regression(), noRegression(), inconclusive()];
  const runs = Array.from({ length: 30 }, (_, index) =>
    on(`runner-${index}`, results[index % results.length] ?? passing()),
  );
  const full = render(runs, [GONE], { budget: 10_000_000 });
  assert.ok(!full.includes("Left out"));
  for (const budget of [65_000, 30_000, 12_000]) {
    const text = render(runs, [GONE], { budget });
    assert.ok(text.length <= budget, `${text.length} of ${budget}`);
    assert.match(text, /Left out for want of room/);
    assert.equal(text.split("<details>").length, text.split("</details>").length);
  }
});

test("no text from outside is mark-up, a mention or a link", () => {
  const text = render(
    [
      { name: HOSTILE, result: hostile(), history: null },
      { name: `2 ${HOSTILE}`, result: passing(), history: null },
    ],
    [{ name: HOSTILE, why: HOSTILE }],
  );
  // What stands in code is shown as it is.
  const prose = text.replace(/^(`{3,})[\s\S]*?^\1$/gm, "").replace(/`[^`\n]*`/g, "");
  for (const bad of [/<script|<img/, /\p{Cc}(?<!\n)|\u202e/u, /@maintainer|:\/\/evil|www\.evil/]) {
    assert.doesNotMatch(prose, bad);
  }
  assert.ok(!prose.includes("</details> <!-- inferrs-bench:default -->"));
});
