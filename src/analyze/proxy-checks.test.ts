import assert from "node:assert/strict";
import { test } from "node:test";
import { breachesOf, proxyStyleWarnings, shownHeaders } from "./proxy-checks.ts";

const CLEAN = {
  model: "m",
  stream: true,
  stream_options: { include_usage: true },
  max_completion_tokens: 10,
  messages: [
    { role: "system", content: "store this: cache_control, reasoning" },
    { role: "assistant", content: null, reasoning: "earlier", tool_calls: [] },
    { role: "user", content: [{ type: "text", text: "thinking" }] },
  ],
  tools: [
    { type: "function", function: { name: "store", parameters: { properties: { store: {} } } } },
  ],
  tool_choice: "auto",
};
const HEADERS = { host: "a", "user-agent": "OpenAI/JS 7.15.0", "x-stainless-os": "Linux" };

test("a request as it should be has no breach, whatever words it is about", () => {
  assert.deepEqual(breachesOf(HEADERS, CLEAN), []);
  assert.deepEqual(breachesOf({}, undefined), []);
  assert.deepEqual(breachesOf({}, []), []);
  assert.deepEqual(breachesOf({}, "store"), []);
});

test("fields are found by name, also those that are set to nothing", () => {
  for (const field of [
    "service_tier",
    "store",
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning_effort",
    "reasoning",
    "thinking",
    "enable_thinking",
  ]) {
    assert.deepEqual(breachesOf(HEADERS, { ...CLEAN, [field]: null }), [`field ${field}`]);
  }
});

test("cache marks are found wherever they stand, once, however deep", () => {
  const mark = { cache_control: { type: "ephemeral" } };
  const marked = {
    ...CLEAN,
    messages: [{ role: "user", content: [{ type: "text", ...mark }] }],
    tools: [mark],
  };
  assert.deepEqual(breachesOf({}, marked), ["field cache_control"]);
  let deep: object = mark;
  for (let depth = 0; depth < 20_000; depth++) deep = [deep];
  assert.deepEqual(breachesOf({}, { messages: deep }), ["field cache_control"]);
});

test("headers that say who asks", () => {
  const headers = {
    ...HEADERS,
    originator: "x",
    version: "1",
    "x-openclaw-session": "s",
    "http-referer": "r",
    "x-session-affinity": "s",
  };
  assert.deepEqual(breachesOf(headers, CLEAN), [
    "header originator",
    "header version",
    "header x-openclaw-session",
    "header http-referer",
    "header x-session-affinity",
  ]);
  assert.deepEqual(breachesOf({ "user-agent": "OpenClaw/2026.9.6" }, CLEAN), ["header user-agent"]);
});

test("a warning names header or field and the cells, and the flag that asks for it", () => {
  const warnings = proxyStyleWarnings([
    {
      id: "a",
      compat: { requiresStringContent: true },
      breaches: ["field store", "header originator"],
    },
    { id: "b", compat: {}, breaches: ["field store"] },
    { id: "c", compat: { supportsPromptCacheKey: true }, breaches: ["field prompt_cache_key"] },
    { id: "d", compat: { supportsPromptCacheKey: false }, breaches: ["field prompt_cache_key"] },
    { id: "e", compat: { cacheControlFormat: "anthropic" }, breaches: ["field cache_control"] },
    { id: "f", compat: {}, breaches: [] },
  ]);
  assert.ok(warnings.every(({ code }) => code === "proxy-style"));
  const texts = warnings.map(({ text }) => text);
  const bad = "which a proxy-style server such as inferrs should not get";
  assert.deepEqual(texts, [
    `OpenClaw's request had the field store (a wish to keep the reply on the server), ${bad}: a; b.`,
    `OpenClaw's request had the header originator (attribution), ${bad}: a.`,
    "OpenClaw's request had the field prompt_cache_key (a prompt-cache hint), because supportsPromptCacheKey asks for it: c.",
    `OpenClaw's request had the field prompt_cache_key (a prompt-cache hint), ${bad}: d.`,
    "OpenClaw's request had the field cache_control (a prompt-cache hint), because cacheControlFormat asks for it: e.",
  ]);
});

test("of headers that could hold a secret only the name is kept", () => {
  const shown = shownHeaders({
    authorization: "Bearer s",
    "x-api-key": "s",
    cookie: "s",
    "x-mine": "s",
    accept: "a",
  });
  assert.equal(shown.accept, "a");
  assert.ok(
    Object.entries(shown).every(([name, value]) => name === "accept" || value === "(not kept)"),
  );
});
