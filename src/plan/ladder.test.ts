import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal } from "../analyze/fit/gate.ts";
import { fitsOf, roomBytes, tokensIn } from "../analyze/fit/looks.ts";
import type { Look, RunState } from "../journal/state.ts";
import { fakePlan, fakeRun } from "../testing/fake-run.ts";
import { type LookPlan, nextLook } from "./ladder.ts";
import type { Plan } from "./types.ts";

const LOOK: LookPlan = { budgetMs: 60_000, untilItBreaks: false };

function look(rung: number, over: Partial<Look> = {}): Look {
  return {
    start: 0,
    rung,
    promptTokens: rung,
    requestBytes: 200 + 4 * rung,
    stream: true,
    tools: true,
    finding: { kind: "pass", evidence: null },
    died: false,
    ms: rung,
    tookMs: rung + 10,
    peak: { bytes: 3e9 + 56 * rung ** 2, kind: "rss", swapBytes: null },
    peakVramBytes: null,
    roomBytes: null,
    ...over,
  };
}

/** A run that has come as far as these prompts. */
function stateWith(looks: Look[], over: Partial<Plan> = {}, windowTokens: number | null = null) {
  const plan = { ...fakePlan(), look: LOOK, memoryLimitBytes: 14e9, timeoutMs: 300_000, ...over };
  const { state } = fakeRun(fakePlan());
  const variant = state.variants.get("head");
  assert.ok(variant);
  Object.assign(variant, { looks, fits: fitsOf(looks), windowTokens });
  return { ...state, plan } satisfies RunState;
}

const RUNGS = [256, 512, 1024, 2048, 4096];
const after = (count: number, over: Partial<Look> = {}) =>
  RUNGS.slice(0, count).map((rung) => look(rung, over));

test("without a ladder in the plan there is none", () => {
  assert.equal(nextLook(stateWith([], { look: { ...LOOK, budgetMs: 0 } }), "head"), null);
  const { state } = fakeRun(fakePlan());
  assert.equal(nextLook(state, "head"), null);
});

test("each prompt is twice as long as the last, and its bytes follow from what was counted", () => {
  const first = nextLook(stateWith([]), "head");
  assert.equal(first?.kind === "look" && first.rung, 256);
  const third = nextLook(stateWith(after(2)), "head");
  assert.equal(third?.kind === "look" && third.rung, 1024);
  assert.equal(third?.kind === "look" && third.requestBytes, 200 + 4 * 1024);
});

test("above 4,096 tokens it goes on only where a prompt costs next to nothing", () => {
  assert.deepEqual(nextLook(stateWith(after(5)), "head"), { kind: "over", end: "enough" });
  const fast = RUNGS.map((rung) => look(rung, { ms: rung / 20, tookMs: rung / 20 }));
  const next = nextLook(stateWith(fast), "head");
  assert.equal(next?.kind === "look" && next.rung, 8192);
  const all = [...fast, look(8192, { ms: 400 }), look(16_384, { ms: 800 })];
  const roomy = { memoryLimitBytes: 64e9 };
  assert.deepEqual(nextLook(stateWith(all, roomy), "head"), { kind: "over", end: "enough" });
});

test("no prompt is sent whose upper bound is above the limit, or above what is free", () => {
  const low = { memoryLimitBytes: 3.2e9 };
  assert.deepEqual(nextLook(stateWith(after(3), low), "head"), { kind: "over", end: "memory" });
  const free = stateWith(after(3, { roomBytes: 3.2e9 }));
  assert.deepEqual(nextLook(free, "head"), { kind: "over", end: "memory" });
  assert.equal(nextLook(stateWith(after(3)), "head")?.kind, "look");
});

test("before three points the next may take four times as much more", () => {
  const steep = [256, 512].map((rung) =>
    look(rung, { peak: { bytes: 1e9 + 1e7 * rung, kind: "rss", swapBytes: null } }),
  );
  assert.equal(nextLook(stateWith(steep, { memoryLimitBytes: 16.5e9 }), "head")?.kind, "look");
  const shorter = nextLook(stateWith(steep, { memoryLimitBytes: 16e9 }), "head");
  assert.equal(
    shorter?.kind === "look" && shorter.rung,
    717,
    "three points are worth a short step",
  );
  assert.deepEqual(nextLook(stateWith(steep, { memoryLimitBytes: 8e9 }), "head"), {
    kind: "over",
    end: "memory",
  });
});

test("no prompt is sent that would take longer than is left", () => {
  const slow = (count: number) =>
    RUNGS.slice(0, count).map((rung) => look(rung, { ms: rung * 20, tookMs: rung * 20 }));
  assert.equal(nextLook(stateWith(slow(2)), "head")?.kind, "look");
  assert.deepEqual(nextLook(stateWith(slow(3)), "head"), { kind: "over", end: "time" });
  assert.deepEqual(nextLook(stateWith(after(3), { timeoutMs: 1500 }), "head"), {
    kind: "over",
    end: "time",
  });
});

