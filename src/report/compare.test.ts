import assert from "node:assert/strict";
import { test } from "node:test";
import { compareResults } from "../analyze/compare-results.ts";
import { runOf } from "../testing/history.ts";
import { compareMarkdown, compareText } from "./compare.ts";

const base = runOf(1000);
const names = { base: "a|b", head: "out/head" };

test("what differs comes first, then the figures, then why it is no verdict", () => {
  const head = runOf(1100, { plan: { ...base.plan, maxTokens: 16 } });
  const text = compareMarkdown(compareResults(base, head), names);
  const order = ["No verdict", "| what differs", "not meant to differ", "| metric"];
  const places = order.map((part) => text.indexOf(part));
  assert.ok(places.every((place) => place > 0));
  assert.deepEqual(
    [...places].sort((a, b) => a - b),
    places,
  );
  assert.match(text, /Base `a¦b`/);
});

test("a change has its direction, and `~` where the starts overlap", () => {
  const text = compareMarkdown(compareResults(base, runOf(1100, {}, 400)), names);
  assert.match(text, /turn \| 1 s \| 1\.1 s \| ×1\.100 \| 10\.0% worse \|/);
  assert.match(text, /TTFT \| 500 ms \| 400 ms \| ×0\.800 \| 20\.0% better \|/);
  assert.match(text, /decode \| 20 tok\/s \| 20 tok\/s \| ×1\.000 \| \\~ \|/);
  assert.match(text, /Nothing differs between the two but the figures\./);
});

test("no line is wider than the terminal", () => {
  const head = runOf(1100, { environment: { ...base.environment, fingerprint: "g" } });
  for (const columns of [40, 80]) {
    const lines = compareText(compareResults(base, head), names, columns).split("\n");
    assert.deepEqual(
      lines.filter((line) => [...line].length > columns),
      [],
    );
    assert.ok(lines.some((line) => line.startsWith("NOT MEANT TO DIFFER: machine")));
  }
});
