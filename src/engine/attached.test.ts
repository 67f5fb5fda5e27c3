import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, test } from "node:test";
import { serverProcess } from "../host/listener.ts";
import { freePort } from "../host/port.ts";
import { attachEngine } from "./attached.ts";

const PIECE = 64 * 2 ** 20;
/** Takes a piece of memory more with every GET of /take; its child listens, as some launchers have it. */
const SERVER = `
const held = [];
require("node:http").createServer((request, response) => {
  if (request.url === "/take") held.push(Buffer.alloc(${PIECE}, 1));
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ object: "list", data: [{ id: "m" }] }));
}).listen(Number(process.argv[1]), "127.0.0.1", () => console.log("up"));
`;

const port = await freePort();
const server = spawn(process.execPath, ["-e", SERVER, String(port)], {
  stdio: ["ignore", "pipe", "inherit"],
});
await once(server.stdout, "data");
after(() => server.kill());
const baseUrl = `http://127.0.0.1:${port}/v1`;
const skip = process.platform === "win32" ? "nothing tells who listens" : false;

test("the process that serves a local URL is found; that of another machine isn't looked for", {
  skip,
}, async () => {
  assert.equal(serverProcess(baseUrl), server.pid);
  assert.equal(serverProcess(`http://localhost:${port}/v1`), server.pid);
  assert.equal(serverProcess(`http://192.0.2.1:${port}/v1`), null);
  assert.equal(serverProcess(`http://127.0.0.1:${await freePort()}/v1`), null);
});

test("an attached server's memory is watched while it is asked", { skip }, async () => {
  const attached = await attachEngine({
    baseUrl,
    apiKey: null,
    modelId: null,
    signal: new AbortController().signal,
  });
  assert.equal(attached.kind, "up");
  if (attached.kind !== "up") return;
  const { engine } = attached;
  engine.beginPeak();
  const before = engine.peak();
  assert.equal(before?.kind, "rss");
  await fetch(`http://127.0.0.1:${port}/take`);
  const peak = engine.peak();
  assert.ok(
    (peak?.bytes ?? 0) - (before?.bytes ?? 0) > PIECE * 0.8,
    `${before?.bytes} ${peak?.bytes}`,
  );
  await engine.stop();
});
