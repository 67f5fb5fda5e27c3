import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "./requests.ts";
import { countPromptTokens, countTokens, promptOf } from "./tokens.ts";

const user = (text: string): Message => ({ role: "user", text, hasToolCalls: false });

test("English and JSON come to 2.6 to 4.5 bytes a token", () => {
  const prose =
    "You are a careful assistant that works in a folder of files. Read a file before you change it, and say what you changed. Ask only when the answer can't be found. ".repeat(
      40,
    );
  const list = JSON.stringify({ type: "object", properties: { path: { type: "string" } } }).repeat(
    40,
  );
  for (const text of [prose, `${prose}${list}`]) {
    const bytes = Buffer.byteLength(text) / countTokens(text);
    assert.ok(bytes > 2.6 && bytes < 4.5, `${bytes} bytes a token`);
  }
});

test("the same text has the same count, a longer one a higher", () => {
  assert.equal(countTokens("One, two; 345.\n\nsix"), countTokens("One, two; 345.\n\nsix"));
  assert.equal(countTokens("One, two; 345.\n\nsix"), 10);
  assert.ok(countPromptTokens([user("one two")], null) > countPromptTokens([user("one")], null));
});

test("tools count, whatever the form of the content", () => {
  const tools = [{ type: "function", function: { name: "read", description: "Reads." } }];
  assert.ok(countPromptTokens([user("hi")], tools) > countPromptTokens([user("hi")], null));
  assert.equal(countPromptTokens([user("hi")], []), countPromptTokens([user("hi")], null));
});

test("tools join the system turn, tool results the user's, and empty calls leave no turn", () => {
  const messages: Message[] = [
    { role: "system", text: "Help.", hasToolCalls: false },
    user("Read it."),
    { role: "assistant", text: "", hasToolCalls: true },
    { role: "tool", text: "Empty.", hasToolCalls: false },
  ];
  const parameters = { properties: { path: { type: "string" }, lines: {} }, required: ["path"] };
  const tools = [{ function: { name: "read", description: "Reads.", parameters } }];
  assert.equal(
    promptOf(messages, tools),
    "system\nHelp.\n\nAvailable tools:\n- read: Reads.\n  parameters: path: string, lines?: any\nuser\nRead it.\n\nEmpty.\n",
  );
});
