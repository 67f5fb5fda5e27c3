import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type FakeAttempt,
  type Fate,
  fakePlan,
  fakeRun,
  fakeScenario,
} from "../../testing/fake-run.ts";
import type { CellSpec, Plan, RemedyPlan } from "../types.ts";
import { climbing } from "./climbing.ts";

const REMEDIES: RemedyPlan = {
  provider: "inferrs",
  compat: { requiresStringContent: true },
  current: { "models.providers.inferrs.models[0].contextWindow": 131_072 },
  agents: [],
  session: "oc-compaction",
  most: 24,
};
const TURN = { message: "", expect: [], script: [{ text: "" }], repeat: 1 };
const client = (name: string, over = {}) =>
  fakeScenario(name, { steps: [], turns: [TURN], ...over });
const SAVES: Record<string, number> = {
  ...{ "no-skills": 6900, "short-files": 15_800, "no-files": 19_100, lean: 1700 },
  ...{ "coding-tools": 3600, "three-tools": 19_600, "two-tools": 20_600, "one-tool": 22_200 },
  ...{ "chat-only": 32_000, "short-chat-only": 49_000 },
};

/** As captures of the client gave them. */
function sizeOf({ rung, compat }: CellSpec): number {
  if (rung !== undefined) {
    return 60_242 - rung.rungs.reduce((sum, id) => sum + (SAVES[id] ?? 0), 0);
  }
  return compat.supportsTools === false ? 28_242 : 60_242;
}

function plan(over: Partial<Parameters<typeof fakePlan>[0]> = {}, remedies = {}): Plan {
  const planned = fakePlan({
    ...{ turn: "real", starts: 1, rounds: 1, scenarios: [client("oc-answer")] },
    combinations: [{ requiresStringContent: true, supportsTools: true }],
    ...over,
  });
  const scenarios = [...planned.scenarios, client("oc-compaction")];
  return { ...planned, scenarios, remedies: { ...REMEDIES, ...remedies } };
}

function climbed(given: Plan, fate: (attempt: FakeAttempt) => Fate) {
  const ran = fakeRun(given, fate, 2000, sizeOf);
  const found = climbing(ran.state, "head");
  const asked = [...new Set(ran.attempts.map(({ cell }) => cell))];
  const phases = (cell: string) =>
    ran.attempts.filter((each) => each.cell === cell).map(({ phase }) => phase);
  return { ...ran, found, end: found?.end, asked, phases };
}

/** Bytes of a cell's prompt, by the rungs in its name. */
function bytesOf(cell: string): number {
  const rungs = cell.match(/rungs=(.*)$/)?.[1]?.split("+") ?? [];
  return 60_242 - rungs.reduce((sum, id) => sum + (SAVES[id] ?? 0), 0);
}

test("a turn that works as planned needs no ladder", () => {
  const { found, asked, steps } = climbed(plan(), () => "pass");
  assert.equal(found, null);
  assert.deepEqual(asked, ["head/oc-answer/requiresStringContent=true,supportsTools=true"]);
  assert.ok(steps.every(({ kind }) => kind !== "rung"));
});

test("a prompt that kills the engine is shortened; what works is confirmed by a session and measured", () => {
  const { found, end, asked, phases } = climbed(plan(), ({ cell }) =>
    cell.includes("oc-compaction") || bytesOf(cell) < 45_000 ? "pass" : "out-of-memory",
  );
  assert.deepEqual(
    found?.tried.map(({ rungs, outcome }) => [rungs.join("+"), outcome]),
    [
      ["", "out-of-memory"],
      ["no-skills", "out-of-memory"],
      ["no-skills+short-files", "pass"],
    ],
  );
  assert.equal(end?.kind === "chosen" && end.keepsTools, true);
  const chosen = "head/oc-answer/rungs=no-skills+short-files";
  assert.deepEqual(asked.slice(1), [
    "head/oc-answer/rungs=no-skills",
    chosen,
    "head/oc-compaction/rungs=no-skills+short-files",
  ]);
  assert.deepEqual(phases(chosen), ["probe", "probe", "warmup", "measure"]);
  assert.deepEqual(phases("head/oc-compaction/rungs=no-skills+short-files"), ["probe"]);
});

