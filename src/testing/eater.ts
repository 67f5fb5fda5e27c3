/**
 * An engine that really uses memory: it speaks as inferrs does, and takes so many bytes for each byte
 * of a request's body (`EATER_FACTOR`). Where memory is refused it dies as a Rust program does.
 * Started as inferrs is: `serve MODEL --host H --port P …`.
 */
import { createServer, type ServerResponse } from "node:http";

const STEP_BYTES = 10_000_000;
const FACTOR = Number(process.env.EATER_FACTOR ?? 0);

const [, , , model = "", ...rest] = process.argv;
const port = Number(rest[rest.indexOf("--port") + 1]);

let requests = 0;

const server = createServer((request, response) => {
  if (request.url === "/health") return json(response, { status: "ok" });
  if (request.url === "/v1/models")
    return json(response, { object: "list", data: [{ id: model }] });
  let body = "";
  request.setEncoding("utf8").on("data", (part: string) => {
    body += part;
  });
  request.on("end", () => void answer(body, response));
});

async function answer(text: string, response: ServerResponse): Promise<void> {
  const body = JSON.parse(text);
  const id = `chatcmpl-${requests++}`;
  const tokens = Math.ceil(text.length / 4);
  process.stdout.write(
    `INFO Request ${id}: ${body.messages.length} messages, ${tokens} prompt tokens\n`,
  );
  const usage = { prompt_tokens: tokens, completion_tokens: 2, total_tokens: tokens + 2 };
  if (!body.stream) {
    await eat(text.length * FACTOR);
    const message = { role: "assistant", content: "a b" };
    return json(response, { id, choices: [{ index: 0, message, finish_reason: "length" }], usage });
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  const chunk = (delta: object, finish_reason: string | null = null) =>
    response.write(
      `data: ${JSON.stringify({ id, choices: [{ index: 0, delta, finish_reason }] })}\n\n`,
    );
  // Before any work, as inferrs does.
  chunk({ role: "assistant" });
  await eat(text.length * FACTOR);
  chunk({ content: "a" });
  chunk({ content: " b" });
  chunk({}, "length");
  response.end("data: [DONE]\n\n");
}

/** Every page is written to: memory that is only reserved is not used. */
async function eat(bytes: number): Promise<void> {
  const kept: Buffer[] = [];
  for (let eaten = 0; eaten < bytes; eaten += STEP_BYTES) {
    try {
      kept.push(Buffer.alloc(STEP_BYTES, 1));
    } catch {
      process.stderr.write(`memory allocation of ${STEP_BYTES} bytes failed\nstack backtrace:\n`);
      process.abort();
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
}

server.on("error", (error: NodeJS.ErrnoException) => {
  const taken = error.code === "EADDRINUSE";
  process.stderr.write(
    `Error: ${taken ? "Address already in use (os error 98)" : error.message}\n`,
  );
  process.exit(1);
});
server.listen(port, "127.0.0.1");
