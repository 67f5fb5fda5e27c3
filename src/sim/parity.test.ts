/**
 * The simulator against the real inferrs, exchange by exchange. What differs by nature (ids, times,
 * the words of a reply, token counts) is put out of sight; all else must be the same, to the byte.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { BODIES } from "./parity-bodies.ts";
import {
  type Answer,
  chat,
  freePort,
  HELLO,
  open,
  post,
  type Running,
  send,
  start,
  startSim,
  untilHealth,
} from "./testing.ts";

/** The real one must not take the machine's memory if something goes wrong. */
const LIMITED = `ulimit -v 12000000; exec "$0" "$@"`;
const binary = process.env.INFERRS_BIN ?? "";

if (binary === "") {
  const skip = "set INFERRS_BIN to an inferrs executable to compare with it";
  test("the simulator answers as inferrs does", { skip });
} else describe("the simulator answers as inferrs does", { timeout: 120_000 }, compare);

function compare(): void {
  const folder = mkdtempSync(join(tmpdir(), "sim-parity-"));
  const model = join(folder, "model");
  let real: Running;
  let sim: Running;

  before(async () => {
    const { writeSyntheticModel } = await import("../provision/synthetic/index.ts");
    await writeSyntheticModel(model);
    const port = await freePort();
    const where = ["--host", "127.0.0.1", "--port", String(port)];
    const serve = ["serve", model, ...where, "--device", "cpu", "--max-seq-len", "4096"];
    real = start("/bin/sh", ["-c", LIMITED, binary, ...serve], port);
    sim = await startSim([], { model, args: ["--max-seq-len", "4096"] });
    await untilHealth(real, (status) => status === 200);
  });
  after(async () => {
    await Promise.all([real?.stop(), sim?.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  /** The same to both; their answers with all that differs by nature put out of sight. */
  async function same(ask: (port: number) => Promise<Answer>, status?: number): Promise<void> {
    const [theirs, ours] = await Promise.all([ask(real.port), ask(sim.port)]);
    assert.deepEqual(blur(ours), blur(theirs));
    if (status !== undefined) assert.equal(theirs.status, status);
  }

  for (const path of ["/health", "/v1/models", "/", "/api/version", "/nope"])
    for (const method of ["GET", "HEAD", "POST", "OPTIONS"])
      test(`${method} ${path}`, () => same((port) => send(port, { method, path })));

  for (const path of ["/v1/chat/completions", "/api/chat"]) {
    for (const method of ["GET", "OPTIONS"])
      test(`${method} ${path}`, () => same((port) => send(port, { method, path })));
    for (const type of [undefined, "text/plain", "application/jsonl"])
      test(`${path} with content type ${type}`, () =>
        same((port) =>
          send(port, { method: "POST", path, body: "{}", ...(type === undefined ? {} : { type }) }),
        ));
  }

  for (const body of BODIES) test(`body ${body}`, () => same((port) => chat(port, body)));

  test("Ollama's bodies", async () => {
    for (const body of [
      "{}",
      `{"model":"m","messages":[{"role":"user"}]}`,
      `{"model":"m","messages":[{"role":"user","content":["a"]}]}`,
      `{"model":"m","messages":[],"options":{"num_predict":-1}}`,
    ])
      await same((port) => post(port, "/api/chat", body));
  });

  for (const stream of [true, false])
    test(`replies, stream ${stream}`, async () => {
      for (const max_tokens of [0, 1, 6]) {
        await same((port) => chat(port, { ...HELLO, max_tokens, stream }), 200);
      }
      await same((port) =>
        chat(port, { ...HELLO, stream, stream_options: { include_usage: true } }),
      );
      await same((port) => chat(port, { ...HELLO, stream, tools: [tool], tool_choice: "auto" }));
      await same((port) => chat(port, { ...HELLO, stream, messages: toolTurn, tools: [tool] }));
      const ollama = { model, messages: HELLO.messages, options: { num_predict: 4 }, stream };
      await same((port) => post(port, "/api/chat", ollama));
    });

  test("a prompt longer than the window", async () => {
    const messages = [{ role: "user", content: "all the words. ".repeat(9000) }];
    await same((port) => chat(port, { messages }), 400);
    await same((port) => post(port, "/api/chat", { model, messages }));
  });

  test("log lines", async () => {
    const body = { ...HELLO, tools: [tool] };
    await Promise.all([chat(real.port, body), chat(sim.port, body)]);
    await chat(real.port, HELLO);
    await chat(sim.port, HELLO);
    assert.deepEqual(requestLines(sim.log()).slice(-3), requestLines(real.log()).slice(-3));
    for (const line of requestLines(sim.log(), false))
      assert.match(
        line,
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z {2}INFO inferrs::server: Request /,
      );
  });

  test("a client that hangs up in mid-stream stops nothing", async () => {
    const body = JSON.stringify({ ...HELLO, max_tokens: 300, stream: true });
    const what = { method: "POST", path: "/v1/chat/completions", body, type: "application/json" };
    for (const { port } of [real, sim]) {
      let begun = performance.now();
      await send(port, what);
      const wholeMs = performance.now() - begun;
      begun = performance.now();
      (await open(port, what)).destroy();
      await chat(port, { ...HELLO, max_tokens: 1 });
      assert.ok(performance.now() - begun > wholeMs / 2, "the stream was given up");
    }
  });

  test("a model that can't be loaded", async () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    writeFileSync(join(empty, "config.json"), "{}");
    writeFileSync(join(empty, "tokenizer.json"), "{}");
    const port = await freePort();
    const where = ["--host", "127.0.0.1", "--port", String(port), "--device", "cpu"];
    const theirs = start("/bin/sh", ["-c", LIMITED, binary, "serve", empty, ...where], port);
    const why = `load-error=No safetensors files found in ${empty}`;
    const ours = await startSim([why], { model: empty });
    try {
      await untilHealth(theirs, (status) => status !== 503);
      const asks = [
        (at: number) => send(at, { method: "GET", path: "/health" }),
        (at: number) => send(at, { method: "GET", path: "/v1/models" }),
        (at: number) => chat(at, HELLO),
      ];
      for (const ask of asks)
        assert.deepEqual(blur(await ask(ours.port)), blur(await ask(theirs.port)));
    } finally {
      await Promise.all([theirs.stop(), ours.stop()]);
    }
  });
}

const tool = {
  type: "function",
  function: {
    name: "read",
    description: "Reads a file.",
    parameters: { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
  },
};

const toolTurn = [
  { role: "system", content: "You help." },
  { role: "user", content: [{ type: "text", text: "Read it." }] },
  {
    role: "assistant",
    content: null,
    tool_calls: [
      { id: "call_0", type: "function", function: { name: "read", arguments: '{"path":"a"}' } },
    ],
  },
  { role: "tool", tool_call_id: "call_0", content: "It is empty." },
];

/** What is left of an answer when ids, times, reply text and counts are put out of sight. */
function blur(answer: Answer): unknown {
  const headers: string[] = [];
  for (let index = 0; index < answer.rawHeaders.length; index += 2) {
    const name = answer.rawHeaders[index] ?? "";
    const value = answer.rawHeaders[index + 1] ?? "";
    const varies = name === "date" || (name === "content-length" && answer.body.startsWith("{"));
    headers.push(`${name}: ${varies ? "..." : value}`);
  }
  return { status: answer.status, headers, body: blurBody(answer.body), broken: answer.broken };
}

function blurBody(body: string): string {
  return body
    .replace(/chatcmpl-[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}/g, "ID")
    .replace(/"created":1\d{9}/g, '"created":T')
    .replace(/"created_at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/g, '"created_at":T')
    .replace(/"content":"(?:[^"\\]|\\.)+"/g, '"content":TEXT')
    .replace(/"(prompt_tokens|total_tokens|prompt_eval_count)":\d+/g, '"$1":N')
    .replace(/"(total_duration|prompt_eval_duration|eval_duration)":\d+/g, '"$1":NANOS')
    .replace(/Prompt length \(\d+ tokens\)/, "Prompt length (N tokens)");
}

function requestLines(log: string, blurred = true): string[] {
  const lines = log.split("\n").filter((line) => line.includes("Request chatcmpl-"));
  if (!blurred) return lines;
  return lines.map((line) =>
    blurBody(line)
      .replace(/^\S+/, "TIME")
      .replace(/\d+ prompt tokens/, "N prompt tokens"),
  );
}
