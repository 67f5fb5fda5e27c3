/**
 * A server without a model, in this process: it answers the client with a scenario's scripted
 * replies, in the form of OpenAI's streams, and keeps the bodies that it was sent.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ScriptedReply } from "../../plan/scenario.ts";

export interface ScriptedServer {
  /** With /v1. */
  baseUrl: string;
  /** What the next requests are answered with, in order; then with a short text. */
  play(replies: readonly ScriptedReply[]): void;
  /** Bodies of the chat requests since the last {@link play}, as they came. */
  bodies(): string[];
  close(): Promise<void>;
}

const SHORT: ScriptedReply = { text: "ok" };

export async function openScriptedServer(): Promise<ScriptedServer> {
  let left: ScriptedReply[] = [];
  let bodies: string[] = [];
  let served = 0;
  const server = createServer((request, response) => {
    void readAll(request).then((body) => {
      if (request.method !== "POST" || !(request.url ?? "").endsWith("/chat/completions")) {
        response.writeHead(404).end();
        return;
      }
      bodies.push(body);
      served += 1;
      answer(response, left.shift() ?? SHORT, served);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    play: (replies) => {
      left = [...replies];
      bodies = [];
    },
    bodies: () => [...bodies],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readAll(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  try {
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  } catch {
    // The client hung up: what there is of it is nobody's request.
  }
  return Buffer.concat(parts).toString("utf8");
}

function answer(response: ServerResponse, reply: ScriptedReply, number: number): void {
  response.on("error", () => {});
  response.writeHead(200, { "content-type": "text/event-stream" });
  const say = (delta: unknown, finish: string | null = null) => {
    const choices = [{ index: 0, delta, finish_reason: finish }];
    const chunk = { id: `chatcmpl-${number}`, object: "chat.completion.chunk", created: 0 };
    response.write(`data: ${JSON.stringify({ ...chunk, model: "scripted", choices })}\n\n`);
  };
  say({ role: "assistant" });
  if ("text" in reply) {
    say({ content: reply.text });
    say({}, "stop");
  } else {
    for (const [index, call] of reply.calls.entries()) {
      const fn = { name: call.name, arguments: JSON.stringify(call.arguments) };
      say({
        tool_calls: [{ index, id: `call_${number}_${index}`, type: "function", function: fn }],
      });
    }
    say({}, "tool_calls");
  }
  response.end("data: [DONE]\n\n");
}
