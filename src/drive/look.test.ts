import assert from "node:assert/strict";
import { test } from "node:test";
import { largestBody, lookRequest } from "./look.ts";

const tools = Array.from({ length: 10 }, (_, index) => ({
  type: "function",
  function: { name: `tool${index}`, description: "d".repeat(800), parameters: {} },
}));
const LIKE = JSON.stringify({
  messages: [
    { role: "system", content: 'Quiet rivers run deep, 日本語, "quoted" and 😀.\n'.repeat(900) },
    { role: "user", content: [{ type: "text", text: "Go." }] },
  ],
  tools,
});
const asked = { servedId: "m", stream: true, seed: 1, like: LIKE, tools: true };
const bodyOf = (requestBytes: number, over: Partial<typeof asked> = {}) =>
  lookRequest({ ...asked, requestBytes, ...over }).body ?? "";

test("a prompt of the ladder has the bytes that were asked for, within 5%", () => {
  for (const bytes of [1000, 4000, 16_000, 64_000, 260_000]) {
    for (const like of [LIKE, null]) {
      const size = Buffer.byteLength(bodyOf(bytes, { like } as Partial<typeof asked>));
      assert.ok(Math.abs(size - bytes) < 0.05 * bytes, `${size}, not ${bytes}`);
    }
  }
});

test("it asks for one token, and for the count", () => {
  const body = JSON.parse(bodyOf(2000));
  assert.equal(body.max_tokens, 1);
  assert.deepEqual(body.stream_options, { include_usage: true });
  assert.equal(JSON.parse(bodyOf(2000, { stream: false })).stream_options, undefined);
});

test("no two begin alike, and each is the same on every run", () => {
  const starts = [1000, 2000, 4000, 8000].map((bytes) =>
    String(JSON.parse(bodyOf(bytes)).messages[0].content).slice(0, 60),
  );
  assert.equal(new Set(starts).size, starts.length);
  assert.ok(starts.every((text) => /^\[\d{6}\] /.test(text)));
  assert.equal(bodyOf(4000), bodyOf(4000));
});

test("as large a share of it are tools as of the request that it is like", () => {
  const size = Buffer.byteLength(LIKE);
  assert.equal(JSON.parse(bodyOf(size / 2)).tools.length, 5);
  assert.equal(JSON.parse(bodyOf(size / 100)).tools, undefined);
  assert.equal(JSON.parse(bodyOf(size / 2, { tools: false })).tools, undefined);
});

test("half a character is never sent", () => {
  for (let bytes = 2000; bytes < 2400; bytes += 7) {
    assert.doesNotMatch(bodyOf(bytes), /\\ud[89a-f]/i);
  }
});

test("the largest body is the one to be like", () => {
  assert.equal(largestBody([{ body: null }, { body: "ab" }, { body: "abc" }]), "abc");
  assert.equal(largestBody([{ body: null }]), null);
});
