import assert from "node:assert/strict";
import { test } from "node:test";
import { COMPARISONS } from "../report/fixtures/comparisons.ts";
import { failingCell, sampleCell, sampleResult } from "../testing/github/result.ts";
import { annotations, untold } from "./annotations.ts";

test("a good run: one notice with the recommended flags and the reason", () => {
  assert.deepEqual(annotations(sampleResult()), [
    {
      level: "notice",
      title: "inferrs-bench: recommended compat flags",
      message: "requiresStringContent: true. It keeps the tools.",
    },
  ]);
});

test("when nothing works, each different failure is an error with evidence and remedy", () => {
  const cells = [
    failingCell("chat", "http-error", "\u001b[31mno\u001b[0m\n::error::injected"),
    failingCell("chat", "http-error", "the same again"),
    failingCell("agent-turn", "timeout", "silence"),
  ];
  const list = annotations(sampleResult({ cells, recommendation: null, exitReason: "all-failed" }));
  assert.deepEqual(list, [
    {
      level: "error",
      title: "chat: http-error",
      message: "It fails. It said: no ::error::injected Remedy: Mend it.",
    },
    {
      level: "error",
      title: "agent-turn: timeout",
      message: "It fails. It said: silence Remedy: Mend it.",
    },
  ]);
});

test("warnings of the result are warnings; failing cells beside passing ones a notice", () => {
  const list = annotations(
    sampleResult({
      cells: [sampleCell(), failingCell("chat", "timeout", "x")],
      warnings: [{ code: "noisy-runner", text: "It varies." }],
    }),
  );
  assert.deepEqual(
    list.map(({ level, title }) => `${level} ${title}`),
    [
      "warning inferrs-bench: noisy-runner",
      "notice inferrs-bench: recommended compat flags",
      "notice inferrs-bench: 1 of 2 cells fail",
    ],
  );
});

test("GitHub shows ten of a level: the tenth says how many are missing", () => {
  const warnings = Array.from({ length: 14 }, (_, n) => ({ code: `w${n}`, text: "t" }));
  const list = annotations(sampleResult({ warnings, recommendation: null }));
  assert.equal(list.length, 10);
  assert.equal(list[9]?.title, "inferrs-bench: 5 more");
});

test("a comparison: an error for broken and slower, a notice for fine, nothing yet for untold", () => {
  const level = (name: keyof typeof COMPARISONS) =>
    annotations(COMPARISONS[name]()).find(({ title }) =>
      /broken|regress|improve|conclu/.test(title),
    )?.level;
  assert.equal(level("regression"), "error");
  assert.equal(level("broken"), "error");
  assert.equal(level("noRegression"), "notice");
  assert.equal(level("improvement"), "notice");
  for (const name of ["inconclusive", "withheld", "attached"] as const) {
    assert.equal(level(name), undefined);
  }
  const [first] = annotations(COMPARISONS.regression());
  assert.match(
    first?.message ?? "",
    /^Regression: decode of agent-turn .*slower.*Changed: inferrs .*Take that back or mend it/,
  );
});

test("of base's cells no annotation speaks", () => {
  const result = COMPARISONS.noRegression();
  for (const cell of result.cells) {
    if (cell.variant === "base") cell.outcome = { ...cell.outcome, kind: "timeout" };
  }
  assert.ok(!annotations(result).some(({ title }) => title.includes("cells fail")));
});

test("what couldn't be told is a warning, which says why there is no neutral check", () => {
  const { level, title, message } = untold(COMPARISONS.inconclusive(), "no permission.");
  assert.equal(`${level} ${title}`, "warning inferrs-bench: inconclusive");
  assert.match(message, /^Inconclusive: .*\(No neutral check: no permission\.\)$/);
  assert.doesNotMatch(untold(COMPARISONS.withheld(), null).message, /neutral/);
  const simulated = { ...COMPARISONS.inconclusive(), simulated: true };
  assert.match(untold(simulated, null).message, /^SIMULATED\. Inconclusive/);
});
