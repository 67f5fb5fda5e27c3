import assert from "node:assert/strict";
import { test } from "node:test";
import { toResult } from "../analyze/result.ts";
import { summarize } from "../analyze/statistics.ts";
import type { Load } from "../plan/load.ts";
import { type MetricName, type Result, type ResultCell, resultSchema } from "../result.ts";
import { fakePlan, fakeRun, fakeScenario } from "../testing/fake-run.ts";
import { passing } from "./fixtures/results.ts";
import { loads, underLoad } from "./load.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderTable } from "./terminal.ts";

const ALONE: Load = { kind: "closed", concurrency: 1 };
const FOUR: Load = { kind: "closed", concurrency: 4 };
const RATE: Load = { kind: "open", requestsPerSecond: 2 };

/** A run of one combination under these loads, in this order, with figures of our own. */
function resultOf(asked: Load[], scenarios = ["chat"]): Result {
  const plan = fakePlan({
    loads: asked,
    scenarios: scenarios.map((name) => fakeScenario(name)),
    combinations: [{ requiresStringContent: true }],
  });
  const context = { renderConfig: () => "{}", guideCompat: {} };
  const result = resultSchema.parse(toResult(fakeRun(plan).state, context));
  for (const cell of result.cells) cell.metrics = figuresOf(cell.load);
  return result;
}

function figuresOf(load: Load): ResultCell["metrics"] {
  const many = load.kind === "open" || load.concurrency > 1;
  const figures: (readonly [MetricName, number])[] = [
    ["ttftMs", many ? 840 : 210],
    ["turnMs", 1000],
    ["decodeTokensPerSecond", many ? 21 : 24],
    ...(many
      ? ([
          ["throughputTokensPerSecond", 81],
          ["requestsPerSecond", 1.62],
        ] as const)
      : []),
    // Streams overlapped in the open loop: no queue can be told.
    ...(many && load.kind === "closed" ? ([["queueMs", 620]] as const) : []),
  ];
  return Object.fromEntries(
    figures.map(([name, value]) => [name, summarize([{ start: 0, round: 0, value }]) ?? undefined]),
  );
}

const table = (result: Result, columns = 100) => renderTable(result, { columns, color: false });
const loadLines = (text: string) =>
  text.split("\n").filter((line) => / at once|\d\/s/.test(line) && !line.includes("“"));

test("each load has a row, the lightest first, with what isn't known left open", () => {
  const text = loads(resultOf([RATE, FOUR, ALONE]));
  assert.match(text, /^#### Under load\n\n\*\*chat\*\* /);
  assert.deepEqual(loadLines(text), [
    "| 1 at once | – | – | 210 ms | – | 24 |",
    "| 4 at once | 81 | 1.62 | 840 ms | 620 ms | 21 |",
    "| 2/s | 81 | 1.62 | 840 ms | – | 21 |",
  ]);
  assert.match(text, /load \| all tok\/s \| requests\/s \| TTFT \| queue \| tok\/s each/);
});

test("it stands in the report and in the terminal", () => {
  const result = resultOf([ALONE, FOUR, RATE]);
  assert.ok(renderMarkdown(result).includes(loads(result)));
  assert.deepEqual(
    loadLines(table(result)).map((line) => line.trim().split(/ {2,}/)),
    [
      ["1 at once", "–", "–", "210 ms", "–", "24"],
      ["4 at once", "81", "1.62", "840 ms", "620 ms", "21"],
      ["2/s", "81", "1.62", "840 ms", "–", "21"],
    ],
  );
});

test("where only one turn was in flight at a time there is nothing to say of load", () => {
  for (const result of [passing(), resultOf([ALONE])]) {
    assert.equal(loads(result), "");
    assert.deepEqual(underLoad(result), []);
    assert.doesNotMatch(renderMarkdown(result), /Under load|at once/);
    assert.deepEqual(loadLines(table(result)), []);
  }
});

test("one load that is not one user's is shown, alone as it is", () => {
  assert.equal(loadLines(loads(resultOf([FOUR]))).length, 1);
  assert.equal(loadLines(loads(resultOf([RATE]))).length, 1);
});

test("every scenario has a table of its own", () => {
  const groups = underLoad(resultOf([ALONE, FOUR], ["chat", "agent-turn"]));
  assert.deepEqual(
    groups.map(({ title, cells }) => [title, cells.map(({ load }) => load)]),
    [
      ["chat requiresStringContent=true", [ALONE, FOUR]],
      ["agent-turn requiresStringContent=true", [ALONE, FOUR]],
    ],
  );
});

test("a load that fails says how, and the others keep their figures", () => {
  const result = resultOf([ALONE, FOUR]);
  const four = result.cells[1];
  assert.ok(four);
  four.outcome = { ...four.outcome, kind: "timeout" };
  assert.deepEqual(loadLines(loads(result)), [
    "| 1 at once | – | – | 210 ms | – | 24 |",
    "| 4 at once | timeout | – | – | – | – |",
  ]);
  assert.deepEqual(loadLines(table(result)).map((line) => line.trim().split(/ {2,}/))[1], [
    "4 at once",
    "timeout",
  ]);
});

test("a narrow terminal drops columns from the right and never breaks a row", () => {
  const result = resultOf([ALONE, FOUR, RATE]);
  for (const columns of [40, 60, 80]) {
    const lines = table(result, columns).split("\n");
    assert.ok(lines.every((line) => [...line].length <= columns));
    assert.equal(loadLines(lines.join("\n")).length, 3);
  }
  assert.match(table(result, 60), /load\s+all tok\/s\s+requests\/s\s+TTFT\s+queue$/m);
});

test("the headline is of one user alone, whatever else was measured", () => {
  const line = renderMarkdown(resultOf([FOUR, ALONE, RATE]))
    .split("\n\n")
    .slice(0, 3)
    .join(" ");
  assert.match(line, /first token after 210 ms/);
});
