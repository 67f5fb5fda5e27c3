import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { toText } from "../analyze/sse.ts";
import { type ClientRequest, MeasuringClient } from "./client.ts";

const servers: Server[] = [];
after(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(
  handler: (req: IncomingMessage, res: ServerResponse) => void,
): Promise<string> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const post: ClientRequest = {
  method: "POST",
  path: "/v1/chat/completions",
  body: '{"a":1}',
  step: 0,
  kind: "generate",
  stream: true,
};
const options = (over: object = {}) => ({
  timeoutMs: 5_000,
  signal: new AbortController().signal,
  keepBodies: false,
  attemptStart: process.hrtime.bigint(),
  ...over,
});

test("bytes are recorded as they come, on one kept connection", async () => {
  let sockets = 0;
  const server = createServer((_req, res) => {
    res.writeHead(200, { "content-type": "text/event-stream" });
    res.write("data: one\n\n");
    setTimeout(() => res.end("data: two\n\n"), 30);
  }).on("connection", () => sockets++);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = new MeasuringClient(
    `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    null,
  );
  const first = await client.send(post, options());
  const second = await client.send(post, options());
  await client.close();
  assert.equal(sockets, 1);
  assert.ok((first.connectMs ?? -1) >= 0);
  assert.equal(second.connectMs, null);
  assert.equal(first.status, 200);
  assert.deepEqual(first.end.kind, "closed");
  assert.equal(toText(first.segments), "data: one\n\ndata: two\n\n");
  assert.ok(first.segments.length >= 2);
  const times = first.segments.map((segment) => segment.tNs);
  assert.ok(times.every((tNs, index) => tNs > (times[index - 1] ?? 0)));
  assert.equal(first.requestBody, null);
  // Segments are made when they are asked for; a copy made before that has them all the same.
  assert.deepEqual({ ...second }.segments, second.segments);
  assert.equal(JSON.parse(JSON.stringify(second)).segments.length, second.segments.length);
});

test("the base URL's own path is kept, its /v1 is not doubled", async () => {
  const paths: string[] = [];
  const base = await serve((req, res) => {
    paths.push(`${req.url} ${req.headers.authorization ?? "-"}`);
    res.end("{}");
  });
  for (const url of [base, `${base}/v1`, `${base}/v1/`, `${base}/openai/v1`]) {
    const client = new MeasuringClient(url, "secret");
    await client.send(post, options());
    await client.close();
  }
  assert.deepEqual(paths, [
    ...Array(3).fill("/v1/chat/completions Bearer secret"),
    "/openai/v1/chat/completions Bearer secret",
  ]);
});

test("silence ends the request, and a slow trickle doesn't", async () => {
  const base = await serve((req, res) => {
    res.writeHead(200, { "content-type": "text/event-stream" });
    res.write("data: role\n\n");
    if (req.url === "/trickle") {
      let count = 0;
      const timer = setInterval(() => {
        res.write("data: x\n\n");
        if (++count === 8) {
          clearInterval(timer);
          res.end();
        }
      }, 60);
    }
  });
  const client = new MeasuringClient(base, null);
  const silent = await client.send(post, options({ timeoutMs: 200 }));
  assert.equal(silent.end.kind, "timeout");
  assert.equal(toText(silent.segments), "data: role\n\n");
  const trickle = await client.send({ ...post, path: "/trickle" }, options({ timeoutMs: 300 }));
  assert.equal(trickle.end.kind, "closed");
  assert.equal(toText(trickle.segments).match(/data: x/g)?.length, 8);
  await client.close();
});

test("no server, a reset and an abort are data", async () => {
  const nobody = new MeasuringClient("http://127.0.0.1:9", null);
  const refused = await nobody.send(post, options());
  assert.equal(refused.end.kind, "refused");
  assert.match("error" in refused.end ? refused.end.error : "", /ECONNREFUSED/);
  await nobody.close();

  const base = await serve((req, res) => {
    if (req.url === "/hang") return;
    res.writeHead(200, { "content-type": "text/event-stream" });
    res.write("data: role\n\n", () => res.destroy());
  });
  const client = new MeasuringClient(base, null);
  const reset = await client.send(post, options());
  assert.equal(reset.end.kind, "reset");
  assert.equal(reset.status, 200);
  const stop = new AbortController();
  const pending = client.send({ ...post, path: "/hang" }, options({ signal: stop.signal }));
  setTimeout(() => stop.abort("the engine died"), 20);
  const aborted = await pending;
  assert.deepEqual(
    [aborted.end.kind, "error" in aborted.end && aborted.end.error],
    ["aborted", "the engine died"],
  );
  const next = await client.send({ ...post, path: "/again" }, options());
  assert.equal(next.status, 200, "the client is of use after an abort");
  await client.close();
});
