import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { attachEngine } from "../engine/attached.ts";
import { freePort, startSim } from "../sim/testing.ts";
import { Asker } from "./asker.ts";
import type { ProviderTarget } from "./providers.ts";
import type { DoctorStep } from "./steps.ts";
import { walkServer } from "./walk.ts";
import { newLearned, type Walk } from "./walk-state.ts";

const stops: (() => unknown)[] = [];
after(() => Promise.all(stops.map((stop) => stop())));

/** Walks a server; gives the steps by id, and what was learned. */
async function walked(
  baseUrl: string,
  over: { wanted?: string | null; target?: Partial<ProviderTarget>; timeoutMs?: number } = {},
) {
  const { signal } = new AbortController();
  const asker = new Asker({ baseUrl, apiKey: null, signal, timeoutMs: over.timeoutMs ?? 20_000 });
  stops.push(() => asker.close());
  const target =
    over.target === undefined ? null : ({ compat: {}, ...over.target } as ProviderTarget);
  const walk: Walk = {
    ...{ asker, target, learned: newLearned(), replyMs: 2000, loadWaitMs: 300, over: null },
  };
  const { steps, served } = await walkServer(walk, {
    ...{ wanted: over.wanted ?? null, signal, onBegin: () => {}, onStep: () => {} },
    attach: async (modelId) => {
      const up = await attachEngine({ baseUrl, apiKey: null, modelId, signal });
      assert.ok(up.kind === "up");
      return up.engine;
    },
  });
  const by = Object.fromEntries(steps.map((step) => [step.id, step])) as Record<string, DoctorStep>;
  return { by, walk, served };
}

async function sim(...knobs: string[]): Promise<string> {
  const running = await startSim(knobs, { until: "listening" });
  stops.push(running.stop);
  return `http://127.0.0.1:${running.port}/v1`;
}

type Handler = (
  body: { model?: string } | null,
  request: IncomingMessage,
  response: ServerResponse,
) => void;

async function server(handler: Handler): Promise<string> {
  const listening = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += String(part);
    handler(text === "" ? null : JSON.parse(text), request, response);
  }).listen(0, "127.0.0.1");
  await once(listening, "listening");
  stops.push(() => {
    listening.closeAllConnections();
    listening.close();
  });
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}/v1`;
}

const statuses = (by: Record<string, DoctorStep>) =>
  Object.fromEntries(Object.entries(by).map(([id, { status }]) => [id, status]));

test("a healthy server: every step passes, and says what was sent and what came", async () => {
  const { by, walk } = await walked(await sim("tool-calls=structured"));
  assert.deepEqual([...new Set(Object.values(statuses(by)))], ["pass"]);
  assert.equal(Object.keys(by).length, 8);
  assert.ok(Object.values(by).every((step) => step.sent !== null && step.came !== ""));
  assert.equal(walk.learned.calls, "structured");
  assert.deepEqual(walk.learned.compat, {});
  assert.deepEqual(walk.learned.usage, { plain: true, stream: false });
  assert.match(by.streaming?.came ?? "", /role chunk after .* first text after .* \[DONE\]/);
});

test("an old release: arrays and null are refused, and the flags that mend it are learned", async () => {
  const { by, walk } = await walked(await sim("reject-arrays"));
  assert.equal(by["content-parts"]?.outcome.kind, "string-content-required");
  assert.equal(by.roles?.outcome.kind, "string-content-required");
  assert.match(by.roles?.outcome.remedy ?? "", /requiresAssistantAfterToolResult/);
  assert.deepEqual(walk.learned.compat, {
    requiresStringContent: true,
    requiresAssistantAfterToolResult: true,
  });
  assert.equal(by.streaming?.status, "pass");
});

test("flags that the config has already are no failure", async () => {
  const compat = { requiresStringContent: true, requiresAssistantAfterToolResult: true };
  const { by } = await walked(await sim("reject-arrays"), { target: { compat } });
  assert.deepEqual([...new Set(Object.values(statuses(by)))], ["pass"]);
  assert.match(by["content-parts"]?.came ?? "", /your config sends text as a string already/);
});

test("refused tools, and tools as prose", async () => {
  const refused = await walked(await sim("reject-tools"));
  assert.equal(refused.by.tools?.outcome.kind, "tool-schema-rejected");
  assert.equal(refused.by.roles?.status, "pass");
  const prose = await walked(await sim("tool-calls=prose"));
  assert.equal(prose.by.tools?.outcome.kind, "tool-call-as-text");
  assert.equal(prose.walk.learned.calls, "text");
});

test("a model that is loading, one that failed to load, and nobody there", async () => {
  const loading = await walked(await sim("load-time=600000"));
  assert.equal(loading.by.health?.outcome.kind, "not-ready");
  const broken = await walked(await sim("load-error=no tensor"));
  assert.equal(broken.by.health?.outcome.kind, "load-failed");
  const dead = await walked(`http://127.0.0.1:${await freePort()}/v1`);
  assert.equal(dead.by.health?.outcome.kind, "unreachable");
  for (const { by } of [loading, broken, dead]) {
    const rest = Object.values(by).slice(1);
    assert.ok(rest.length === 7 && rest.every(({ status }) => status === "skipped"));
  }
});

