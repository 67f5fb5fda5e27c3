import assert from "node:assert/strict";
import { test } from "node:test";
import { filesNeeded, type TurnSeen, unmet, wasCompacted, withNumber } from "./expect.ts";

const seen = (over: Partial<TurnSeen> = {}): TurnSeen => ({
  reply: "It is the Kestrel.",
  files: new Map(),
  toolCalls: [{ name: "read", arguments: '{"path":"a.txt","limit":5}' }],
  compacted: false,
  ...over,
});

test("a reply is matched whatever its case, and an empty one is none", () => {
  const expect = [{ reply: { matches: "\\bkestrel\\b" } }];
  assert.deepEqual(unmet(expect, seen()), []);
  assert.match(unmet(expect, seen({ reply: "a hawk" }))[0] ?? "", /does not match/);
  assert.match(unmet(expect, seen({ reply: " " }))[0] ?? "", /no reply/);
  assert.match(unmet(expect, seen({ reply: null }))[0] ?? "", /no reply/);
});

test("a file must be there with its content, white space at its ends aside", () => {
  const expect = [{ file: "r.txt", content: "At noon." }];
  assert.deepEqual(filesNeeded(expect), ["r.txt"]);
  assert.deepEqual(unmet(expect, seen({ files: new Map([["r.txt", "At noon.\n"]]) })), []);
  assert.match(unmet(expect, seen())[0] ?? "", /not in the workspace/);
  const [other] = unmet(expect, seen({ files: new Map([["r.txt", "my secret"]]) }));
  assert.match(other ?? "", /content is not/);
  assert.doesNotMatch(other ?? "", /secret/);
});

test("a tool must be called, with at least these arguments", () => {
  assert.deepEqual(unmet([{ tool: "read", arguments: { path: "a.txt" } }], seen()), []);
  assert.match(unmet([{ tool: "write" }], seen())[0] ?? "", /did not call write/);
  const wrong = unmet([{ tool: "read", arguments: { path: "b.txt" } }], seen());
  assert.match(wrong[0] ?? "", /other arguments/);
  const broken = seen({ toolCalls: [{ name: "read", arguments: "{" }] });
  assert.equal(unmet([{ tool: "read", arguments: { path: "a" } }], broken).length, 1);
});

test("the number of calls, and a compaction", () => {
  assert.deepEqual(unmet([{ toolCalls: { min: 1, max: 1 } }], seen()), []);
  assert.match(
    unmet([{ toolCalls: { min: 2 } }], seen())[0] ?? "",
    /1 tool calls, expected at least 2/,
  );
  assert.match(unmet([{ toolCalls: { max: 0 } }], seen())[0] ?? "", /at most 0/);
  assert.match(unmet([{ compacted: true }], seen())[0] ?? "", /not compacted/);
});

test("a session that has fewer messages than before was compacted", () => {
  assert.equal(wasCompacted([3, 5, 7, 9]), false);
  assert.equal(wasCompacted([3, 5, 7, 4, 6]), true);
  assert.equal(wasCompacted([]), false);
});

test("a repeated turn's number stands in what is expected of it", () => {
  assert.deepEqual(withNumber([{ reply: { matches: "part {n}" } }], 7), [
    { reply: { matches: "part 7" } },
  ]);
});
