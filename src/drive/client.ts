/**
 * The measuring client: sends a request on a kept connection and records bytes and times. Nothing
 * is parsed here.
 */
import { createHash } from "node:crypto";
import { buildConnector, Client, type Dispatcher } from "undici";
import { SetupError } from "../inputs/error.ts";
import { Tape } from "./tape.ts";
import type { Exchange, ExchangeEnd } from "./types.ts";

/** What is to be sent. */
export interface ClientRequest {
  method: "GET" | "POST";
  path: string;
  body: string | null;
  step: number;
  kind: "get" | "generate";
  stream: boolean;
  /** Tokens that the body asks for at most; null or absent: it names no limit. */
  maxTokens?: number | null;
  /** Beside those that every request has. */
  headers?: Record<string, string>;
}

export interface SendOptions {
  /** Longest silence in ms, before the first byte and between bytes. */
  timeoutMs: number;
  /** Ends the exchange at once (engine died, run stopped). */
  signal: AbortSignal;
  keepBodies: boolean;
  /** Start of the attempt, from `process.hrtime.bigint()`. */
  attemptStart: bigint;
}

/** A reply above this is cut off: an endless stream must not fill the memory. */
export const RESPONSE_BYTES_CAP = 64 * 1024 * 1024;

/** What is kept of a reply that passed the cap. */
export const CAPPED_KEEP_BYTES = 64 * 1024;

/** What is recorded of a response's headers; cookies and the like are nobody's business. */
export const KEPT_HEADERS = [
  "content-type",
  "content-length",
  "transfer-encoding",
  "retry-after",
  "server",
] as const;

/** The whole exchange may take this many times the longest silence. */
const TOTAL_TIMEOUTS = 10;

/** One connection to one server. Requests are sent one after the other. */
export class MeasuringClient {
  readonly #client: Client;
  readonly #prefix: string;
  readonly #headers: Record<string, string>;
  #connectMs: number | null = null;

  /**
   * @param baseUrl the OpenAI base URL, with or without its `/v1`; paths are given from the root
   * @param apiKey sent as a bearer token
   */
  constructor(baseUrl: string, apiKey: string | null) {
    const url = new URL(baseUrl);
    this.#prefix = url.pathname.replace(/\/+$/, "").replace(/\/v1$/, "");
    this.#headers = apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };
    const connect = buildConnector({ timeout: 10_000 });
    this.#client = new Client(url.origin, {
      pipelining: 1,
      keepAliveTimeout: 3_600_000,
      keepAliveMaxTimeout: 3_600_000,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (options, callback) => {
        const from = process.hrtime.bigint();
        connect(options, (...args: Parameters<typeof callback>) => {
          this.#connectMs = Number(process.hrtime.bigint() - from) / 1e6;
          callback(...args);
        });
      },
    });
  }

  /**
   * Sends one request. Whatever happens on the wire is data.
   * @throws SetupError only when this process itself can't send
   */
  send(request: ClientRequest, options: SendOptions): Promise<Exchange> {
    this.#connectMs = null;
    return new Promise((resolve, reject) => {
      const recorder = new Recorder(request, options, (exchange, ours) => {
        exchange.connectMs = this.#connectMs;
        if (ours !== null) reject(ours);
        else resolve(exchange);
      });
      try {
        this.#client.dispatch(
          {
            method: request.method,
            path: `${this.#prefix}${request.path}`,
            body: request.body,
            headers: {
              ...this.#headers,
              ...(request.body === null ? {} : { "content-type": "application/json" }),
              accept: request.stream ? "text/event-stream" : "application/json",
              ...request.headers,
            },
          },
          recorder,
        );
      } catch (error) {
        recorder.onResponseError(null, error as Error);
      }
    });
  }

  /** Drops the connection at once. */
  async close(): Promise<void> {
    await this.#client.destroy();
  }
}

/** Records what the socket brings. t0 is when undici hands the request to the connected socket. */
class Recorder implements Dispatcher.DispatchHandler {
  readonly #exchange: Exchange;
  readonly #options: SendOptions;
  readonly #done: (exchange: Exchange, ours: SetupError | null) => void;
  readonly #asked = process.hrtime.bigint();
  #controller: Dispatcher.DispatchController | null = null;
  #t0: bigint | null = null;
  #lastByte: bigint;
  readonly #tape = new Tape();
  #gaveUp: ExchangeEnd | null = null;
  #timer: NodeJS.Timeout | null = null;
  #finished = false;
  readonly #onAbort = () =>
    this.#giveUp({ kind: "aborted", tNs: this.#now(), error: String(this.#options.signal.reason) });

