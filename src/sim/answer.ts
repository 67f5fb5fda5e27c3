/** Responses with the status, the headers, their order and their case as inferrs (axum, hyper) sends them. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";

const VARY = "origin, access-control-request-method, access-control-request-headers";
const MAX_BODY_BYTES = 64 * 2 ** 20;

const CORS: [string, string][] = [
  ["vary", VARY],
  ["access-control-allow-origin", "*"],
  ["access-control-expose-headers", "*"],
];

type Headers = [string, string][];

/** A whole response. */
export function answer(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: { json: unknown } | { text: string } | null,
): void {
  const type: Headers =
    body === null
      ? []
      : [["content-type", "json" in body ? "application/json" : "text/plain; charset=utf-8"]];
  const bytes = Buffer.from(
    body === null ? "" : "json" in body ? JSON.stringify(body.json) : body.text,
  );
  send(request, response, status, [...type, ...CORS], bytes);
}

/** No such route, or another method. */
export function refuseMethod(
  request: IncomingMessage,
  response: ServerResponse,
  allow: string | null,
): void {
  const status = allow === null ? 404 : 405;
  const headers: Headers = allow === null ? CORS : [...CORS, ["allow", allow]];
  send(request, response, status, headers, Buffer.alloc(0));
}

/** What a browser asks before it dares to ask. */
export function answerPreflight(
  request: IncomingMessage,
  response: ServerResponse,
  allow: string | null,
): void {
  const headers: Headers = [
    ["access-control-allow-origin", "*"],
    ["vary", VARY],
    ["access-control-allow-methods", "*"],
    ["access-control-allow-headers", "*"],
  ];
  if (allow !== null) headers.push(["allow", allow]);
  send(request, response, 200, headers, Buffer.alloc(0));
}

/** Headers of a response that comes in pieces, sent at once. */
export function beginStream(
  request: IncomingMessage,
  response: ServerResponse,
  kind: "events" | "lines",
): void {
  const headers: Headers =
    kind === "events"
      ? [
          ["content-type", "text/event-stream"],
          ["cache-control", "no-cache"],
        ]
      : [["content-type", "application/x-ndjson"]];
  writeHead(request, response, 200, [...headers, ...CORS], ["transfer-encoding", "chunked"]);
  response.flushHeaders();
}

/** Reads a body of JSON; answers and gives null when it may not be one. */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Uint8Array | null> {
  const type = request.headers["content-type"] ?? "";
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type.trim())) {
    request.resume();
    answer(request, response, 415, {
      text: "Expected request with `Content-Type: application/json`",
    });
    return null;
  }
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= MAX_BODY_BYTES) parts.push(part);
  }
  if (size <= MAX_BODY_BYTES) return Buffer.concat(parts);
  answer(request, response, 413, {
    text: "Failed to buffer the request body: length limit exceeded",
  });
  return null;
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Headers,
  body: Buffer,
): void {
  writeHead(request, response, status, headers, ["content-length", String(body.length)]);
  response.end(request.method === "HEAD" ? undefined : body);
}

function writeHead(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Headers,
  framing: [string, string],
): void {
  // Node would put its own Connection, Keep-Alive and Date.
  response.removeHeader("connection");
  response.removeHeader("date");
  const closes: Headers =
    request.headers.connection?.toLowerCase() === "close" ? [["connection", "close"]] : [];
  // Axum tells the length of a body; all other framing is hyper's, which comes later.
  const byHyper = framing[1] === "chunked" || (framing[1] === "0" && request.method !== "HEAD");
  const ends = byHyper ? [...closes, framing] : [framing, ...closes];
  const date = ["date", new Date().toUTCString()];
  response.writeHead(status, STATUS_CODES[status], [...headers, ...ends, date].flat());
}
