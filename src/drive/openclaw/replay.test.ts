import assert from "node:assert/strict";
import { test } from "node:test";
import { replayRequests } from "./replay.ts";

const body = (over: object = {}) =>
  JSON.stringify({
    model: "captured",
    messages: [
      { role: "system", content: "You are." },
      { role: "user", content: [{ type: "text", text: "Hi" }] },
    ],
    stream: true,
    tools: [{ type: "function", function: { name: "read" } }],
    max_completion_tokens: 4096,
    ...over,
  });
const context = { modelId: "org/m", maxTokens: 64, seed: 7, variation: null };

test("a body goes as the client sent it, but for model, length and what makes it repeatable", () => {
  const [first, second] = replayRequests([[body()], [body({ max_tokens: 9 })]], context);
  const sent = JSON.parse(first?.body ?? "");
  assert.deepEqual(sent, {
    ...JSON.parse(body()),
    model: "org/m",
    max_completion_tokens: 64,
    temperature: 0,
    seed: 7,
  });
  assert.deepEqual(Object.keys(sent.tools[0]), ["type", "function"]);
  assert.equal(JSON.parse(second?.body ?? "").max_tokens, 64);
  assert.deepEqual([first?.step, second?.step], [0, 1]);
});

test("rounds differ by a number at the very beginning, in a string or in parts", () => {
  const [text] = replayRequests([[body()]], { ...context, variation: 3 });
  assert.match(JSON.parse(text?.body ?? "").messages[0].content, /^\[\d{6}\] You are\.$/);
  const messages = [{ role: "system", content: [{ type: "text", text: "You are." }] }];
  const [parts] = replayRequests([[body({ messages })]], { ...context, variation: 3 });
  const [part] = JSON.parse(parts?.body ?? "").messages[0].content;
  assert.match(part.text, /^\[\d{6}\] You are\.$/);
});
