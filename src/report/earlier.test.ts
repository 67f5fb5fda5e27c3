import assert from "node:assert/strict";
import { test } from "node:test";
import { merge } from "../analyze/merged/merged.ts";
import { unionContext } from "../union-context.ts";
import {
  carriedVerdicts,
  type EarlierVerdict,
  earlierThan,
  earlierVerdicts,
  hiddenVerdicts,
  MOST_EARLIER,
  verdictOf,
} from "./earlier.ts";
import { COMPARISONS } from "./fixtures/comparisons.ts";
import { failing, HOSTILE, passing } from "./fixtures/results.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderMergedMarkdown } from "./merged-markdown.ts";
import { alone, type Reported } from "./reported.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";

function told(over: Partial<EarlierVerdict> = {}): EarlierVerdict {
  const change = "decode of agent-turn 13% slower (10.3% to 15.4%)";
  return { commit: COMMIT, at: "2026-05-04T10:00:00.000Z", state: "regression", change, ...over };
}

const comment = (result = passing(), previous: string | null = null, commit = COMMIT) =>
  renderMarkdown(result, {
    place: "comment",
    marker: "<!-- inferrs-bench:default -->",
    earlier: { previous, commit },
  });

test("each update carries the verdicts of before, newest first, in one folded line each", () => {
  const first = comment(COMPARISONS.regression(), null, "a".repeat(40));
  assert.doesNotMatch(first, /Earlier verdicts/);
  const later = { ...COMPARISONS.noRegression(), startedAt: "2026-05-04T11:30:00Z" };
  const second = comment(later, first, "b".repeat(40));
  const third = comment({ ...passing(), startedAt: "2026-05-04T12:00:00Z" }, second);
  const [, part = ""] = third.split("<summary>Earlier verdicts of this pull request (2)</summary>");
  const lines = part.split("</details>")[0]?.trim().split("\n") ?? [];
  assert.equal(lines.length, 2);
  assert.match(lines[0] ?? "", /^- ✅ 2026-05-04 11:30 bbbbbbb \*\*No regression\*\*: within all/);
  assert.match(
    lines[1] ?? "",
    /^- ❌ 2026-05-04 10:00 aaaaaaa \*\*Regression\*\*: decode of agent-turn 13% slower/,
  );
});

test("a run that was started again stands where it was: by when, not by which was told last", () => {
  const first = comment({ ...passing(), startedAt: "2026-05-04T12:00:00Z" }, null, "c".repeat(40));
  const older = comment({ ...passing(), startedAt: "2026-05-04T10:00:00Z" }, first, "a".repeat(40));
  const last = comment({ ...passing(), startedAt: "2026-05-04T13:00:00Z" }, older, "d".repeat(40));
  const shown = [...last.matchAll(/^- \S+ 2026-05-04 (\d\d):/gm)].map(([, hour]) => hour);
  assert.deepEqual(shown, ["12", "10"]);
});

