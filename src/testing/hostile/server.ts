/** An OpenAI-compatible server of bad will: its model's id, its answers and its refusals are as told. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface HostileSays {
  /** The id that `/v1/models` gives. */
  model: string;
  /** What the model answers. */
  answer: string;
  /** Status and body instead of an answer, the body in JSON's usual place or as it is; null: it answers. */
  refusal: { status: number; text: string; plain: boolean } | null;
}

export async function startHostileServer(says: HostileSays) {
  const server = createServer((request, response) => {
    void handle(request, response, says).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { model, answer, refusal }: HostileSays,
): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const json = (status: number, body: unknown) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
  if (request.method === "GET") {
    if (/models$/.test(request.url ?? "")) {
      return json(200, {
        object: "list",
        data: [{ id: model, object: "model", owned_by: answer }],
      });
    }
    return json(200, { status: "ok" });
  }
  if (refusal !== null) {
    if (!refusal.plain) return json(refusal.status, { error: { message: refusal.text } });
    response.writeHead(refusal.status, { "content-type": "text/plain" });
    response.end(refusal.text);
    return;
  }
  const asked = JSON.parse(Buffer.concat(parts).toString("utf8")) as { stream?: boolean };
  const about = { id: answer.slice(0, 200), created: 0, model };
  const usage = { prompt_tokens: 20, completion_tokens: 2, total_tokens: 22 };
  const message = { role: "assistant", content: answer };
  if (asked.stream !== true) {
    const choices = [{ index: 0, message, finish_reason: "stop" }];
    return json(200, { ...about, object: "chat.completion", choices, usage });
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (delta: object, finish: string | null = null, more = {}) => {
    const choices = [{ index: 0, delta, finish_reason: finish }];
    const chunk = { ...about, object: "chat.completion.chunk", choices, ...more };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  send({ role: "assistant", content: "" });
  send({ content: answer });
  send({ content: " and more" });
  send({}, "stop", { usage });
  response.end("data: [DONE]\n\n");
}
