/**
 * Stands in for `inferrs serve`, to learn what a client asks: writes the first question to the file
 * that PROMPT_FILE names and answers every request with one word.
 */
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";

const port = Number(process.argv[process.argv.indexOf("--port") + 1]);
const file = process.env.PROMPT_FILE;
if (!Number.isInteger(port) || file === undefined)
  throw new Error("--port and PROMPT_FILE, please");

createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    if (request.method === "GET") return response.end('{"status":"ok"}');
    const body = JSON.parse(Buffer.concat(parts).toString());
    writeFileSync(file, String(body.messages[0].content));
    if (body.stream !== true) {
      response.setHeader("content-type", "application/json");
      const message = { role: "assistant", content: "Yes." };
      const usage = { prompt_tokens: 1, completion_tokens: 1 };
      return response.end(JSON.stringify({ choices: [{ message }], usage }));
    }
    response.setHeader("content-type", "text/event-stream");
    const chunk = { choices: [{ delta: { content: "Yes." } }] };
    return response.end(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
  });
}).listen(port, "127.0.0.1");