test("a session that does not come to a good end sends the climb on", () => {
  const { found, end } = climbed(plan(), ({ cell }) => {
    const room = cell.includes("oc-compaction") ? 30_000 : 45_000;
    return bytesOf(cell) < room ? "pass" : "out-of-memory";
  });
  assert.equal(
    end?.kind === "chosen" && end.rungs.join("+"),
    "no-skills+no-files+lean+coding-tools",
  );
  assert.equal(end?.kind === "chosen" && end.session?.attempts.length, 1);
  assert.equal(found?.tried.at(-1)?.outcome, "pass");
});

test("where no session comes to a good end, the first turn that works is still told", () => {
  const { end } = climbed(plan(), ({ cell }) =>
    !cell.includes("oc-compaction") && bytesOf(cell) < 45_000 ? "pass" : "out-of-memory",
  );
  assert.equal(end?.kind === "chosen" && end.rungs.join("+"), "no-skills+short-files");
  assert.equal(end?.kind === "chosen" && end.session?.attempts.length, 1);
});

test("what doesn't fit is captured and never sent", () => {
  const look = { budgetMs: 60_000, untilItBreaks: false };
  // 16 KiB and 1 ms a token: 8,000 tokens fit.
  const memoryLimitBytes = 6e7 + 8000 * 16_384;
  const given = plan({ look, memoryLimitBytes, timeoutMs: 60_000 });
  const { found, asked, end } = climbed(given, () => "pass");
  assert.equal(found?.tried[0]?.outcome, "not-run");
  assert.ok(
    asked.every((cell) => cell.includes("rungs=")),
    asked.join(),
  );
  assert.ok((found?.passedOver.length ?? 0) > 0);
  assert.equal(end?.kind, "chosen");
  const window = "models.providers.inferrs.models[0].contextWindow";
  const session = end?.kind === "chosen" ? end.session?.spec.settings?.[window] : null;
  assert.ok(typeof session === "number" && session >= 4000 && session <= 8000, String(session));
});

test("where a turn fits and no session can grow from it, the turn is tried alone", () => {
  const look = { budgetMs: 60_000, untilItBreaks: false };
  const memoryLimitBytes = 6e7 + 4500 * 16_384;
  const { found, asked, end } = climbed(
    plan({ look, memoryLimitBytes, timeoutMs: 60_000 }),
    () => "pass",
  );
  assert.equal(found?.roomWanted, false);
  assert.equal(end?.kind === "chosen" && end.keepsTools, true);
  assert.ok(asked.every((cell) => !cell.includes("oc-compaction")));
});

test("a planned combination with the same flags has answered already", () => {
  const combinations = [true, false].map((supportsTools) => ({
    ...{ requiresStringContent: true, supportsTools },
  }));
  const { end, asked } = climbed(plan({ combinations }, { session: null }), ({ cell }) =>
    /supportsTools=false|chat-only/.test(cell) ? "pass" : "out-of-memory",
  );
  assert.equal(end?.kind === "chosen" && end.keepsTools, false);
  const without = "head/oc-answer/requiresStringContent=true,supportsTools=false";
  assert.equal(end?.kind === "chosen" && end.cell.spec.id, without);
  assert.ok(asked.every((cell) => !cell.includes("chat-only")));
});

test("a combination that works with the tools kept needs no remedy, whatever the others do", () => {
  const combinations = [true, false].map((requiresStringContent) => ({ requiresStringContent }));
  const { found } = climbed(plan({ combinations }), ({ cell }) =>
    cell.includes("=false") ? "refused-400" : "pass",
  );
  assert.equal(found, null);
});

test("a scenario that needs tools is not asked without them", () => {
  const scenarios = [client("oc-read", { needsTools: true })];
  const { end, asked } = climbed(plan({ scenarios }), () => "out-of-memory");
  assert.equal(end?.kind, "none");
  assert.ok(asked.every((cell) => !cell.includes("chat-only")));
});

test("the number of captures is bounded", () => {
  const { steps, end } = climbed(plan({}, { most: 2 }), () => "out-of-memory");
  const captures = steps.filter((step) => step.kind === "rung" && step.part === "capture");
  assert.equal(captures.length, 2);
  assert.equal(end?.kind, "capture");
});

test("without a plan for it nothing is climbed", () => {
  const { steps } = climbed({ ...plan(), remedies: null }, () => "out-of-memory");
  assert.ok(steps.every(({ kind }) => kind !== "rung"));
});
