/** For the tests: starts a server as a process of its own, and talks to it over a socket. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { fileURLToPath } from "node:url";

export interface Running {
  port: number;
  child: ChildProcess;
  /** Standard output so far. */
  log: () => string;
  errors: () => string;
  /** Exit code and signal, once it has ended. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  stop: () => Promise<void>;
}

export interface Answer {
  status: number;
  /** Name, value, name, value, as they came. */
  rawHeaders: string[];
  body: string;
  /** Whether the connection broke before the response was complete. */
  broken: boolean;
}

const ENTRY = fileURLToPath(new URL("./entry.ts", import.meta.url));

/** Starts the simulator and waits until the model is ready, or as far as `until` says. */
export async function startSim(
  knobs: string[] = [],
  options: { args?: string[]; model?: string; until?: "ready" | "listening" } = {},
): Promise<Running> {
  const port = await freePort();
  const fast = ["load-time=0", "prefill-speed=1000000", "decode-speed=5000"];
  const all = [...fast, ...knobs].flatMap((knob) => ["--knob", knob]);
  const where = ["--host", "127.0.0.1", "--port", String(port)];
  const serve = ["serve", options.model ?? "test/model", ...where, ...all, ...(options.args ?? [])];
  const running = start(process.execPath, [ENTRY, ...serve], port);
  await untilHealth(running, (status) => options.until === "listening" || status !== 503);
  return running;
}

/** Starts any server on `port`. */
export function start(command: string, args: string[], port: number): Running {
  const child = spawn(command, args, {
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  let errors = "";
  child.stdout?.on("data", (part) => {
    log += String(part);
  });
  child.stderr?.on("data", (part) => {
    errors += String(part);
  });
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal }));
  return {
    port,
    child,
    log: () => log,
    errors: () => errors,
    ended,
    stop: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Asks `/health` until its status suits; fails when the process ends before. */
export async function untilHealth(
  running: Running,
  suits: (status: number) => boolean,
): Promise<void> {
  let over = false;
  void running.ended.then(() => {
    over = true;
  });
  for (;;) {
    const answer = await get(running.port, "/health").catch(() => null);
    if (answer !== null && suits(answer.status)) return;
    if (over) throw new Error(`the server ended: ${running.errors()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

export function get(port: number, path: string): Promise<Answer> {
  return send(port, { method: "GET", path });
}

/** Posts a chat request; `body` may be text that is no JSON. */
export function chat(port: number, body: unknown): Promise<Answer> {
  return post(port, "/v1/chat/completions", body);
}

export function post(port: number, path: string, body: unknown): Promise<Answer> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return send(port, { method: "POST", path, body: text, type: "application/json" });
}

/** One exchange on a connection of its own. Rejects when no headers come. */
export async function send(
  port: number,
  what: { method: string; path: string; body?: string; type?: string; signal?: AbortSignal },
): Promise<Answer> {
  const response = await open(port, what);
  const parts: Buffer[] = [];
  let broken = false;
  try {
    for await (const part of response as AsyncIterable<Buffer>) parts.push(part);
  } catch {
    broken = true;
  }
  const body = Buffer.concat(parts).toString("utf8");
  return { status: response.statusCode ?? 0, rawHeaders: response.rawHeaders, body, broken };
}

/** As {@link send}, but returns at the headers. */
export async function open(
  port: number,
  what: { method: string; path: string; body?: string; type?: string; signal?: AbortSignal },
): Promise<IncomingMessage> {
  const length = what.body === undefined ? {} : { "content-length": Buffer.byteLength(what.body) };
  const type = what.type === undefined ? {} : { "content-type": what.type };
  const sent = httpRequest({
    host: "127.0.0.1",
    port,
    method: what.method,
    path: what.path,
    headers: { ...type, ...length },
    agent: false,
    ...(what.signal === undefined ? {} : { signal: what.signal }),
  });
  sent.end(what.body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  sent.on("error", () => {});
  return response;
}

/** The data of each SSE event. */
export function events(body: string): string[] {
  return body
    .split("\n\n")
    .filter((event) => event !== "")
    .map((event) => event.replace(/^data: /, ""));
}

export interface Chunk {
  id: string;
  choices: {
    index: number;
    delta: {
      role?: string;
      content?: string;
      tool_calls?: { id?: string; function: { name?: string; arguments?: string } }[];
    };
    finish_reason: string | null;
  }[];
  usage?: { prompt_tokens: number; completion_tokens: number };
}

/** The chunks of a stream, without its end mark. */
export function chunks(body: string): Chunk[] {
  return events(body)
    .filter((data) => data !== "[DONE]")
    .map((data) => JSON.parse(data) as Chunk);
}

export const HELLO = {
  messages: [{ role: "user", content: "Tell me about the harbour." }],
  max_tokens: 6,
  temperature: 0,
};
