import assert from "node:assert/strict";
import { test } from "node:test";
import type { OutcomeKind } from "../../result.ts";
import { type Climb, type ClimbState, climb, settingsOf } from "./climb.ts";
import { ladder } from "./rungs.ts";

const RUNGS = ladder({ provider: "inferrs", modelIndex: 0, current: () => undefined, agents: [] });
const SAVES: Record<string, number> = {
  ...{ "no-skills": 6900, "short-files": 15_800, "no-files": 19_100, lean: 1700 },
  ...{ "coding-tools": 3600, "three-tools": 19_600, "two-tools": 20_600, "one-tool": 22_200 },
  ...{ "chat-only": 32_000, "short-chat-only": 49_000 },
};

/** Sizes as a capture of the client gave them; four bytes a token. */
function sizeOf(rungs: readonly string[]) {
  const bytes = 60_242 - rungs.reduce((sum, id) => sum + (SAVES[id] ?? 0), 0);
  return { bytes, tokens: Math.ceil(bytes / 4) };
}

/** Climbs with a turn that is known to end so; gives the end and what was tried. */
function climbed(
  turn: (rungs: readonly string[]) => OutcomeKind,
  over: Partial<ClimbState> = {},
): { end: Climb; tried: string[] } {
  const tried: { rungs: readonly string[]; outcome: OutcomeKind }[] = [
    { rungs: [], outcome: turn([]) },
  ];
  const state: ClimbState = {
    ...{ ladder: RUNGS, tried, sizeOf, fits: () => null, fitting: () => [] },
    ...over,
  };
  for (;;) {
    const end = climb(state);
    if (end.kind !== "try") return { end, tried: tried.map(({ rungs }) => rungs.join("+")) };
    assert.ok(tried.length < 40, "it never ends");
    tried.push({ rungs: end.rungs, outcome: turn(end.rungs) });
  }
}

test("a turn that passes as configured needs no rung", () => {
  const { end, tried } = climbed(() => "pass");
  assert.deepEqual(end, { kind: "chosen", rungs: [], keepsTools: true });
  assert.deepEqual(tried, [""]);
});

test("flags of form come first, one after the other as they are found to be needed", () => {
  const needed = ["string-content", "no-null-content"];
  const { end } = climbed((rungs) =>
    needed.every((id) => rungs.includes(id)) ? "pass" : "string-content-required",
  );
  assert.deepEqual(end, { kind: "chosen", rungs: needed, keepsTools: true });
});

test("a prompt that kills the server is shortened until it doesn't, the tools kept", () => {
  const { end, tried } = climbed((rungs) =>
    sizeOf(rungs).bytes < 35_000 ? "pass" : "out-of-memory",
  );
  assert.equal(end.kind === "chosen" && end.keepsTools, true);
  assert.deepEqual(tried.slice(1, 4), ["no-skills", "no-skills+short-files", "no-skills+no-files"]);
});

test("what the fit forbids is never tried, and what shortens it stays in force", () => {
  const { end, tried } = climbed((rungs) => (sizeOf(rungs).bytes < 20_000 ? "pass" : "not-run"), {
    fits: ({ bytes }) => bytes < 20_000,
  });
  assert.deepEqual(tried, ["", "no-skills+no-files+three-tools"]);
  assert.equal(end.kind === "chosen" && end.rungs.join("+"), "no-skills+no-files+three-tools");
});

test("a rung that was captured to save nothing is passed over", () => {
  const vain = (rungs: readonly string[]) => sizeOf(rungs.filter((id) => id !== "no-skills"));
  const { tried } = climbed(() => "out-of-memory", { sizeOf: vain });
  assert.ok(tried.every((rungs) => !/\bno-skills\b/.test(rungs)));
});

test("tools go last, and what only made the prompt shorter is given back then", () => {
  const { end, tried } = climbed((rungs) =>
    rungs.some((id) => id.endsWith("chat-only")) ? "pass" : "out-of-memory",
  );
  assert.deepEqual(end, { kind: "chosen", rungs: ["chat-only"], keepsTools: false });
  assert.equal(tried.indexOf("chat-only"), tried.length - 1);
});

test("a call that comes as text is mended by nothing but tools off", () => {
  const { end, tried } = climbed((rungs) =>
    rungs.includes("chat-only") ? "pass" : "tool-call-as-text",
  );
  assert.deepEqual(tried, ["", "chat-only"]);
  assert.equal(end.kind === "chosen" && end.keepsTools, false);
});

test("refused tools: plainer schemas, then fewer, then none; no tools need no plain schemas", () => {
  const { end, tried } = climbed((rungs) =>
    rungs.includes("chat-only") ? "pass" : "tool-schema-rejected",
  );
  assert.equal(tried[1], "plain-schemas");
  assert.deepEqual(end.kind === "chosen" && end.rungs, ["chat-only"]);
});

test("a client that gives up gets a limit that suits the machine, after the shorter prompts", () => {
  const setting = { path: "models.providers.inferrs.timeoutSeconds", value: 900 };
  const { end, tried } = climbed(
    (rungs) => (rungs.includes("fitting") ? "pass" : "client-timeout"),
    { fitting: () => [setting] },
  );
  assert.equal(end.kind, "chosen");
  assert.match(tried.at(-1) ?? "", /one-tool\+fitting$/);
  const { settings } = settingsOf(RUNGS, end.kind === "chosen" ? end.rungs : [], [setting]);
  assert.deepEqual(settings.at(-1), setting);
});

test("what no setting mends ends at once, with the outcome's own remedy", () => {
  const { end, tried } = climbed(() => "load-failed");
  assert.deepEqual(tried, [""]);
  assert.equal(end.kind, "none");
  assert.match(end.kind === "none" ? end.because : "", /could not load the model/);
});

test("it always ends, whatever the turns come to", () => {
  const kinds: OutcomeKind[] = ["out-of-memory", "string-content-required", "client-timeout"];
  kinds.push("tool-schema-rejected", "http-error", "empty-reply", "not-run");
  let seed = 1;
  for (let run = 0; run < 200; run++) {
    climbed(() => {
      seed = (seed * 16_807) % 2_147_483_647;
      return kinds[seed % kinds.length] ?? "not-run";
    });
  }
});

test("a later rung wins over an earlier one's setting", () => {
  const { settings } = settingsOf(RUNGS, ["three-tools", "two-tools"]);
  assert.deepEqual(settings, [
    { path: "tools.allow", value: ["read", "exec"] },
    { path: "tools.toolSearch", value: false },
  ]);
});
