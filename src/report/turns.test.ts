import assert from "node:assert/strict";
import { test } from "node:test";
import type { MetricName, Result } from "../result.ts";
import { passing } from "./fixtures/results.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderTable } from "./terminal.ts";
import { turnLine, turnsTaken } from "./turns.ts";

const PARTS: Partial<Record<MetricName, number>> = {
  ...{ turnMs: 1000, clientBeforeMs: 300, modelMs: 500, modelPrefillMs: 400, modelDecodeMs: 90 },
  ...{ modelRestMs: 10, toolsMs: 100, clientAfterMs: 95, unattributedMs: 5 },
};

/** As if OpenClaw had taken every turn. */
function real(): Result {
  const result = passing();
  const cells = result.cells.map((cell) => ({
    ...{ ...cell, turn: "real" as const },
    metrics: Object.fromEntries(
      Object.entries(PARTS).map(([name, median]) => [
        name,
        { n: 1, median, ci95: null, mean: median, min: median, max: median, samples: [] },
      ]),
    ),
    confirmed: [
      {
        driver: "agent" as const,
        outcome: { kind: "client-failed" as const, evidence: "no" },
        turnMs: 12_000,
        clientBeforeMs: 11_000,
      },
    ],
  }));
  return { ...result, cells, plan: { ...result.plan, turn: "real" } };
}

test("a turn is taken apart in a table and in a sentence", () => {
  const text = turnsTaken(real());
  assert.match(text, /\| 1 s \| 300 ms \| 400 ms \| 90 ms \| 10 ms \| 100 ms \| 95 ms \| 0\.5% \|/);
  const line = turnLine(real()) ?? "";
  assert.match(line, /Of the 1 s of agent-turn .*300 ms OpenClaw before its first request/);
  assert.match(line, /500 ms the model \(prefill 400 ms, decode 90 ms\), 100 ms tools/);
  assert.match(line, /95 ms OpenClaw after the last reply; 0\.5% unattributed\.$/);
});

test("the command line's turns stand below, with what became of them", () => {
  assert.match(turnsTaken(real()), /`openclaw agent` \| ❌ client-failed \| 12 s \| 11 s/);
});

test("where OpenClaw took no turn there is nothing to take apart", () => {
  assert.equal(turnsTaken(passing()), "");
  assert.equal(turnLine(passing()), null);
});

test("every report of a replay says that OpenClaw was not run", () => {
  const result = passing();
  const replayed: Result = { ...result, plan: { ...result.plan, turn: "replayed" } };
  assert.match(renderMarkdown(replayed).slice(0, 600), /REPLAYED: .*was not run/);
  assert.match(renderTable(replayed, { columns: 100, color: false }), /REPLAYED/);
});
