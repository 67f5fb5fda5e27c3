/** The corpus of hostile texts in what a terminal and a log show. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compareResults } from "../analyze/compare-results.ts";
import { historyReport, keptHistorySchema } from "../analyze/history/report.ts";
import { merge } from "../analyze/merged/merged.ts";
import { SHORT } from "../testing/hostile/corpus.ts";
import { inTurn, Places } from "../testing/hostile/infect.ts";
import { sameMarkdown } from "../testing/hostile/markdown.ts";
import { anotherThan, pairs, textAt } from "../testing/hostile/pairs.ts";
import { keptBases } from "../testing/hostile/results.ts";
import { quiet, unheardByRunner } from "../testing/hostile/terminal.ts";
import { compareText } from "./compare.ts";
import { renderDoctorEnd, renderDoctorStep, renderIssueBlock, renderSkipped } from "./doctor.ts";
import { scaled } from "./fixtures/results.ts";
import { historyText } from "./history.ts";
import { renderLive, renderLogLine, renderNote } from "./live.ts";
import { renderMergedText } from "./merged-words.ts";
import { renderPlan } from "./plan.ts";
import type { Progress } from "./progress.ts";
import { renderTable } from "./terminal.ts";

describe("the terminal and the log", () => {
  test("the final table, the comparison, the history", () => {
    for (const { told, hostile } of pairs()) {
      quiet(renderTable(hostile, { columns: 80, color: false }), told);
      quiet(compareText(compareResults(hostile, anotherThan(hostile, textAt(3))), NAMES, 80), told);
    }
    for (const [name, kept] of Object.entries(keptBases())) {
      const places = new Places(keptHistorySchema, kept);
      for (let from = 0; from < SHORT.length; from += 7) {
        const history = historyReport(places.rewritten(inTurn(SHORT, "first", from)));
        quiet(historyText(history, 80).rows.join("\n"), `${name} from ${from}`);
        quiet(
          renderTable(scaled(), { columns: 80, color: false, history }),
          `${name} from ${from}`,
        );
      }
    }
  });

  test("several runs: nothing in any line is a command, whatever a run is called or says", () => {
    const context = { renderConfig: () => "{}", guideCompat: {} };
    for (const [index, { told, hostile }] of pairs().entries()) {
      const name = textAt(index * 7);
      const reported = {
        runs: [
          { name, result: hostile, history: null },
          { name: `2 ${name}`, result: scaled(), history: null },
        ],
        missing: [{ name: textAt(index * 7 + 3), why: textAt(index * 7 + 5) }],
      };
      const text = renderMergedText(reported, merge(reported, context), [name]);
      quiet(text, told);
      unheardByRunner(text, told);
    }
    for (const name of ["##[stop-commands]t", "##[error]x", "::stop-commands::t"]) {
      const reported = { runs: [], missing: [{ name, why: name }] };
      unheardByRunner(renderMergedText(reported, merge(reported, context), [name]), name);
    }
  });

  test("the live view, log lines and notes", () => {
    for (const text of SHORT) {
      const progress = progressWith(text);
      const told = JSON.stringify(text);
      const lines = renderLive(progress, { columns: 80, rows: 24, color: false });
      quiet(lines.join("\n"), told);
      assert.ok(lines.every((line) => !line.includes("\n")));
      for (const line of [
        renderLogLine(null, progress),
        renderLogLine(null, { ...progress, finished: null, phase: "start" }),
        renderNote(text),
      ]) {
        quiet(line ?? "", told);
        assert.doesNotMatch(line ?? "", /\n/, told);
      }
    }
  });

  test("the plan", () => {
    for (const text of SHORT) quiet(renderPlan(planWith(text), 80), JSON.stringify(text));
  });

  test("the doctor's steps, its end and the block for an issue", () => {
    const view = { columns: 80, color: false };
    for (const text of SHORT) {
      const told = JSON.stringify(text);
      for (const status of ["pass", "fail", "skipped"] as const) {
        quiet(renderDoctorStep(stepWith(text, status), view), told);
      }
      quiet(renderSkipped([stepWith(text, "skipped")], view), told);
      quiet(renderDoctorEnd(endWith(text), view), told);
      sameMarkdown(
        renderIssueBlock(factsWith(`x${text}x`)),
        renderIssueBlock(factsWith("xhx")),
        told,
      );
    }
  });
});

const NAMES = { base: "a\u001b[31m|b\n::error::x", head: "out/head" };

function progressWith(text: string): Progress {
  return {
    ...{ phase: "measure", doing: text, variant: text, elapsedMs: 1, remainingMs: null },
    finished: { label: text, outcome: "pass", tookMs: 1 },
    start: { number: 1, of: 1, kind: "measure" },
    round: { number: 1, of: 1 },
    requests: { done: 0, planned: 1 },
    cells: [
      {
        ...{ id: text, scenario: text, combination: text, state: "running", outcome: null },
        ...{ measured: 0, planned: 1, ttftMs: null, turnMs: null },
      },
    ],
    ...{ simulated: false, synthetic: false, pair: { kind: "confirming" } },
  };
}

function planWith(text: string): Parameters<typeof renderPlan>[0] {
  const side = { engine: text, model: text, device: text, client: text };
  return {
    ...side,
    scenarios: [{ name: text, title: text, scale: 0.5 }],
    ...{ combinations: [text], settings: [text], cells: 1, starts: 2, rounds: 1 },
    requests: { probe: 1, calibrate: 1, warmup: 1, measure: 1 },
    ...{ estimateMs: 1, estimateBasis: text, timeBudgetMs: null, fetches: false },
    ...{ defaults: [text], warnings: [text], out: text },
    comparison: {
      ...{ kind: "variants", base: { ...side, engine: `y${text}` }, restarted: true, looks: [8] },
      ...{ rounds: 1, firstLookMs: null, differs: [{ what: text, base: text, head: text }] },
      thresholds: [{ metric: text, share: 0.05 }],
    },
    ...{ attached: false, simulated: false, synthetic: false },
  };
}

function stepWith(text: string, status: "pass" | "fail" | "skipped") {
  const outcome = { kind: "http-error", evidence: text, meaning: text, remedy: text } as const;
  const step = { id: "chat", title: "a plain chat", sent: text, came: text, tookMs: 1 } as const;
  return { ...step, status, outcome };
}

function endWith(text: string): Parameters<typeof renderDoctorEnd>[0] {
  return {
    ...{ works: true, sentences: [text, text], notChecked: [text] },
    recommendation: {
      ...{ compat: { [text]: text }, because: text, toolsKept: true },
      settings: [{ path: text, value: text, because: text, cost: text }],
      openclawConfig: `// ${text}\n{ id: ${JSON.stringify(text)} }\n`,
    },
  };
}

function factsWith(text: string): Parameters<typeof renderIssueBlock>[0] {
  return {
    ...{ version: "0.1.0", system: text, machine: text, server: text, client: text },
    steps: [stepWith(text, "fail"), stepWith(text, "pass")],
    ...{ sentences: [text, text], recommendation: endWith(text).recommendation },
  };
}