test("the first 200 characters of the raw text below the marker: verdict and number", () => {
  const [, regressed = ""] = comment(COMPARISONS.regression()).split(" -->\n");
  const begin = regressed.slice(0, 200);
  assert.match(begin, /^### ❌ Regression: decode of agent-turn 13% slower/);
  assert.doesNotMatch(begin, /<!--/);
  const [, works = ""] = comment(passing()).split(" -->\n");
  assert.match(works.slice(0, 200), /^### ✅ Agent turns work[\s\S]*\d ms/);
  const earlier = { previous: null, commit: COMMIT };
  const runs = ["cpu", "metal"].map((name) => ({
    ...alone(COMPARISONS.regression()).runs[0],
    name,
  })) as Reported["runs"];
  const reported = { runs, missing: [] };
  const marker = "<!-- inferrs-bench:default -->";
  const merged = merge(reported, unionContext());
  const several = renderMergedMarkdown(reported, { merged, place: "comment", marker, earlier });
  const [, all = ""] = several.split(" -->\n");
  assert.match(all.slice(0, 200), /^### ❌ Regression on cpu.*13% slower/);
  for (const text of [regressed, works, all]) {
    assert.match(text.trimEnd().split("\n").at(-1) ?? "", /^<!-- inferrs-bench-verdicts:v1 /);
  }
});

test("a comment of before, whose second line carries them, is still read", () => {
  const hidden = hiddenVerdicts([told()]);
  assert.deepEqual(carriedVerdicts(`<!-- m -->\n${hidden}\n### ✅ text\n\n<sub>foot</sub>\n`), [
    told(),
  ]);
  assert.deepEqual(carriedVerdicts(`<!-- m -->\n### ✅ text\n\n${hidden}\n`), [told()]);
  assert.deepEqual(carriedVerdicts(`<!-- m -->\n### ✅ text\n\n${hidden}`), [told()]);
});

test("a write that is tried again doesn't take itself for an earlier one", () => {
  const first = comment();
  const again = comment(passing(), first);
  assert.equal(again, first);
  const rerun = comment({ ...passing(), startedAt: "2027-01-01T00:00:00Z" }, first);
  assert.match(
    rerun,
    /Earlier verdicts of this pull request \(1\)/,
    "the same commit, measured anew",
  );
});

test("they are capped, in the comment and in what it carries", () => {
  let body: string | null = null;
  for (let i = 0; i < MOST_EARLIER + 15; i++) {
    const startedAt = new Date(Date.UTC(2026, 0, 1, 0, i)).toISOString();
    body = comment({ ...COMPARISONS.regression(), startedAt }, body);
  }
  assert.equal(carriedVerdicts(body).length, MOST_EARLIER + 1);
  assert.match(
    body ?? "",
    new RegExp(`Earlier verdicts of this pull request \\(${MOST_EARLIER}\\)`),
  );
  const longest = Array.from({ length: 99 }, () => told({ change: "𒈙".repeat(160) }));
  const hidden = hiddenVerdicts(longest);
  assert.equal(carriedVerdicts(`x\n${hidden}`).length, MOST_EARLIER + 1);
});

test("what isn't as this tool writes it is left out", () => {
  const hidden = (value: unknown) =>
    `m\n<!-- inferrs-bench-verdicts:v1 ${Buffer.from(JSON.stringify(value)).toString("base64url")} -->`;
  const good = told();
  assert.deepEqual(carriedVerdicts(hidden([good])), [good]);
  const bad: unknown[] = [
    { ...good, commit: "master" },
    { ...good, commit: `${COMMIT}\n@all` },
    { ...good, at: "yesterday" },
    { ...good, state: "perfect" },
    { ...good, change: 7 },
    { ...good, change: "x".repeat(10_000) },
    { ...good, extra: true },
    { ...good, __proto__: null, at: undefined },
    null,
    [good],
    "text",
  ];
  assert.deepEqual(carriedVerdicts(hidden([...bad, good])), [good]);
  for (const other of [null, {}, "x", 7, { 0: good, length: 1 }]) {
    assert.deepEqual(carriedVerdicts(hidden(other)), []);
  }
  const line = hiddenVerdicts([good]);
  for (const body of [
    `m\n\n${line}\n\nrest`,
    `m\nx ${line}`,
    `m\n${line} x`,
    `m\n${line.replace(":v1", ":v2")}`,
    "m\n<!-- inferrs-bench-verdicts:v1 %%% -->",
    "m\n<!-- inferrs-bench-verdicts:v1 AAAA -->",
    `m\n<!-- inferrs-bench-verdicts:v1 ${"A".repeat(1_000_000)} -->`,
    "",
  ]) {
    assert.deepEqual(carriedVerdicts(body), [], body.slice(0, 80));
  }
  assert.deepEqual(carriedVerdicts(`m\r\n${line}\r\nrest`), [good], "as a browser sends it back");
});

test("hostile text in them stays text", () => {
  const change = HOSTILE.slice(0, 600);
  const shown = earlierVerdicts([told({ change })]);
  assert.equal(shown.split("\n").length, 5, "no line of its own");
  assert.doesNotMatch(shown, /<(?!\/?(details|summary)\b)|@[a-z]|https?:\/\/|(?<!\\)\]\(/i);
  const result = COMPARISONS.regression();
  for (const metric of result.comparison?.metrics ?? []) metric.label = HOSTILE;
  const body = comment(result);
  const last = body.trimEnd().split("\n").at(-1) ?? "";
  assert.doesNotMatch(last, /--(?!>$|\s)(?=[\s\S]*-->$)[^ ]*>/);
  assert.equal(last.match(/-->/g)?.length, 1);
  assert.ok(earlierThan(told(), body).length === 1);
});

test("a run without a comparison is told by what passes and how long a turn takes", () => {
  assert.deepEqual(verdictOf(passing(), "no commit"), {
    commit: null,
    at: "2026-01-01T00:00:00.000Z",
    state: "works",
    change: "8 of 8 cells pass, agent-turn 2 ms",
  });
  assert.equal(verdictOf(failing(), COMMIT).state, "partly-works");
});
