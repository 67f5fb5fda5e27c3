import assert from "node:assert/strict";
import { test } from "node:test";
import type { Compat } from "../../result.ts";
import { fakeScenario } from "../../testing/fake-run.ts";
import { COMPAT_FLAGS, parseCompatValue } from "./compat-flags.ts";
import { buildRequests, plainVariant } from "./request.ts";

const tool = {
  type: "function" as const,
  function: {
    name: "read",
    description: "Reads a file.",
    parameters: {
      type: "object",
      properties: {
        path: { type: "string", description: "Where it is." },
        description: { type: "string", minLength: 1 },
      },
    },
  },
};

const scenario = fakeScenario("agent-turn", {
  system: [
    { text: "You are an agent.", when: "always" },
    { text: "Use your tools.", when: "tools" },
  ],
  context: "It is Thursday.",
  tools: [tool],
  steps: [
    { kind: "get", path: "/health" },
    { kind: "send", messages: [{ role: "user", content: "Read a.txt." }], stream: true },
    {
      kind: "send",
      messages: [
        {
          role: "assistant",
          content: null,
          toolCalls: [{ id: "call1", name: "read", arguments: { path: "a.txt" } }],
        },
        { role: "tool", toolCallId: "call1", content: "hello" },
      ],
      stream: true,
    },
  ],
});

function bodies(compat: Compat) {
  const requests = buildRequests(scenario, { modelId: "m", compat, maxTokens: null, seed: 7 });
  return requests.filter((each) => each.body !== null).map((each) => JSON.parse(each.body ?? ""));
}

const roles = (body: { messages: { role: string; content: unknown }[] }) =>
  body.messages.map(({ role, content }) =>
    content === null ? `${role}:null` : `${role}:${Array.isArray(content) ? "parts" : "text"}`,
  );

test("the fields stand as OpenClaw's do, and temperature and seed are ours", () => {
  const [first, second] = bodies({});
  assert.deepEqual(Object.keys(first), [
    "model",
    "messages",
    "stream",
    "stream_options",
    "tools",
    "tool_choice",
    "max_completion_tokens",
    "temperature",
    "seed",
  ]);
  assert.equal(first.max_completion_tokens, 8);
  assert.deepEqual(roles(first), ["system:text", "user:text", "user:parts"]);
  assert.deepEqual(roles(second), [
    "system:text",
    "user:text",
    "assistant:null",
    "tool:text",
    "user:parts",
  ]);
  assert.deepEqual(second.messages[2].tool_calls, [
    { id: "call1", type: "function", function: { name: "read", arguments: '{"path":"a.txt"}' } },
  ]);
  assert.equal(first.messages[0].content, "You are an agent.\n\nUse your tools.");
});

test("requiresStringContent: every content is a string", () => {
  const [first] = bodies({ requiresStringContent: true });
  assert.deepEqual(roles(first), ["system:text", "user:text", "user:text"]);
});

test("supportsTools false: no tools, no tool prompt, no context", () => {
  const [first] = bodies({ supportsTools: false });
  assert.equal("tools" in first || "tool_choice" in first, false);
  assert.deepEqual(roles(first), ["system:text", "user:parts"]);
  assert.equal(first.messages[0].content, "You are an agent.");
});

test("the flags that change single fields", () => {
  const [usage] = bodies({ supportsUsageInStreaming: false });
  assert.equal("stream_options" in usage, false);
  const [limit] = bodies({ maxTokensField: "max_tokens" });
  assert.deepEqual([limit.max_tokens, limit.max_completion_tokens], [8, undefined]);
  const [strict] = bodies({ supportsStrictMode: true });
  assert.equal(strict.tools[0].function.strict, false);
  const [, named] = bodies({ requiresToolResultName: true });
  assert.equal(named.messages[3].name, "read");
  const [cacheKey] = bodies({ supportsPromptCacheKey: true });
  assert.equal(typeof cacheKey.prompt_cache_key, "string");
});

test("requiresAssistantAfterToolResult: an assistant message, and no null content", () => {
  const [, second] = bodies({ requiresAssistantAfterToolResult: true });
  assert.deepEqual(roles(second), [
    "system:text",
    "user:text",
    "assistant:text",
    "tool:text",
    "assistant:text",
    "user:parts",
  ]);
  assert.equal(second.messages[2].content, "");
});

test("strictMessageKeys loses tool calls, as OpenClaw does with it", () => {
  const [, second] = bodies({ strictMessageKeys: true });
  for (const message of second.messages)
    assert.deepEqual(Object.keys(message), ["role", "content"]);
});

test("unsupported keywords leave the schema, properties of that name stay", () => {
  const [first] = bodies({ unsupportedToolSchemaKeywords: ["description", "minLength"] });
  const { parameters } = first.tools[0].function;
  assert.deepEqual(parameters.properties, {
    path: { type: "string" },
    description: { type: "string" },
  });
  assert.equal(tool.function.parameters.properties.path.description, "Where it is.");
});

test("cache marks stand on system prompt, last tool and an earlier message", () => {
  const [first] = bodies({ cacheControlFormat: "anthropic" });
  assert.deepEqual(roles(first), ["system:parts", "user:parts", "user:parts"]);
  assert.ok(first.messages[0].content[0].cache_control);
  assert.ok(first.tools[0].cache_control);
});

test("every flag that is said to be applied changes a request", () => {
  const values: Record<string, Compat[string]> = {
    requiresStringContent: true,
    supportsTools: false,
    supportsUsageInStreaming: false,
    maxTokensField: "max_tokens",
    supportsStrictMode: true,
    requiresToolResultName: true,
    requiresAssistantAfterToolResult: true,
    strictMessageKeys: true,
    unsupportedToolSchemaKeywords: ["description"],
    cacheControlFormat: "anthropic",
    supportsPromptCacheKey: true,
  };
  const plain = JSON.stringify(bodies({}));
  for (const [name, flag] of Object.entries(COMPAT_FLAGS)) {
    if (flag.effect !== "applied") continue;
    const value = values[name];
    assert.ok(value !== undefined, `${name} has no value in this test`);
    assert.notEqual(JSON.stringify(bodies({ [name]: value })), plain, name);
  }
});

test("the plain twin asks the same without a stream", () => {
  const [, request] = buildRequests(scenario, { modelId: "m", compat: {}, maxTokens: 5, seed: 7 });
  assert.ok(request);
  const plain = JSON.parse(plainVariant(request).body ?? "");
  const streamed = JSON.parse(request.body ?? "");
  assert.equal(plain.stream, false);
  assert.equal("stream_options" in plain, false);
  assert.deepEqual(plain.messages, streamed.messages);
  assert.equal(plain.max_completion_tokens, 5);
});

test("a flag is parsed by its own type, and one without effect is refused with the reason", () => {
  assert.equal(parseCompatValue("supportsTools", "false"), false);
  assert.equal(parseCompatValue("maxTokensField", "max_tokens"), "max_tokens");
  assert.deepEqual(parseCompatValue("unsupportedToolSchemaKeywords", "a+b"), ["a", "b"]);
  assert.throws(
    () => parseCompatValue("supportsTools", "yes"),
    /got "yes"; expected true or false/,
  );
  assert.throws(() => parseCompatValue("suportsTools", "true"), /Did you mean "supportsTools"/);
  assert.throws(() => parseCompatValue("supportsStore", "true"), /would change nothing/);
  assert.throws(() => parseCompatValue("codeMode", "preferred"), /only OpenClaw itself/);
});
