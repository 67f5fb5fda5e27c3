import assert from "node:assert/strict";
import { test } from "node:test";
import { merge } from "../analyze/merged/merged.ts";
import { nameOfGroup } from "../analyze/merged/name-of-group.ts";
import { isAgent } from "../analyze/recommend.ts";
import type { Result } from "../result.ts";
import { inconclusive, noRegression, regression } from "./fixtures/comparisons.ts";
import { failing, HOSTILE, hostile, passing } from "./fixtures/results.ts";
import { headlineOf } from "./html/headline.ts";
import { renderMarkdown } from "./markdown.ts";
import { type MergedMarkdownOptions, renderMergedMarkdown } from "./merged-markdown.ts";
import { renderMergedText } from "./merged-words.ts";
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
  assert.match(text.split("\n")[0] ?? "", /1 of 3 runs did not report \(cuda\)\.$/);
  assert.match(text, /Take that back or mend it.*Find out why cuda gave no result/);
});

test("fine all of it but who is missing: inconclusive, in words", () => {
  const text = render([on("cpu", noRegression())], [GONE]);
  assert.match(
    text,
    /^### ⚠️ Inconclusive: nothing is wrong in what reported, but not all did\. 1 of 2 runs did not report \(cuda\)\./,
  );
});

test("measurements: what works where, and how fast, before the table", () => {
  const text = render([on("cpu", failing()), on("metal", passing())]);
  const [head = "", numbers = ""] = text.split("\n\n");
  assert.ok(head.length < 200, head);
  assert.match(head, /on cpu; agent turns work on metal\./);
  assert.match(numbers, /^An agent turn takes .* on metal; without tools .* on cpu\.$/);
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

test("a run that reported a bad end: in the first 200 characters with its reason, and in what to do", () => {
  const failed: Result = {
    ...passing(),
    status: "failed",
    exitReason: "setup-failed",
    exitDetail: "inferrs 0.0.1 is refused: its digest is another.",
  };
  const text = render([on("cpu", noRegression()), on("cuda", failed)]);
  assert.match(
    text.slice(0, 200),
    /^### ⚠️ Inconclusive: on cuda its set\\?-up failed \(inferrs 0\.0\.1 is refused/,
  );
  const open = text.slice(0, text.indexOf("<details><summary><b>"));
  assert.doesNotMatch(open, /nothing is wrong|Nothing to do\./);
  assert.match(text.split("\n\n")[1] ?? "", /^Mend cuda \(its set\\?-up failed: .*run it again/);
  const measured = render([on("cpu", passing()), on("cuda", failed)]);
  assert.match(measured, /^### ⚠️ The set\\?-up failed on cuda; agent turns work on cpu\./);
  assert.match(measured.split("\n\n")[1] ?? "", /Mend cuda/);
  // Beside one who is missing, neither hides the other.
  const both = render([on("cpu", noRegression()), on("cuda", failed)], [{ ...GONE, name: "rocm" }]);
  assert.match(both.split("\n")[0] ?? "", /on cuda .*1 of 3 runs did not report \(rocm\)/);
  const worse = render([on("cpu", regression()), on("cuda", failed)]);
  assert.match(worse.split("\n")[0] ?? "", /❌ Regression on cpu: .* On cuda its set\\?-up failed/);
});

test("turns with tools and turns without are never in one row of figures without a word", () => {
  const toolless = structuredClone(passing());
  for (const cell of toolless.cells) if (isAgent(cell)) cell.compat.supportsTools = false;
  assert.ok(toolless.recommendation);
  toolless.recommendation.compat.supportsTools = false;
  toolless.recommendation.toolsKept = false;
  for (const cell of toolless.cells) cell.compat = toolless.recommendation.compat;
  for (const runs of [
    [on("tiny", toolless), on("metal", passing())],
    [on("metal", passing()), on("tiny", toolless)],
  ]) {
    const text = render(runs);
    assert.match(text, /\n\nAn agent turn takes [^.;]* on metal; without tools \S+ \S+ on tiny\./);
    assert.match(text, /\*\*tiny\*\*.*\(without tools\)/);
    assert.doesNotMatch(text, /\*\*metal\*\*.*\(without tools\)/);
  }
});

test("whose a caveat is, where it isn't everyone's, in Markdown and in a terminal", () => {
  const simulated = { ...passing(), simulated: true };
  const real = { ...passing(), simulated: false };
  const text = render([on("here", simulated), on("there", real)]);
  assert.match(text, /> ⚠️ \*\*SIMULATED: .*\(here\)\*\*/);
  assert.doesNotMatch(render([on("here", simulated), on("there", simulated)]), /SIMULATED.*\(here/);
  const reported = { runs: [on("here", simulated), on("there", real)], missing: [] };
  const shown = renderMergedText(reported, merge(reported, context), []);
  assert.match(shown, /^SIMULATED: .*\(here\)\n/);
});

test("sign and words agree: what works, what works in part, what doesn't", () => {
  const plain = (result: Result, outcome: "pass" | "some"): Result => {
    const cells = result.cells.map((cell) => ({ ...cell, compat: {} }));
    const failed = failing().cells.find((cell) => cell.outcome.kind !== "pass");
    const [first, ...rest] = cells;
    assert.ok(first && failed);
    return {
      ...result,
      recommendation: null,
      cells: outcome === "pass" ? cells : [{ ...first, outcome: failed.outcome }, ...rest],
    };
  };
  const works = plain(passing(), "pass");
  const some = plain(passing(), "some");
  for (const [result, sign, words] of [
    [works, "✅", "it works"],
    [some, "⚠️", "works in part"],
  ] as const) {
    const text = render([on("a", result), on("b", passing())]);
    assert.match(text, new RegExp(`\\*\\*a\\*\\* \\| ${sign} ${words} `));
    assert.match(renderMarkdown(result), new RegExp(`^### ${sign} `));
    assert.equal(headlineOf(result).tone, sign === "✅" ? "ok" : "warn");
  }
  assert.match(render([on("a", some), on("b", some)]), /^### ⚠️ On all 2: Some of it works\./);
});

test("who did not report is listed with the reason", () => {
  const text = render([on("cpu", passing())], [GONE, { name: "x", why: "result.json is larger." }]);
  assert.match(
    text,
    /#### Did not report\n\n- \*\*cuda\*\*: It was expected.*\n- \*\*x\*\*: result/,
  );
  assert.match(render([], [GONE]), /^### ⚠️ No result\. 1 of 1 run did not report \(cuda\)\./);
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
