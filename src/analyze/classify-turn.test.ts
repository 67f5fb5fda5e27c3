import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProxiedExchange } from "../drive/proxy/types.ts";
import { proxiedOf, turnOf } from "../testing/turns.ts";
import { classifyTurn, type TurnFacts } from "./classify-turn.ts";
import { traceExchange } from "./trace.ts";

const facts = (exchanges: ProxiedExchange[], over: Partial<TurnFacts> = {}): TurnFacts => ({
  exchanges,
  traces: exchanges.map(traceExchange),
  turns: [turnOf()],
  toolNames: [],
  exit: null,
  silentCpuMs: null,
  attached: false,
  timeoutMs: 60_000,
  judged: true,
  ...over,
});
const refused = (status: number, words: string, over: Partial<ProxiedExchange> = {}) =>
  proxiedOf(
    {},
    { status, headers: {}, segments: [{ tNs: 1e6, bytes: Buffer.from(words) }], ...over },
  );
const hungUp = proxiedOf(
  {},
  {
    segments: [
      { tNs: 1e6, bytes: Buffer.from('data: {"choices":[{"delta":{"role":"assistant"}}]}\n\n') },
    ],
    end: { kind: "reset", tNs: 10e9, error: "the client hung up" },
    hungUp: "client",
  },
);
const error = (message: string) => ({ kind: "reply", message });

test("a turn that did what it was asked to do is a pass", () => {
  assert.deepEqual(classifyTurn(facts([proxiedOf({ text: "42" })])), {
    kind: "pass",
    evidence: null,
  });
});

test("an answer alone is no success, but all that random weights can give", () => {
  const turns = [turnOf(), turnOf({ turn: 1, unmet: ["the reply does not match /42/"] })];
  const exchanges = [proxiedOf({ text: "a" }), proxiedOf({ text: "b", at: 2 }, { step: 1 })];
  assert.deepEqual(classifyTurn(facts(exchanges, { turns })), {
    kind: "expectation-failed",
    evidence: "turn 2: the reply does not match /42/",
  });
  assert.equal(classifyTurn(facts(exchanges, { turns, judged: false })).kind, "pass");
});

test("the server's own words come before the client's general ones", () => {
  const words = "messages[1].content: invalid type: sequence, expected a string";
  const turns = [turnOf({ error: error("provider rejected the request schema") })];
  const finding = classifyTurn(facts([refused(422, words)], { turns }));
  assert.equal(finding.kind, "string-content-required");
  assert.match(finding.evidence ?? "", /^HTTP 422: messages\[1\]\.content/);
  assert.match(finding.evidence ?? "", /told its user: provider rejected/);
  const schema = classifyTurn(facts([refused(400, "tools: no template for them")], { turns }));
  assert.equal(schema.kind, "tool-schema-rejected");
});

test("a failure that the client got over is hidden in a pass", () => {
  const exchanges = [refused(500, "oops"), proxiedOf({ text: "42", at: 2 })];
  assert.equal(classifyTurn(facts(exchanges)).kind, "pass");
});

test("a failure that it did not get over says how often it asked", () => {
  const exchanges = [refused(500, "oops"), refused(500, "oops"), refused(500, "oops")];
  const turns = [turnOf({ stopped: "retries" })];
  const finding = classifyTurn(facts(exchanges, { turns }));
  assert.equal(finding.kind, "http-error");
  assert.match(finding.evidence ?? "", /oops; OpenClaw asked 3 times in all and was stopped/);
});

test("the client gave up on an engine that was at work", () => {
  const turns = [turnOf({ error: error("upstream provider timeout") })];
  const busy = classifyTurn(facts([hungUp, hungUp], { turns, silentCpuMs: 9_000 }));
  assert.equal(busy.kind, "client-timeout");
  assert.match(
    busy.evidence ?? "",
    /hung up 10\.0 s after its request.*role chunk.*9000 ms of CPU/,
  );
  const idle = classifyTurn(facts([hungUp], { turns, silentCpuMs: 3 }));
  assert.equal(idle.kind, "engine-hung");
});

test("our own limit: the engine's silence, or a client that never comes to an end", () => {
  const turns = [turnOf({ stopped: "timeout" })];
  const cut = { ...hungUp, hungUp: "us" } as const;
  const slow = classifyTurn(facts([cut], { turns, silentCpuMs: null }));
  assert.equal(slow.kind, "timeout");
  const endless = classifyTurn(facts([proxiedOf({ text: "42" })], { turns }));
  assert.equal(endless.kind, "client-failed");
});

test("the engine's death comes first", () => {
  const exit = {
    ...{ exitCode: 101, signal: null, by: "itself" as const, oomKills: 0, peak: null },
    ...{ logTail: ["panicked"], limitBytes: null },
  };
  const turns = [turnOf({ stopped: "engine-died", unmet: ["no reply"] })];
  assert.equal(classifyTurn(facts([hungUp], { turns, exit })).kind, "engine-crashed");
});

test("a call as text is told with its count, seen in the text or in the client's warning", () => {
  const prose = proxiedOf({ text: '{"name": "read", "arguments": {"path": "a"}}' });
  const turns = [turnOf({ unmet: ["the model did not call read"] })];
  const seen = classifyTurn(facts([prose], { turns }));
  assert.equal(seen.kind, "tool-call-as-text");
  assert.match(seen.evidence ?? "", /^once in the turn: \{"name"/);
  const line = "[agent/embedded] Assistant reply looks like a tool call, but no structured";
  const warned = [turnOf({ errorLines: [line, `${line} 2`] })];
  const odd = classifyTurn(facts([proxiedOf({ text: "<tool>read</tool>" })], { turns: warned }));
  assert.equal(odd.kind, "tool-call-as-text");
  assert.match(odd.evidence ?? "", /^2 times/);
});

test("nothing in an answer is an empty reply, also after the client's second try", () => {
  const turns = [turnOf({ error: error("internal error") })];
  const finding = classifyTurn(facts([proxiedOf({}), proxiedOf({ at: 2 })], { turns }));
  assert.equal(finding.kind, "empty-reply");
});

test("what the client refuses to send, and what it fails at, are told apart", () => {
  const turns = [turnOf({ error: error("Model context window too small") })];
  const none = classifyTurn(facts([], { turns }));
  assert.deepEqual(none, { kind: "client-refused", evidence: "Model context window too small" });
  const after = classifyTurn(facts([proxiedOf({ text: "42" })], { turns }));
  assert.equal(after.kind, "client-failed");
  const dead = [turnOf({ error: { kind: "exited", message: "gateway ended with exit code 1" } })];
  assert.equal(classifyTurn(facts([], { turns: dead })).kind, "client-failed");
  assert.equal(classifyTurn(facts([])).kind, "client-failed", "an answer that nobody gave");
});
