import assert from "node:assert/strict";
import { test } from "node:test";
import type { Result } from "../result.ts";
import { fitted, type Part, sizeOf, type Unit } from "./budget.ts";
import { COMPARISONS } from "./fixtures/comparisons.ts";
import { failing } from "./fixtures/results.ts";
import { COMMENT_BUDGET, renderMarkdown } from "./markdown.ts";

const whole = (parts: Part[], size: number, unit: Unit = "characters") =>
  fitted("head", parts, "foot", { limit: { size, unit }, where: "report.html" });

const part = (name: string, importance: number, text = name.repeat(40)): Part => ({
  name,
  importance,
  text,
});

test("what is least important goes first, wherever it stands, and what stays keeps its place", () => {
  const text = whole([part("a", 1), part("b", 3), part("c", 2), part("d", 4)], 165);
  assert.ok(text.indexOf("b".repeat(40)) < text.indexOf("d".repeat(40)));
  assert.match(text, /_Left out for want of room: a and c\. All of it is in report\.html\._/);
});

test("a long list is shortened before it goes, to as many rows as there is room for", () => {
  const rows = (n: number) => Array.from({ length: n }, (_, i) => `row ${i}`).join("\n");
  const list: Part = {
    ...part("list", 1, rows(100)),
    shorten: { rows: 100, text: (n) => `${rows(n)}\n${100 - n} left out` },
  };
  const text = whole([part("b", 2), list], 600);
  assert.ok(text.length <= 600 && text.length > 560, `${text.length}`);
  assert.match(text, /_Shortened: list\. All/);
  assert.match(text, /\d\d left out/);
  assert.match(whole([part("b", 2), list], 130), /Left out for want of room: list/);
});

test("nothing is left out without need, and nothing is ever above the limit", () => {
  const parts = [part("a", 1), part("b", 2)];
  assert.equal(whole(parts, 1000), `head\n\n${"a".repeat(40)}\n\n${"b".repeat(40)}\n\nfoot\n`);
  for (const size of [0, 3, 10, 60, 100]) assert.ok(whole(parts, size).length <= size);
});

test("characters are counted as no counter counts more: emoji are two; a summary counts bytes", () => {
  assert.equal(sizeOf("😀", "characters"), 2);
  assert.equal(sizeOf("漢", "characters"), 1);
  assert.equal(sizeOf("😀漢", "bytes"), 7);
  for (const text of ["😀", "漢", "é", "a"]) {
    const parts = [part("x", 1, text.repeat(100)), part("y", 2, text.repeat(100))];
    for (const unit of ["characters", "bytes"] as const) {
      const shown = whole(parts, 320, unit);
      assert.ok(sizeOf(shown, unit) <= 320, `${text} ${unit}`);
      assert.ok([...shown].length <= 320 && Buffer.byteLength(shown) <= 4 * 320);
    }
  }
});

/** So many cells, each of which has its own failure or figures, with texts of so many characters. */
function large(cells: number, text: string): Result {
  const result = failing();
  result.cells = Array.from({ length: cells }, (_, i) => {
    const cell = result.cells[i % result.cells.length];
    assert.ok(cell);
    const compat = { requiresStringContent: i % 2 === 0, [`flag${i}`]: true };
    const evidence =
      cell.outcome.evidence === null
        ? null
        : `${String.fromCharCode(97 + (i % 26))}${i % 7 === 0 ? "x".repeat(i) : ""} ${text}`;
    const id = `head/${cell.scenario}/requiresStringContent=${i % 2 === 0},flag${i}=true`;
    return { ...cell, id, compat, outcome: { ...cell.outcome, evidence } };
  });
  result.warnings = Array.from({ length: 50 }, (_, i) => ({ code: `w${i}`, text }));
  return result;
}

test("a comment of 200 cells, of evidence of 50 kB, in letters, emoji and ideograms, fits", () => {
  for (const text of [
    "evidence ".repeat(5600),
    "😀".repeat(25_000),
    "漢字".repeat(25_000),
    "@<|`".repeat(12_500),
  ]) {
    const result = large(200, text);
    const comment = renderMarkdown(result, {
      place: "comment",
      marker: "<!-- inferrs-bench:default -->",
      earlier: { previous: null, commit: null },
    });
    assert.ok(comment.length <= COMMENT_BUDGET, `${comment.length}`);
    assert.match(comment, /#### Recommended settings/);
    assert.match(comment, /#### What fails/);
    assert.match(comment, /(Left out for want of room|Shortened): .*all metrics.*report\.html/);
    const open = comment.match(/<details>/g)?.length;
    assert.equal(comment.match(/<\/details>/g)?.length, open);
    const summary = renderMarkdown(result, { place: "summary", budget: 900_000, unit: "bytes" });
    assert.ok(Buffer.byteLength(summary) <= 900_000);
  }
});

test("in a comment that is far too short the verdict and the comparison's table are kept", () => {
  const text = renderMarkdown(COMPARISONS.regression(), { budget: 2500 });
  assert.match(text, /### ❌ Regression: decode of agent-turn/);
  assert.match(text, /\*\*decode of agent-turn\*\*/);
  assert.match(text, /Left out for want of room/);
});
