import assert from "node:assert/strict";
import { test } from "node:test";
import { blotted, secretsOf } from "./secrets.ts";
import type { Exchange } from "./types.ts";

const KEY = 'sk-a"b-0123456789';

function exchangeOf(parts: string[], over: Partial<Exchange> = {}): Exchange {
  return {
    ...{ method: "POST", path: "/v1/chat/completions", step: 0, kind: "generate", stream: true },
    ...{ sentNs: 0, requestBytes: 2, requestDigest: null, requestBody: null, connectMs: null },
    ...{ status: 401, headersNs: 1, headers: {}, end: { kind: "closed", tNs: 9 } },
    segments: parts.map((text, at) => ({ tNs: at, bytes: Buffer.from(text) })),
    ...over,
  } as Exchange;
}

const textsOf = ({ segments }: Exchange) =>
  segments.map(({ tNs, bytes }) => [tNs, Buffer.from(bytes).toString()]);

test("a key that the server repeats is made stars, in whatever pieces it came", () => {
  const body = JSON.stringify({ error: { message: `Incorrect API key provided: ${KEY}.` } });
  for (let at = 1; at < body.length; at++) {
    const parts = [body.slice(0, at), body.slice(at)];
    const shown = textsOf(blotted(exchangeOf(parts), [KEY]));
    assert.deepEqual(
      shown.map(([tNs, text]) => [tNs, String(text).length]),
      [
        [0, at],
        [1, body.length - at],
      ],
      "nothing else moves",
    );
    const said = JSON.parse(shown.map(([, text]) => text).join("")).error.message;
    assert.equal(said, `Incorrect API key provided: ${"*".repeat(KEY.length + 1)}.`);
  }
});

test("in headers and in a body that is kept, too; what holds none is not touched", () => {
  const kept = exchangeOf(["fine"], {
    headers: { "x-you": `are ${KEY}` },
    requestBody: `"${KEY}"`,
  });
  const shown = blotted(kept, [KEY, null]);
  assert.doesNotMatch(JSON.stringify(shown), /0123456789/);
  assert.equal(shown.segments, kept.segments);
  const other = exchangeOf(["nothing", " here"]);
  assert.equal(blotted(other, [KEY]), other);
  assert.equal(blotted(kept, [null, "are"]), kept, "a short word is no secret");
});

test("a config's secrets by name and place, and what its references stand for", () => {
  const config = {
    env: { vars: { ANY: "of-the-env" } },
    models: {
      providers: {
        a: { apiKey: "literal-key", headers: { "X-Team": "of-a-header" }, baseUrl: "http://a/v1" },
        b: { apiKey: "${B_KEY}", request: { auth: { mode: "authorization-bearer" } } },
      },
    },
    agents: { defaults: { maxTokens: 4 } },
  };
  assert.deepEqual(secretsOf(config, { B_KEY: "what-b-is" }), [
    ...["of-the-env", "literal-key", "of-a-header", "what-b-is"],
  ]);
});
