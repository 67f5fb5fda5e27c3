/**
 * The golden server: plays scripts and records, on the monotonic clock, when it really wrote each
 * event. It speaks HTTP on the bare socket, because scripts split bytes where no library would.
 *
 * A script NAME is served under `/s/NAME/v1/...`; `/golden/ping?after=MS` answers then, and
 * `/golden/records` gives what was recorded since it was last asked.
 */
import { createHash } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import {
  allTokens,
  GOLDEN_PROMPT_TOKENS,
  type GoldenScript,
  type Send,
  tokensOf,
} from "./script.ts";
import { GAP_MS, type Mark, type PlayStep, stepsOf } from "./steps.ts";

/** One write that a reader could tell apart. Times are ns of `process.hrtime`, one clock for all. */
export interface GoldenWrite extends Mark {
  ns: number;
  /** Sizes of the pieces in which its bytes went out. */
  pieces: number[];
}

/** One request and what was said to it. */
export interface GoldenRecord {
  script: string;
  path: string;
  stream: boolean;
  bodyDigest: string;
  arrivedNs: number;
  writes: GoldenWrite[];
}

const now = () => Number(process.hrtime.bigint());

/** Listens on a free port of the loopback. */
export async function startGolden(
  scripts: readonly GoldenScript[],
): Promise<{ port: number; records: GoldenRecord[]; close: () => Promise<void> }> {
  const records: GoldenRecord[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    readRequests(socket, (request) => handle(socket, request, scripts, records));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    records,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Request {
  method: string;
  path: string;
  body: string;
  arrivedNs: number;
}

/** Requests of one connection, one after the other; bodies have a length. */
function readRequests(socket: Socket, handler: (request: Request) => Promise<void>): void {
  let held = Buffer.alloc(0);
  let busy: Promise<void> = Promise.resolve();
  socket.on("data", (data) => {
    const arrivedNs = now();
    held = held.length === 0 ? data : Buffer.concat([held, data]);
    for (;;) {
      const headEnd = held.indexOf("\r\n\r\n");
      if (headEnd < 0) return;
      const head = held.subarray(0, headEnd).toString("latin1");
      const length = Number(/^content-length:\s*(\d+)/im.exec(head)?.[1] ?? 0);
      const end = headEnd + 4 + length;
      if (held.length < end) return;
      const [method = "", path = ""] = head.split(" ", 2);
      const body = held.subarray(headEnd + 4, end).toString("utf8");
      held = held.subarray(end);
      busy = busy.then(() => handler({ method, path, body, arrivedNs })).catch(() => {});
    }
  });
}

async function handle(
  socket: Socket,
  request: Request,
  scripts: readonly GoldenScript[],
  records: GoldenRecord[],
): Promise<void> {
  const url = new URL(request.path, "http://golden");
  const [, name = "", route = ""] = /^\/s\/([^/]+)(\/.*)$/.exec(url.pathname) ?? [];
  const script = scripts.find((each) => each.name === name);
  // OpenAI's routes answer whole unless a stream is asked for, Ollama's the other way round.
  const asked = readBody(request.body, route.startsWith("/api/"));
  const record: GoldenRecord = {
    script: name,
    path: route,
    stream: asked.stream,
    bodyDigest: createHash("sha256").update(request.body).digest("hex"),
    arrivedNs: request.arrivedNs,
    writes: [],
  };
  if (url.pathname === "/golden/records") {
    return answerJson(socket, 200, records.splice(0), record);
  }
  if (url.pathname === "/golden/ping") {
    records.push(record);
    const after = Number(url.searchParams.get("after") ?? 0);
    return ping(socket, after, record);
  }
  if (route === "/health") return answerJson(socket, 200, { status: "ok" }, record);
  if (route === "/v1/models") {
    const data = [{ id: `golden/${name}`, object: "model" }];
    return answerJson(socket, 200, { object: "list", data }, record);
  }
  if (script === undefined) {
    return answerJson(socket, 404, { error: { message: `no script ${name}` } }, record);
  }
  records.push(record);
  const scripted = asked.stream || script.asks.route === "plain";
  if (scripted) return play(socket, script, record);
  if (script.plain === null) {
    return answerJson(socket, 404, { error: { message: "no plain replies here" } }, record);
  }
  return answerJson(socket, 200, plainReply(script, asked.maxTokens), record);
}

function readBody(
  body: string,
  streamByDefault: boolean,
): { stream: boolean; maxTokens: number | null } {
  try {
    const value = JSON.parse(body);
    const maxTokens = value.max_completion_tokens ?? value.max_tokens ?? null;
    return { stream: value.stream ?? streamByDefault, maxTokens };
  } catch {
    return { stream: false, maxTokens: null };
  }
}

/** What the same request gets without streaming. */
export function plainReply(script: GoldenScript, limit: number | null): unknown {
  const whole = script.plain?.chunks?.flatMap((chunk) =>
    tokensOf(chunk).map((text) => ({ text, reasoning: false })),
  );
  const all = whole ?? allTokens(script);
  const made = all.slice(0, limit ?? all.length);
  const text = (reasoning: boolean) =>
    made
      .filter((token) => token.reasoning === reasoning)
      .map((token) => token.text)
      .join("");
  const reasoning = text(true);
  const usage = {
    prompt_tokens: GOLDEN_PROMPT_TOKENS,
    completion_tokens: made.length,
    total_tokens: GOLDEN_PROMPT_TOKENS + made.length,
  };
  const message = {
    role: "assistant",
    content: text(false),
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
  };
  return {
    id: "chatcmpl-plain",
    object: "chat.completion",
    choices: [{ index: 0, message, finish_reason: made.length === limit ? "length" : "stop" }],
    ...(script.plain?.usage === false ? {} : { usage }),
  };
}

/** As in a stream, the headers are long there and both sides have been idle when the body comes. */
async function ping(socket: Socket, afterMs: number, record: GoldenRecord): Promise<void> {
  const type = "content-type: application/json\r\ncontent-length: 2";
  socket.write(`HTTP/1.1 200 X\r\n${type}\r\n\r\n`);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  const ns = now();
  socket.write("{}");
  record.writes.push({ ns, kind: "end", tokens: 0, pieces: [2] });
}

function answerJson(
  socket: Socket,
  status: number,
  value: unknown,
  record: GoldenRecord,
): Promise<void> {
  const body = JSON.stringify(value);
  const head = `HTTP/1.1 ${status} X\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  const ns = now();
  socket.write(head + body);
  record.writes.push({ ns, kind: "end", tokens: 0, pieces: [body.length] });
  return Promise.resolve();
}

/** Plays one script on one connection. */
class Player {
  readonly #socket: Socket;
  readonly #script: GoldenScript;
  readonly #record: GoldenRecord;
  #held: { bytes: Buffer[]; marks: Mark[] } = { bytes: [], marks: [] };
  #due: number;

  constructor(socket: Socket, script: GoldenScript, record: GoldenRecord) {
    this.#socket = socket;
    this.#script = script;
    this.#record = record;
    this.#due = performance.now();
  }

  get gone(): boolean {
    return this.#socket.destroyed;
  }

  async #wait(ms: number): Promise<void> {
    this.#due = Math.max(this.#due + ms, performance.now());
    for (;;) {
      const left = this.#due - performance.now();
      if (left < 0.3 || this.gone) return;
      await new Promise((resolve) => setTimeout(resolve, Math.max(1, Math.floor(left))));
    }
  }

  head(length: number | null): void {
    const { status, headers, framing } = this.#script.head;
    const fields = { ...headers };
    if (framing === "chunked") fields["transfer-encoding"] = "chunked";
    if (framing === "length") fields["content-length"] = String(length ?? 0);
    if (framing === "close") fields.connection = "close";
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#note("headers", 0, []);
    this.#socket.write(`HTTP/1.1 ${status} X\r\n${lines.join("")}\r\n`);
  }

  perform(step: PlayStep): Promise<void> | void {
    if (step.kind === "wait") return this.#wait(step.ms);
    if (step.kind === "silent") return this.#note("token", 1, []);
    if (step.kind === "pour") return this.#pour(step.bytes);
    return this.#send(step);
  }

  /** Sends bytes now, or with the next ones; cut into pieces where the script says so. */
  async #send({ bytes, mark, cut = [], hold }: PlayStep & { kind: "send" }): Promise<void> {
    this.#held.bytes.push(bytes);
    this.#held.marks.push(mark);
    if (hold) return;
    const all = Buffer.concat(this.#held.bytes);
    const { marks } = this.#held;
    this.#held = { bytes: [], marks: [] };
    const at = [0, ...cut.filter((byte) => byte < all.length), all.length];
    const pieces = at.slice(1).map((end, index) => all.subarray(at[index], end));
    // What is cut is there for a reader when its last piece is.
    for (const piece of pieces.slice(0, -1)) {
      this.#write(piece);
      await new Promise((resolve) => setTimeout(resolve, GAP_MS));
    }
    const ns = now();
    this.#write(pieces.at(-1) ?? all);
    for (const { kind, tokens } of marks) {
      this.#record.writes.push({ ns, kind, tokens, pieces: pieces.map((piece) => piece.length) });
    }
  }

  /** Bytes without a mark of their own; resolves when the kernel has taken them. */
  async #pour(bytes: Buffer): Promise<void> {
    const full = !this.#write(bytes);
    if (!full || this.gone) return;
    await new Promise<void>((resolve) => {
      const go = () => {
        this.#socket.off("drain", go).off("close", go);
        resolve();
      };
      this.#socket.on("drain", go).on("close", go);
    });
  }

  async end(): Promise<void> {
    if (this.#held.bytes.length > 0) {
      const mark: Mark = { kind: "event", tokens: 0 };
      await this.#send({ kind: "send", bytes: Buffer.alloc(0), mark });
    }
    this.#note("end", 0, []);
    const { end, head } = this.#script;
    if (end === "reset") this.#socket.resetAndDestroy();
    else if (end === "cut" || head.framing === "close" || head.framing === "none")
      this.#socket.end();
    else if (end === "close" && head.framing === "chunked") this.#socket.write("0\r\n\r\n");
    else if (end === "stall") await new Promise((resolve) => this.#socket.once("close", resolve));
  }

  #write(bytes: Buffer): boolean {
    if (this.#script.head.framing !== "chunked") return this.#socket.write(bytes);
    const size = Buffer.from(`${bytes.length.toString(16)}\r\n`);
    return this.#socket.write(Buffer.concat([size, bytes, Buffer.from("\r\n")]));
  }

  #note(kind: GoldenWrite["kind"], tokens: number, pieces: number[]): void {
    this.#record.writes.push({ ns: now(), kind, tokens, pieces });
  }
}

async function play(socket: Socket, script: GoldenScript, record: GoldenRecord): Promise<void> {
  const player = new Player(socket, script, record);
  if (script.head.framing === "none") return player.end();
  const { head } = script;
  player.head(head.framing === "length" ? lengthOf(script.sends) : null);
  for (const step of stepsOf(script)) {
    if (player.gone) return;
    await player.perform(step);
  }
  await player.end();
}

function lengthOf(sends: readonly Send[]): number {
  return sends.reduce((sum, send) => sum + ("raw" in send ? Buffer.byteLength(send.raw) : 0), 0);
}