  constructor(
    request: ClientRequest,
    options: SendOptions,
    done: (exchange: Exchange, ours: SetupError | null) => void,
  ) {
    this.#options = options;
    this.#done = done;
    this.#lastByte = this.#asked;
    this.#exchange = {
      method: request.method,
      path: request.path,
      step: request.step,
      kind: request.kind,
      stream: request.stream,
      sentNs: 0,
      requestBytes: Buffer.byteLength(request.body ?? ""),
      requestDigest:
        request.body === null ? null : createHash("sha256").update(request.body).digest("hex"),
      requestBody: options.keepBodies ? request.body : null,
      maxTokens: request.maxTokens ?? null,
      connectMs: null,
      status: null,
      headersNs: null,
      headers: {},
      segments: [],
      end: { kind: "closed", tNs: 0 },
    };
    this.#watch();
    options.signal.addEventListener("abort", this.#onAbort, { once: true });
    if (options.signal.aborted) queueMicrotask(this.#onAbort);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#t0 = process.hrtime.bigint();
    this.#lastByte = this.#t0;
    this.#exchange.sentNs = Number(this.#t0 - this.#options.attemptStart);
    if (this.#gaveUp !== null) controller.abort(new Error("given up"));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.#exchange.headersNs = this.#now();
    this.#lastByte = process.hrtime.bigint();
    this.#exchange.status = status;
    for (const name of KEPT_HEADERS) {
      if (headers[name] !== undefined) this.#exchange.headers[name] = String(headers[name]);
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const at = process.hrtime.bigint();
    if (this.#finished) return;
    const tNs = this.#since(at);
    this.#lastByte = at;
    this.#tape.add(tNs, chunk);
    if (this.#tape.bytes > RESPONSE_BYTES_CAP) {
      const cap = RESPONSE_BYTES_CAP.toLocaleString("en-US");
      this.#giveUp({ kind: "capped", tNs, error: `a reply may have ${cap} bytes at most` });
    }
  }

  onResponseEnd(): void {
    this.#finish({ kind: "closed", tNs: this.#now() });
  }

  onResponseError(_controller: unknown, error: Error): void {
    const tNs = this.#now();
    const text = describe(error);
    if (/WebAssembly/.test(text) && this.#gaveUp === null) {
      this.#finish({ kind: "aborted", tNs, error: text }, noWebAssembly(error));
      return;
    }
    const kind = this.#t0 === null ? "refused" : "reset";
    this.#finish(this.#gaveUp ?? { kind, tNs, error: text });
  }

  #now(): number {
    return this.#since(process.hrtime.bigint());
  }

  #since(at: bigint): number {
    return Number(at - (this.#t0 ?? this.#asked));
  }

  /** Looks again when the silence could have lasted too long; a byte only moves the mark. */
  #watch(): void {
    const { timeoutMs } = this.#options;
    const silentMs = Number(process.hrtime.bigint() - this.#lastByte) / 1e6;
    const totalMs = this.#now() / 1e6;
    if (silentMs >= timeoutMs) {
      const heard = this.#tape.bytes === 0 ? "no byte" : "no further byte";
      const error = `${heard} for ${(timeoutMs / 1000).toFixed(1)} s`;
      this.#giveUp({ kind: "timeout", tNs: this.#now(), error });
    } else if (totalMs >= timeoutMs * TOTAL_TIMEOUTS) {
      const error = `not complete after ${((timeoutMs * TOTAL_TIMEOUTS) / 1000).toFixed(0)} s`;
      this.#giveUp({ kind: "timeout", tNs: this.#now(), error });
    } else {
      const waitMs = Math.min(timeoutMs - silentMs, timeoutMs * TOTAL_TIMEOUTS - totalMs);
      this.#timer = setTimeout(() => this.#watch(), Math.max(1, Math.ceil(waitMs)));
    }
  }

  #giveUp(end: ExchangeEnd): void {
    if (this.#finished) return;
    this.#gaveUp = end;
    this.#controller?.abort(new Error("given up"));
    // A connection that is still being made can't be aborted: the attempt is over all the same.
    this.#finish(end);
  }

  #finish(end: ExchangeEnd, ours: SetupError | null = null): void {
    if (this.#finished) return;
    this.#finished = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#options.signal.removeEventListener("abort", this.#onAbort);
    this.#exchange.end = end;
    layOut(this.#exchange, this.#tape);
    this.#done(this.#exchange, ours);
  }
}

/** Node's HTTP parser is WebAssembly, which reserves 10 GB of address space for each instance. */
function noWebAssembly(cause: Error): SetupError {
  const mend =
    "Limit the engine's memory instead of this tool's (--memory-limit), or set NODE_OPTIONS=--disable-wasm-trap-handler.";
  return new SetupError(
    `this process's address space is too small for Node's HTTP parser (ulimit -v?): ${cause.message}. ${mend}`,
    { cause },
  );
}

/**
 * The segments are made when they are first asked for: after the attempt, not while other streams
 * are read. Of a reply that was cut off little is kept, and the rest need not wait for that.
 */
function layOut(exchange: Exchange, tape: Tape): void {
  if (exchange.end.kind === "capped") {
    exchange.segments = tape.segments(CAPPED_KEEP_BYTES);
    return;
  }
  const shown = { configurable: true, enumerable: true };
  Object.defineProperty(exchange, "segments", {
    ...shown,
    get: () => {
      const value = tape.segments();
      Object.defineProperty(exchange, "segments", { ...shown, writable: true, value });
      return value;
    },
  });
}

function describe(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code;
  return code === undefined || error.message.includes(code)
    ? error.message
    : `${error.message} (${code})`;
}
