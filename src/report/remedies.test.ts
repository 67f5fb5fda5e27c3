import assert from "node:assert/strict";
import { test } from "node:test";
import { toResult } from "../analyze/result.ts";
import type { RemedyPlan } from "../plan/types.ts";
import { type Result, resultSchema } from "../result.ts";
import {
  type FakeAttempt,
  type Fate,
  fakePlan,
  fakeRun,
  fakeScenario,
} from "../testing/fake-run.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderTable } from "./terminal.ts";

const REMEDIES: RemedyPlan = {
  ...{ provider: "inferrs", compat: {}, current: {}, agents: [] },
  ...{ session: "oc-compaction", most: 24 },
};
const TURN = { message: "", expect: [], script: [{ text: "" }], repeat: 1 };

/** One combination, climbed with prompts that shrink by 10 KB a rung. */
function climbed(fate: (attempt: FakeAttempt) => Fate): Result {
  const plan = fakePlan({
    ...{ turn: "real", starts: 1, rounds: 1 },
    scenarios: [fakeScenario("oc-answer", { steps: [], turns: [TURN] })],
    combinations: [{ supportsTools: true }],
  });
  const session = fakeScenario("oc-compaction", { steps: [], turns: [TURN] });
  const scenarios = [...plan.scenarios, session];
  const { state } = fakeRun({ ...plan, scenarios, remedies: REMEDIES }, fate, 2000, ({ rung }) =>
    rung === undefined ? 60_000 : 60_000 - 10_000 * rung.rungs.length,
  );
  const context = {
    renderConfig: (...what: unknown[]) => JSON.stringify(what),
    guideCompat: { requiresStringContent: true },
  };
  return resultSchema.parse(toResult(state, context));
}

const table = (result: Result) => renderTable(result, { columns: 400, color: false });

test("each rung with its size and what came of it, what was chosen, and what it costs", () => {
  const result = climbed(({ cell }) => (cell.includes("short-files") ? "pass" : "out-of-memory"));
  const text = renderMarkdown(result);
  assert.match(text, /#### The ladder of remedies\n/);
  assert.match(text, /\| as configured \| 60 KB \|.*❌ out-of-memory/);
  assert.match(text, /\| no skills \| 50 KB \|.*❌ out-of-memory/);
  assert.match(text, /workspace file<br>\*\*chosen\*\* \| 40 KB \|.*✅ works; a session survives/);
  assert.match(text, /`agents\.defaults\.skills = \[\]` \| saves 10 KB of 60 KB.*no longer knows/);
  assert.match(text, /^### ✅ Agent turns work, with tools: set agents\.defaults\.skills/);
  assert.match(table(result), /no skills and 500 characters.*\(40 KB\): works/);
  assert.equal(result.recommendation?.toolsKept, true);
  assert.match(result.recommendation?.because ?? "", /came to a good end with it\.$/);
  assert.match(result.recommendation?.openclawConfig ?? "", /bootstrapMaxChars":500/);
});

test("rungs are no part of the matrix, and their failures are told on the ladder alone", () => {
  const result = climbed(({ cell }) => (cell.includes("no-files") ? "pass" : "out-of-memory"));
  const [matrix = ""] = renderMarkdown(result).split("#### Recommended");
  assert.equal(matrix.match(/^\| supports/gm)?.length, 1);
  assert.doesNotMatch(matrix, /skills=/);
});

test("where only tools off helps, chat only is the heading", () => {
  const result = climbed(({ cell }) => (cell.includes("chat-only") ? "pass" : "out-of-memory"));
  assert.match(renderMarkdown(result), /#### The ladder of remedies: chat only/);
  assert.match(renderMarkdown(result), /Recommended settings \(chat only\)/);
  assert.match(table(result), /Recommended settings \(chat only\)/);
  assert.equal(result.recommendation?.toolsKept, false);
});

test("a turn that works and a session that doesn't: both are told", () => {
  const result = climbed(({ cell }) =>
    cell.includes("oc-answer/rungs") ? "pass" : "out-of-memory",
  );
  assert.match(renderMarkdown(result), /turns work, with tools, but no session that grows/);
  assert.match(result.recommendation?.because ?? "", /did not come to a good end.*out-of-memory/);
});

test("where nothing helps it is said why", () => {
  const result = climbed(() => "out-of-memory");
  assert.equal(result.recommendation, null);
  assert.equal(result.ladder?.[0]?.chosen, null);
  assert.match(renderMarkdown(result), /No setting of OpenClaw's mends it/);
  assert.match(table(result), /No setting of OpenClaw's mends it/);
});