test("no prompt is sent that is longer than the window", () => {
  assert.deepEqual(nextLook(stateWith(after(1), {}, 512), "head"), { kind: "over", end: "window" });
  const refused = look(512, {
    promptTokens: null,
    finding: { kind: "context-length-exceeded", evidence: "HTTP 400" },
  });
  assert.deepEqual(nextLook(stateWith([...after(1), refused]), "head"), {
    kind: "over",
    end: "window",
  });
});

test("a death, a failure and a server that doesn't count end it", () => {
  const finding = { kind: "out-of-memory", evidence: "killed" } as const;
  const died = look(1024, { died: true, finding, promptTokens: null });
  assert.deepEqual(nextLook(stateWith([...after(2), died]), "head"), { kind: "over", end: "died" });
  const silent = look(256, { finding: { kind: "timeout", evidence: "silent" } });
  assert.deepEqual(nextLook(stateWith([silent]), "head"), { kind: "over", end: "failed" });
  const plain = look(256, { promptTokens: null, stream: false });
  assert.deepEqual(nextLook(stateWith([plain]), "head"), { kind: "over", end: "uncounted" });
});

test("whose stream doesn't count is asked without streaming, from then on", () => {
  const uncounted = look(256, { promptTokens: null });
  const again = nextLook(stateWith([uncounted]), "head");
  assert.ok(again?.kind === "look" && again.rung === 256 && !again.stream);
  const then = nextLook(stateWith([uncounted, look(256, { stream: false })]), "head");
  assert.ok(then?.kind === "look" && then.rung === 512 && !then.stream);
});

test("who refuses tools is asked without", () => {
  const refused = look(1024, { finding: { kind: "http-error", evidence: "HTTP 400: tools" } });
  const again = nextLook(stateWith([...after(2), refused]), "head");
  assert.ok(again?.kind === "look" && again.rung === 1024 && !again.tools);
  const twice = { ...refused, tools: false };
  assert.deepEqual(nextLook(stateWith([...after(2), refused, twice]), "head"), {
    kind: "over",
    end: "failed",
  });
});

test("until it breaks: neither memory nor time end it", () => {
  const look = { budgetMs: 60_000, untilItBreaks: true };
  const next = nextLook(stateWith(after(5), { look, memoryLimitBytes: 1 }), "head");
  assert.ok(next?.kind === "look" && next.rung === 8192);
});

test("tokens of a body follow from its bytes", () => {
  const { value, low, high } = tokensIn(after(5), 200 + 4 * 14_000);
  assert.equal(value, 14_000);
  assert.ok(low < 12_000 && high > 16_000);
});

test("a run climbs the ladder first, and sends nothing that does not fit", () => {
  const bare = fakePlan({ look: LOOK, timeoutMs: 300_000, memoryLimitBytes: 16e7 });
  const plan: Plan = {
    ...bare,
    cells: bare.cells.map((cell) => ({
      ...cell,
      requestBytes: cell.scenario === "chat" ? 300 : 60_000,
    })),
  };
  const { steps, state, attempts } = fakeRun(plan);
  assert.equal(steps[2]?.kind, "look");
  assert.deepEqual(
    steps.flatMap((step) => (step.kind === "look" ? [step.rung] : [])),
    RUNGS,
  );
  assert.equal(state.variants.get("head")?.fits.memory?.curve.kind, "linear");
  assert.ok(attempts.length > 0 && attempts.every(({ cell }) => cell.includes("/chat/")));
  const open = fakeRun({ ...plan, memoryLimitBytes: 16e9 });
  assert.ok(open.attempts.some(({ cell }) => cell.includes("/agent-turn/")));
});

test("what broke counts: the room is what it had, not what the limit says", () => {
  const finding = { kind: "out-of-memory", evidence: "killed" } as const;
  const peak = { bytes: 5e9, kind: "rss", swapBytes: null } as const;
  const died = look(8192, { died: true, finding, peak, ms: null });
  const state = stateWith([...after(5), died]);
  assert.equal(roomBytes(state, [...after(5), died]), 5e9);
  assert.equal(roomBytes(state, after(5)), 14e9);
});

test("with two points only, what straight growth alone forbids is not sent", () => {
  const looks = after(2, { roomBytes: 3.1e9 });
  const state = stateWith(looks);
  const [cell] = state.cells.values();
  assert.ok(cell);
  const asked = (requestBytes: number) =>
    refusal(state, { spec: { ...cell.spec, requestBytes }, attempts: [] });
  assert.match(asked(60_000)?.evidence ?? "", /^needs about 3\.\d GB or more for about/);
  assert.equal(asked(4000), null);
});
