/** Every stream of the golden corpus, through the proxy and without it: the same bytes, the same trace. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { classify } from "../../analyze/classify.ts";
import { traceExchange } from "../../analyze/trace.ts";
import { readCorpus } from "../../testing/golden/script.ts";
import { type Golden, spawnGolden } from "../../testing/golden/validate.ts";
import { wireClient } from "../../testing/wire.ts";
import { MeasuringClient } from "../client.ts";
import type { Exchange } from "../types.ts";
import { openProxy } from "./proxy.ts";
import type { PassThroughProxy, Recording } from "./types.ts";

const CORPUS = join(import.meta.dirname, "../../testing/golden/corpus");
const scripts = readCorpus(CORPUS);

let golden: Golden;
let proxy: PassThroughProxy;
let recording: Recording;
before(async () => {
  golden = await spawnGolden(CORPUS);
  const { signal } = new AbortController();
  proxy = await openProxy({ upstream: golden.url, apiKey: null, keepBodies: false, signal });
  recording = proxy.record(process.hrtime.bigint());
});
after(async () => {
  await proxy.close();
  await golden.close();
});

function what(exchange: Exchange) {
  const trace = traceExchange(exchange);
  const { text, reasoning, toolCalls, usage, finishReason, responseId, complete, error } = trace;
  const finding = classify({
    exchanges: [exchange],
    traces: [trace],
    toolNames: [],
    exit: null,
    silentCpuMs: null,
    attached: true,
  });
  const { status, headers } = exchange;
  return {
    ...{ text, reasoning, toolCalls, usage, finishReason, responseId, complete, error },
    ...{ status, headers, chunkTokens: trace.chunkTokens, outcome: finding.kind },
  };
}

const bytesOf = (exchange: Exchange) =>
  Buffer.concat(exchange.segments.map((segment) => segment.bytes));

async function ask(origin: string, name: string, body: string): Promise<Exchange> {
  const script = scripts.find((each) => each.name === name);
  assert.ok(script);
  const ollama = script.asks.route === "ollama";
  const client = new MeasuringClient(`${origin}/s/${name}/v1`, null);
  const exchange = await client.send(
    {
      ...{ method: "POST", body, step: 0, kind: "generate" },
      path: ollama ? "/api/chat" : "/v1/chat/completions",
      stream: script.asks.route !== "plain",
    },
    {
      timeoutMs: script.asks.timeout * 1000,
      signal: new AbortController().signal,
      keepBodies: false,
      attemptStart: process.hrtime.bigint(),
    },
  );
  await client.close();
  return exchange;
}

/** Asks both ways; what the proxy recorded of its own. */
async function askBoth(name: string, stream: boolean) {
  const body = JSON.stringify({ stream, model: name, messages: [] });
  const direct = await ask(golden.url, name, body);
  const proxied = await ask(new URL(proxy.baseUrl).origin, name, body);
  const find = () => recording.exchanges().find((each) => each.path.startsWith(`/s/${name}/`));
  return { direct, proxied, find };
}

/** Streams that the client gives up on: how much of them it gets depends on the machine. */
const GIVEN_UP = ["endless", "stall", "huge-event"];

describe("through the proxy as without it", { concurrency: 8 }, () => {
  for (const { name, asks } of scripts.filter((script) => !GIVEN_UP.includes(script.name))) {
    test(name, async () => {
      const { direct, proxied, find } = await askBoth(name, asks.route !== "plain");
      const recorded = find();
      assert.ok(recorded);
      assert.ok(bytesOf(proxied).equals(bytesOf(direct)));
      assert.deepEqual(what(proxied), what(direct));
      assert.ok(bytesOf(recorded).equals(bytesOf(direct)));
      assert.deepEqual(what(recorded), what(direct));
      assert.equal(recorded.requestDigest, direct.requestDigest);
      assert.equal(recorded.end.kind, direct.end.kind);
      assert.equal(recorded.hungUp, direct.end.kind === "closed" ? null : "engine");
      const times = recorded.segments.map(({ tNs }) => tNs);
      assert.deepEqual(
        times,
        [...times].sort((a, b) => a - b),
      );
    });
  }
});

for (const name of GIVEN_UP) {
  test(`a client that gives up has hung up: ${name}`, async () => {
    const { direct, proxied, find } = await askBoth(name, true);
    await recording.idle();
    const recorded = find();
    assert.ok(recorded);
    assert.equal(proxied.end.kind, direct.end.kind);
    assert.equal(recorded.hungUp, "client");
    assert.equal(recorded.end.kind, name === "huge-event" ? "capped" : "aborted");
    assert.equal(recorded.status, direct.status);
    const [seen, got] = [bytesOf(recorded), bytesOf(proxied)];
    const shorter = Math.min(seen.length, got.length);
    assert.ok(shorter > 0);
    assert.ok(seen.subarray(0, shorter).equals(got.subarray(0, shorter)));
  });
}

test("not a byte of the framing differs either", async () => {
  const raw = async (port: number, name: string) => {
    const client = await wireClient(port);
    const body = '{"stream":true}';
    client.socket.write(
      `POST /s/${name}/v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    const bytes = await Promise.race([
      client.until((all) => all.includes("\r\n0\r\n\r\n")).catch(() => client.bytes()),
      client.over.then(() => client.bytes()),
    ]);
    client.socket.destroy();
    return bytes;
  };
  const ports = [golden.url, proxy.baseUrl].map((url) => Number(new URL(url).port));
  const framed = scripts.filter(
    ({ name, head, asks }) =>
      !GIVEN_UP.includes(name) && asks.route === "stream" && head.framing !== "length",
  );
  assert.ok(framed.length > 30);
  await Promise.all(
    framed.map(async ({ name }) => {
      const [direct, proxied] = await Promise.all(ports.map((port) => raw(port, name)));
      assert.ok(direct?.equals(proxied ?? Buffer.alloc(0)), name);
    }),
  );
});
