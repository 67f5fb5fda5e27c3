import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { decodeSpanMs, readLate } from "../analyze/late-reader.ts";
import type { Trace } from "../analyze/trace.ts";
import type { ClientLoad } from "../journal/events.ts";

const READER = join(import.meta.dirname, "..", "testing", "stopped-reader.ts");
const TOKENS = 16;
const EVERY_MS = 8;

test("a reader that is stopped while the tokens come says so, though it reads them before it looks at the time", {
  skip: process.platform === "win32" ? "no SIGSTOP there" : false,
}, async () => {
  let writtenMs = 0;
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const say = (delta: object, finish: string | null = null) =>
        response.write(
          `data: ${JSON.stringify({ id: "c", choices: [{ delta, finish_reason: finish }] })}\n\n`,
        );
      say({ role: "assistant" });
      setTimeout(() => {
        reader.kill("SIGSTOP");
        let said = 0;
        const from = performance.now();
        const timer = setInterval(() => {
          said += 1;
          say({ content: `w${said} ` });
          if (said < TOKENS) return;
          clearInterval(timer);
          writtenMs = performance.now() - from;
          say({}, "stop");
          response.end("data: [DONE]\n\n");
          setTimeout(() => reader.kill("SIGCONT"), EVERY_MS);
        }, EVERY_MS);
      }, 50);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const reader = spawn(process.execPath, [READER, `http://127.0.0.1:${port}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  reader.stdout.on("data", (part) => {
    printed += part;
  });
  await new Promise((resolve) => reader.once("close", resolve));
  server.close();
  const { client, trace } = JSON.parse(printed) as { client: ClientLoad; trace: Trace };
  assert.equal(trace.chunkMs.length, TOKENS);
  const spanMs = decodeSpanMs(trace, TOKENS) ?? Number.NaN;
  assert.ok(spanMs < writtenMs / 2, `${spanMs} ms for what took the server ${writtenMs} ms`);
  assert.ok(client.loopDelayMs > writtenMs / 2, `${client.loopDelayMs} of ${writtenMs} ms`);
  assert.ok(readLate(spanMs, client));
});
