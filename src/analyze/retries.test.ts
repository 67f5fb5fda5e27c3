import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProxiedExchange } from "../drive/proxy/types.ts";
import { persistenceOf, rolesOf } from "./retries.ts";

const event = (delta: object, finish: string | null) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const ANSWER = event({ content: "four" }, "stop");

let clock = 0;
/** A request that ended as told; each begins a second after the end of the one before. */
function asked(over: Partial<ProxiedExchange> & { body?: string } = {}): ProxiedExchange {
  const { body = ANSWER, ...rest } = over;
  clock += 1e9;
  const exchange: ProxiedExchange = {
    ...{ method: "POST", path: "/v1/chat/completions", step: 0, kind: "generate", stream: true },
    ...{ requestBytes: 10, requestDigest: "d", requestBody: null, connectMs: null },
    ...{ sentNs: clock, arrivedNs: clock, status: 200, headersNs: 1 },
    headers: { "content-type": "text/event-stream" },
    segments: body === "" ? [] : [{ tNs: 1e6, bytes: Buffer.from(body) }],
    end: { kind: "closed", tNs: 2e6 },
    ...{ clientLagMs: 0, hungUp: null, requestHeaders: {}, breaches: [], model: "m" },
    shape: { roles: ["system", "user"], tools: 1, contentParts: false },
    ...rest,
  };
  clock += exchange.end.tNs;
  return exchange;
}
const shape = (...roles: string[]) => ({ roles, tools: 1, contentParts: false });
const failed: Partial<ProxiedExchange> = { status: 500, segments: [] };
const aborted: Partial<ProxiedExchange> = {
  end: { kind: "aborted", tNs: 10e9, error: "the client hung up" },
  hungUp: "client",
};

test("a turn in which nothing failed has nothing to tell", () => {
  const call = event(
    { tool_calls: [{ index: 0, function: { name: "read", arguments: "{}" } }] },
    "tool_calls",
  );
  const turn = [
    asked({ body: call }),
    asked({ shape: shape("system", "user", "assistant", "tool") }),
  ];
  assert.deepEqual(rolesOf(turn), ["next", "next"]);
  const { requests, retries, fallbacks, changed, aborts, answered, sentence } = persistenceOf(turn);
  assert.deepEqual([requests, retries, fallbacks, changed, aborts], [2, 0, 0, 0, 0]);
  assert.equal(answered, true);
  assert.equal(sentence, null);
  assert.equal(persistenceOf([]).sentence, null);
});

test("an engine that dies: one cut off, then refused until the client gives up", () => {
  const turn = [
    asked({ body: "", end: { kind: "reset", tNs: 1e9, error: "ECONNRESET" }, hungUp: "engine" }),
    ...Array.from({ length: 7 }, (_, index) =>
      asked({
        ...{ body: "", status: null, requestDigest: String(index), requestBytes: 10 + index },
        end: { kind: "refused", tNs: 1e6, error: "ECONNREFUSED" },
        hungUp: "engine",
      }),
    ),
  ];
  const persistence = persistenceOf(turn);
  assert.equal(persistence.retries, 7);
  assert.equal(persistence.answered, false);
  assert.equal(persistence.sentence, "OpenClaw asked 7 times more over 8.0 s before it gave up");
});

test("failures of every kind are followed by retries, and one that is answered ends them", () => {
  for (const first of [
    failed,
    { body: "" },
    { body: event({ content: "half" }, null) },
    { body: `data: {"error":{"message":"no"}}\n\n` },
    { body: event({}, "stop") },
    { end: { kind: "reset", tNs: 1e6, error: "cut" } as const },
  ]) {
    const turn = [
      asked(first),
      asked(),
      asked({ shape: shape("system", "user", "assistant", "user") }),
    ];
    assert.deepEqual(rolesOf(turn), ["next", "retry", "next"], JSON.stringify(first));
    assert.match(
      persistenceOf(turn).sentence ?? "",
      /asked once more over .* until it was answered$/,
    );
  }
});

test("a request that grew by the user's words alone is the same conversation again", () => {
  // After a reply whose headers never came the client says the user's message once more each time.
  const turn = ["user", "user,user", "user,user,user", "user,user,user,user"].map((more) =>
    asked({ ...aborted, shape: shape("system", ...more.split(",")) }),
  );
  assert.deepEqual(rolesOf(turn), ["next", "retry", "retry", "retry"]);
  const other = asked({ shape: shape("system", "user", "assistant", "user") });
  assert.deepEqual(rolesOf([asked(failed), other]), ["next", "changed"]);
});

test("what the client hangs up on is counted", () => {
  const turn = Array.from({ length: 6 }, () => asked(aborted));
  const { sentence, aborts, spanMs } = persistenceOf(turn);
  assert.equal(aborts, 6);
  assert.equal(spanMs, 65_000);
  assert.equal(
    sentence,
    "OpenClaw asked 5 times more over 65 s before it gave up; it hung up 6 times before the reply was complete",
  );
  assert.equal(
    persistenceOf([asked(aborted)]).sentence,
    "OpenClaw did not ask again; it hung up once before the reply was complete",
  );
});

test("another model or a whole reply is a fallback, another conversation a change", () => {
  const turn = [
    asked(failed),
    asked({ ...failed, model: "other" }),
    asked({ ...failed, stream: false }),
    asked({ ...failed, shape: shape("system", "assistant", "user") }),
    asked(failed),
    asked({ stream: false, headers: {}, body: '{"choices":[{"message":{"content":"four"}}]}' }),
  ];
  assert.deepEqual(rolesOf(turn), ["next", "fallback", "fallback", "changed", "retry", "retry"]);
  assert.match(
    persistenceOf(turn).sentence ?? "",
    /^OpenClaw asked 5 times more \(2 times in another way, once with another conversation\) over .* until it was answered$/,
  );
});

test("requests that ask for no reply don't count", () => {
  const models = asked({ method: "GET", path: "/v1/models", kind: "get", stream: false });
  assert.equal(persistenceOf([models, asked(), models]).requests, 1);
});

test("without a shape only equal bytes are the same conversation", () => {
  const unread = { ...failed, shape: null };
  assert.deepEqual(
    rolesOf([asked(unread), asked(unread), asked({ ...unread, requestDigest: "e" })]),
    ["next", "retry", "changed"],
  );
});
