import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "./requests.ts";
import { type Script, scriptedReply } from "./script.ts";

const SCRIPTS: Script[] = [
  {
    message: "Read a.txt (please).",
    replies: [{ calls: [{ name: "read", arguments: { path: "a.txt" } }] }, { text: "It says b." }],
  },
  { message: "Part {n} of the log.", replies: [{ text: "part {n} read" }] },
];
const user = (text: string): Message => ({ role: "user", text, hasToolCalls: false });
const called: Message = { role: "assistant", text: "", hasToolCalls: true };
const result: Message = { role: "tool", text: "b", hasToolCalls: false };

test("the script goes on with each tool result, whatever the client puts around the message", () => {
  const asked = [user("[Thu 09:41] Read a.txt (please). Thanks."), user("facts of the session")];
  assert.deepEqual(scriptedReply(SCRIPTS, asked), SCRIPTS[0]?.replies[0]);
  const answered = [asked[0] ?? user(""), called, result, user("facts of the session")];
  assert.deepEqual(scriptedReply(SCRIPTS, answered), { text: "It says b." });
});

test("the latest scripted message counts, with its number", () => {
  const session = [user("Part 1 of the log."), user("Part 12 of the log.")];
  assert.deepEqual(scriptedReply(SCRIPTS, session), { text: "part 12 read" });
});

test("what nobody scripted, and a script that is at its end, has no reply", () => {
  assert.equal(scriptedReply(SCRIPTS, [user("Hello")]), null);
  assert.equal(scriptedReply(SCRIPTS, [user("Part 3 of the log."), called, result]), null);
});
