import assert from "node:assert/strict";
import { test } from "node:test";
import type { Exchange, ExchangeEnd } from "../drive/types.ts";
import { type AttemptFacts, classify, toolCallInText } from "./classify.ts";
import { traceExchange } from "./trace.ts";

function facts(
  response: { status?: number | null; body?: string; end?: ExchangeEnd; stream?: boolean },
  over: Partial<AttemptFacts> = {},
): AttemptFacts {
  const exchange: Exchange = {
    method: "POST",
    path: "/v1/chat/completions",
    step: 0,
    kind: "generate",
    stream: response.stream ?? true,
    sentNs: 0,
    requestBytes: 1,
    requestDigest: null,
    requestBody: null,
    connectMs: null,
    status: response.status === undefined ? 200 : response.status,
    headersNs: 1,
    headers: {
      "content-type": response.stream === false ? "application/json" : "text/event-stream",
    },
    segments: [{ tNs: 1e6, bytes: Buffer.from(response.body ?? "") }],
    end: response.end ?? { kind: "closed", tNs: 2e6 },
  };
  return {
    exchanges: [exchange],
    traces: [traceExchange(exchange)],
    toolNames: ["read", "exec"],
    exit: null,
    silentCpuMs: null,
    attached: false,
    ...over,
  };
}

const text = (content: string) =>
  `data: ${JSON.stringify({ choices: [{ delta: { content }, finish_reason: null }] })}\n\ndata: [DONE]\n\n`;

test("an answer is a pass", () => {
  assert.deepEqual(classify(facts({ body: text("Four.") })), { kind: "pass", evidence: null });
});

test("the older releases' rejection of content parts is named, in their words", () => {
  const body =
    "Failed to deserialize the JSON body into the target type: messages[1].content: invalid type: sequence, expected a string at line 1 column 51";
  const finding = classify(facts({ status: 422, body }));
  assert.equal(finding.kind, "string-content-required");
  assert.match(finding.evidence ?? "", /HTTP 422: .*invalid type: sequence/);
});

test("a prompt over the window is told from other refusals", () => {
  const message =
    "Prompt length (40014 tokens) exceeds the model's maximum context length (32768 tokens).";
  const finding = classify(facts({ status: 400, body: JSON.stringify({ error: { message } }) }));
  assert.equal(finding.kind, "context-length-exceeded");
});

test("a refusal that names tools counts only when tools were sent, and never as a 500", () => {
  const body = JSON.stringify({ error: { message: "tools[0].function.parameters: unsupported" } });
  assert.equal(classify(facts({ status: 400, body })).kind, "tool-schema-rejected");
  assert.equal(classify(facts({ status: 400, body }, { toolNames: [] })).kind, "http-error");
  assert.equal(classify(facts({ status: 500, body })).kind, "http-error");
});

test("a stream without an end is truncated, one without text is empty", () => {
  const open = text("Hi").replace("data: [DONE]\n\n", "");
  assert.equal(classify(facts({ body: open })).kind, "stream-truncated");
  assert.equal(classify(facts({ body: "data: [DONE]\n\n" })).kind, "empty-reply");
  assert.equal(classify(facts({ body: "" })).kind, "stream-truncated");
});

test("an error that comes as the last chunk's text, as inferrs sends it, is an error", () => {
  const last = {
    choices: [{ delta: { content: "Error: out of blocks" }, finish_reason: "error" }],
  };
  const body = `${text("Hi").replace("data: [DONE]\n\n", "")}data: ${JSON.stringify(last)}\n\ndata: [DONE]\n\n`;
  const finding = classify(facts({ body }));
  assert.equal(finding.kind, "stream-error");
  assert.match(finding.evidence ?? "", /out of blocks/);
});

test("silence without CPU is a hang, silence with CPU is slow", () => {
  const end: ExchangeEnd = { kind: "timeout", tNs: 1e9, error: "no byte for 1.0 s" };
  assert.equal(classify(facts({ end }, { silentCpuMs: 3 })).kind, "engine-hung");
  assert.equal(classify(facts({ end }, { silentCpuMs: 900 })).kind, "timeout");
  assert.equal(classify(facts({ end }, { silentCpuMs: null })).kind, "timeout");
});

test("a tool call written as text is found, prose that names a tool is not", () => {
  const names = ["read", "exec"];
  const call = '{"name": "read", "arguments": {"path": "a}.md"}}';
  assert.equal(toolCallInText(`Sure: \`\`\`json\n${call}\n\`\`\``, names), call);
  assert.notEqual(
    toolCallInText('{"type":"function","function":{"name":"exec","arguments":{}}}', names),
    null,
  );
  assert.equal(toolCallInText("I would read the file {with care}.", names), null);
  assert.equal(toolCallInText('{"name": "unknown", "arguments": {}}', names), null);
  assert.equal(classify(facts({ body: text(call) })).kind, "tool-call-as-text");
});

test("a reply of nothing but braces is given up on; some before a call are not in its way", () => {
  const call = '{"name":"read","arguments":{}}';
  assert.equal(toolCallInText("{".repeat(300) + call, ["read"]), call);
  // Every brace is looked at to the end of the text: of a million that would take minutes.
  assert.equal(toolCallInText("{".repeat(1_000_000) + call, ["read"]), null);
});
