import assert from "node:assert/strict";
import { test } from "node:test";
import { failingCell, sampleCell, sampleResult } from "../testing/github/result.ts";
import { annotations } from "./annotations.ts";

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
