/**
 * Stands in for OpenClaw's gateway where the real one is not wanted: it takes the config of its
 * environment, takes it again when it changes, asks the provider for a reply to what it is told, and
 * asks again when that fails. `gateway run` is the only thing that it knows.
 */
import { readFileSync, watchFile } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

interface Config {
  refuse?: boolean;
  gateway: { port: number; auth: { token: string } };
  models: { providers: Record<string, { baseUrl: string; models: { id: string }[] }> };
}

const path = process.env.OPENCLAW_CONFIG_PATH ?? "";
const read = () => JSON.parse(readFileSync(path, "utf8")) as Config;
const RETRIES = 8;
const RETRY_MS = 100;

let config = read();
if (config.refuse) {
  console.error(`[gateway] Invalid config: refuse ${JSON.stringify(config)}`);
  process.exit(1);
}
watchFile(path, { interval: 20 }, () => {
  try {
    config = read();
  } catch {
    // It is still being written: the next look finds it whole.
  }
});

const server = createServer((request, response) => {
  if (request.headers.authorization !== `Bearer ${config.gateway.auth.token}`) {
    response.writeHead(401).end();
  } else if (request.method === "GET") response.writeHead(200).end("{}");
  else void turn(request, response);
});
server.listen(config.gateway.port, "127.0.0.1");

async function turn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const asked = JSON.parse(Buffer.concat(parts).toString()) as { messages: unknown[] };
  const hungUp = new AbortController();
  response.on("close", () => hungUp.abort());
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (let tries = 0; tries <= RETRIES; tries++) {
    const text = await ask(asked.messages, hungUp.signal);
    if (hungUp.signal.aborted) {
      console.error("[agent/embedded] run aborted: HTTP client disconnected");
      return;
    }
    if (text !== null) {
      response.end(
        `data: ${JSON.stringify({ choices: [{ delta: { content: text } }] })}\n\ndata: [DONE]\n\n`,
      );
      return;
    }
    console.error(`[agent/embedded] retry ${tries + 1}: error`);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
  response.end('data: {"error":{"message":"it gave up"}}\n\ndata: [DONE]\n\n');
}

/** @returns the reply's text; null when there was none */
async function ask(messages: unknown[], signal: AbortSignal): Promise<string | null> {
  const [provider] = Object.values(config.models.providers);
  try {
    const reply = await fetch(`${provider?.baseUrl}/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: provider?.models[0]?.id, messages, stream: true }),
      signal,
    });
    const text = await reply.text();
    const said = [...text.matchAll(/"content":"((?:[^"\\]|\\.)*)"/g)].map(([, each]) => each);
    return reply.ok && said.length > 0 ? said.join("") : null;
  } catch {
    return null;
  }
}
