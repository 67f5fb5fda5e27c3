/**
 * A server that plays many streams at once, each on an absolute schedule, and records on the
 * monotonic clock when it really wrote each token's chunk. What it sends is shaped as inferrs's
 * streams are: a role chunk, a chunk for each token, one with `finish_reason`, no usage.
 *
 * `/RATE/PHASES/v1/...` streams RATE tokens/s to each request; `/load/records` gives what was
 * recorded since it was last asked. It speaks HTTP on the bare socket and encodes a stream's chunks
 * once, so that its own work doesn't become the bottleneck.
 */
import { createServer, type Socket } from "node:net";
import { chunk, completion, event, type ReplyHead, usageOf } from "../../sim/wire.ts";
import { Schedule, type Stream } from "./schedule.ts";

/**
 * `even`: the streams' tokens are spread over the time between two tokens; `together`: all streams
 * get a token at the same moment, as from an engine that decodes them in one batch.
 */
export type Phases = "even" | "together";

/** One stream as it was sent. Times are ns of `process.hrtime`, one clock for all processes. */
export interface LoadRecord {
  id: string;
  arrivedNs: number;
  /** When each token's chunk was due, and when it was handed to the kernel. */
  dueNs: number[];
  writtenNs: number[];
}

/** What `/load/records` answers. */
export interface LoadRecords {
  records: LoadRecord[];
  /** CPU time that the server has used so far, ms. */
  cpuMs: number;
}

const MODEL = "load/model";
const WORD = " word";
const PROMPT_TOKENS = 23;
const USUAL_TOKENS = 64;
const now = () => Number(process.hrtime.bigint());

/** Listens on a free port of the loopback. */
export async function startLoadServer(): Promise<{ port: number; close: () => void }> {
  const records: LoadRecord[] = [];
  const schedule = new Schedule();
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    let held = "";
    socket.on("data", (data) => {
      const arrivedNs = now();
      held += data.toString("latin1");
      const request = readRequest(held);
      if (request === null) return;
      held = "";
      const { path, body } = request;
      if (path === "/load/records") {
        const { user, system } = process.cpuUsage();
        const told: LoadRecords = { records: records.splice(0), cpuMs: (user + system) / 1000 };
        return answerJson(socket, told);
      }
      const [, rate = "100", phases = "even"] = /^\/([\d.]+)\/(even|together)\//.exec(path) ?? [];
      if (path.endsWith("/health")) return answerJson(socket, { status: "ok" });
      if (path.endsWith("/models")) return answerJson(socket, { data: [{ id: MODEL }] });
      const asked = JSON.parse(body);
      const tokens = asked.max_completion_tokens ?? asked.max_tokens ?? USUAL_TOKENS;
      const head = {
        id: `chatcmpl-${String(count++).padStart(32, "0")}`,
        created: 0,
        model: MODEL,
      };
      if (asked.stream !== true) return answerJson(socket, wholeReply(head, tokens));
      const { stream, record } = begin(socket, head, arrivedNs, tokens, Number(rate), phases);
      records.push(record);
      schedule.add(stream);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Path and body once the whole request is there; nobody pipelines. */
function readRequest(held: string): { path: string; body: string } | null {
  const headEnd = held.indexOf("\r\n\r\n");
  if (headEnd < 0) return null;
  const head = held.slice(0, headEnd);
  const length = Number(/^content-length:\s*(\d+)/im.exec(head)?.[1] ?? 0);
  const body = held.slice(headEnd + 4);
  if (body.length < length) return null;
  return { path: head.split(" ", 2)[1] ?? "", body };
}

function answerJson(socket: Socket, value: unknown): void {
  const body = JSON.stringify(value);
  const head = `HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  socket.write(head + body);
}

function wholeReply(head: ReplyHead, tokens: number): unknown {
  const message = { content: WORD.repeat(tokens), call: null };
  return completion(head, message, "length", usageOf(PROMPT_TOKENS, tokens));
}

/** Sends the head and the role chunk, and says when the tokens are due. */
function begin(
  socket: Socket,
  head: ReplyHead,
  arrivedNs: number,
  tokens: number,
  rate: number,
  phases: string,
): { stream: Stream; record: LoadRecord } {
  const record: LoadRecord = { id: head.id, arrivedNs, dueNs: [], writtenNs: [] };
  socket.write(
    `HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n${framed(event(chunk(head, { role: "assistant" })))}`,
  );
  const token = Buffer.from(framed(event(chunk(head, { content: WORD }))));
  const end = Buffer.from(
    `${framed(event(chunk(head, {}, "length")))}${framed(event("[DONE]"))}0\r\n\r\n`,
  );
  const everyNs = 1e9 / rate;
  // All streams share a grid, so that their phases stay apart (or together) for as long as they last.
  const grid = Math.ceil(arrivedNs / everyNs + 1) * everyNs;
  let made = 0;
  const stream: Stream = {
    dueNs: phases === "together" ? grid : grid + phaseOf(Number(head.id.slice(9))) * everyNs,
    everyNs,
    write: () => {
      if (socket.destroyed) return false;
      record.dueNs.push(stream.dueNs);
      record.writtenNs.push(now());
      socket.write(token);
      made += 1;
      if (made < tokens) return true;
      socket.write(end);
      return false;
    },
  };
  return { stream, record };
}

/** Multiples of the golden ratio spread evenly over [0, 1), however many there are. */
function phaseOf(index: number): number {
  return (index * 0.6180339887498949) % 1;
}

function framed(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}