test("the config's name is not the served one: told, and the rest is asked of what is served", async () => {
  const { by, served } = await walked(await sim(), { wanted: "other/model" });
  assert.equal(by.models?.outcome.kind, "model-missing");
  assert.match(by.models?.came ?? "", /it lists test\/model/);
  assert.equal(served.id, "test/model");
  assert.equal(by.chat?.status, "pass");
});

test("a hang: one request is given up, and nothing is piled on top of it", async () => {
  const { by } = await walked(await sim("hang=headers"), { timeoutMs: 400 });
  assert.equal(by.chat?.outcome.kind, "timeout");
  assert.equal(by.tools?.status, "skipped");
  assert.match(by.tools?.came ?? "", /may still be at work on a plain chat/);
});

test("of a server with several models only the loaded one is ever named", async () => {
  const named: (string | undefined)[] = [];
  const paths = new Set<string>();
  const baseUrl = await server((body, request, response) => {
    paths.add(request.url ?? "");
    response.setHeader("content-type", "application/json");
    if (request.url === "/v1/models") {
      const cached = { id: "in/cache", owned_by: "inferrs" };
      const loaded = { id: "is/loaded", owned_by: "inferrs (loaded)" };
      response.end(JSON.stringify({ data: [cached, loaded] }));
      return;
    }
    if (body !== null) named.push(body.model);
    response.statusCode = request.url === "/health" ? 200 : 418;
    response.end("{}");
  });
  const { by } = await walked(baseUrl, { wanted: "in/cache" });
  assert.equal(by.models?.outcome.kind, "model-missing");
  assert.match(
    by.models?.outcome.meaning ?? "",
    /has is\/loaded loaded; the config names in\/cache/,
  );
  assert.ok(named.length > 4);
  assert.deepEqual([...new Set(named)], ["is/loaded"]);
  assert.deepEqual([...paths].sort(), ["/health", "/v1/chat/completions", "/v1/models"]);
});

test("several models, none said to be loaded, none of them the config's: no name is tried", async () => {
  let asked = 0;
  const baseUrl = await server((body, request, response) => {
    if (body !== null) asked++;
    response.setHeader("content-type", "application/json");
    const data = [{ id: "a" }, { id: "b" }];
    response.end(request.url === "/v1/models" ? JSON.stringify({ data }) : "{}");
  });
  const { by } = await walked(baseUrl, { wanted: "c" });
  assert.equal(by.models?.outcome.kind, "model-missing");
  assert.equal(by.chat?.status, "skipped");
  assert.equal(asked, 0);
});

test("a server without /health, without max_completion_tokens, without stream_options", async () => {
  const baseUrl = await server((body, request, response) => {
    response.setHeader("content-type", "application/json");
    if (request.url === "/v1/models") {
      response.end('{"data":[{"id":"m"}]}');
      return;
    }
    const given = body as Record<string, unknown> | null;
    const unknown = ["max_completion_tokens", "stream_options"].find(
      (name) => name in (given ?? {}),
    );
    if (given === null || unknown !== undefined) {
      response.statusCode = given === null ? 404 : 400;
      response.end(JSON.stringify({ error: { message: `unknown field ${unknown}` } }));
      return;
    }
    const choice = { index: 0, finish_reason: "stop" };
    if (given.stream !== true) {
      response.end(JSON.stringify({ choices: [{ ...choice, message: { content: "4" } }] }));
      return;
    }
    response.setHeader("content-type", "text/event-stream");
    const chunk = JSON.stringify({ choices: [{ ...choice, delta: { content: "4" } }] });
    response.end(`data: ${chunk}\n\ndata: [DONE]\n\n`);
  });
  const { by, walk } = await walked(baseUrl);
  assert.match(by.health?.came ?? "", /has no such route/);
  assert.equal(by.chat?.status, "pass");
  assert.equal(by.usage?.status, "fail");
  assert.deepEqual(walk.learned.compat, {
    maxTokensField: "max_tokens",
    supportsUsageInStreaming: false,
  });
});

test("a stream without finish_reason is one that OpenClaw takes for timed out", async () => {
  const baseUrl = await server((body, request, response) => {
    response.setHeader("content-type", "application/json");
    if (request.url === "/v1/models") response.end('{"data":[{"id":"m"}]}');
    else if ((body as { stream?: boolean } | null)?.stream !== true) {
      response.end('{"choices":[{"message":{"content":"4"},"finish_reason":"stop"}]}');
    } else {
      response.setHeader("content-type", "text/event-stream");
      response.end('data: {"choices":[{"delta":{"content":"4"}}]}\n\ndata: [DONE]\n\n');
    }
  });
  const { by } = await walked(baseUrl);
  assert.equal(by.streaming?.outcome.kind, "stream-truncated");
});

test("a server that dies is told from one that refuses, and is not asked again", async () => {
  const baseUrl = await sim("crash-after=1");
  const { by } = await walked(baseUrl);
  assert.equal(by.chat?.status, "pass");
  assert.equal(by["content-parts"]?.status, "fail");
  assert.match(by.tools?.came ?? "", /the server is gone/);
});
