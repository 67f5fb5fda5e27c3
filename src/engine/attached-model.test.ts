import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { attachEngine } from "./attached.ts";

/** A server that lists these models and counts what else it is asked. */
async function listing(models: { id: string; owned_by: string }[]) {
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ object: "list", data: models }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

const attach = (baseUrl: string, modelId: string | null) =>
  attachEngine({ baseUrl, apiKey: null, modelId, signal: new AbortController().signal });

test("of the models that inferrs has in its cache, the one that it serves is taken", async () => {
  const baseUrl = await listing([
    { id: "some/cached", owned_by: "inferrs" },
    { id: "the/served", owned_by: "inferrs (loaded)" },
  ]);
  const up = await attach(baseUrl, null);
  assert.equal(up.kind === "up" && up.engine.servedId, "the/served");
});

test("a server that doesn't say which it has loaded: the first, or the one that was named", async () => {
  const baseUrl = await listing([
    { id: "a", owned_by: "library" },
    { id: "b", owned_by: "library" },
  ]);
  const first = await attach(baseUrl, null);
  const named = await attach(baseUrl, "b");
  assert.equal(first.kind === "up" && first.engine.servedId, "a");
  assert.equal(named.kind === "up" && named.engine.servedId, "b");
});

test("one that it doesn't list is missing, with what it lists", async () => {
  const attached = await attach(await listing([{ id: "a", owned_by: "x" }]), "c");
  assert.equal(attached.kind, "failed");
  assert.match(attached.kind === "failed" ? attached.failure.evidence : "", /asked for c; .* a$/);
});
