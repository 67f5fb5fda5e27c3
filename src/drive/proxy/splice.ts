/**
 * One connection of the client spliced to one of the engine. Bytes are handed on first and looked at
 * afterwards; what one side does to its connection is done to the other.
 */
import type { Socket } from "node:net";
import type { ExchangeEnd } from "../types.ts";
import { Framer, requestFraming, responseFraming } from "./framer.ts";
import { editRequestHead, parseHead, type RequestEdits } from "./head.ts";
import { nowNs, Passage } from "./passage.ts";
import type { ProxiedExchange } from "./types.ts";
import { connectUpstream, reset, type Upstream, type UpstreamAddress } from "./upstream.ts";

/** What one side may leave untaken of what the other sent. */
const MOST_UNTAKEN_BYTES = 64 * 1024 * 1024;
/** A request to an engine that isn't there is awaited in full for so long: it tells what was asked. */
const REFUSED_WAIT_MS = 500;

export interface SpliceOptions {
  address: UpstreamAddress;
  edits: RequestEdits;
  keepBodies: boolean;
  onBegin(passage: Passage): void;
  onEnd(passage: Passage): void;
  onClose(): void;
}

export class Splice {
  readonly #client: Socket;
  readonly #upstream: Upstream;
  readonly #options: SpliceOptions;
  readonly #requests: Framer;
  readonly #responses: Framer;
  /** Requests whose response is not complete, in order. */
  readonly #open: Passage[] = [];
  /** The one whose request is being read. */
  #asking: Passage | null = null;
  /** Those that get their t0 with the next write. */
  #unsent: Passage[] = [];
  /** Whose reply became complete after the client had ended its half. */
  readonly #completedAfterEnd: { passage: Passage; atNs: number }[] = [];
  /** Bytes for an engine that isn't connected yet, or those of one chunk. */
  #out: Buffer[] = [];
  readonly #connectFromNs = nowNs();
  #connectMs: number | null = null;
  #connected = false;
  /** Why the engine could not be reached. */
  #refused: string | null = null;
  #clientEnded = false;
  #clientGone = false;
  #resetting = false;
  /** When the bytes that are being looked at came. */
  #atNs = 0;

  constructor(client: Socket, options: SpliceOptions) {
    this.#client = client;
    this.#options = options;
    this.#requests = new Framer({
      onHead: (raw) => this.#onRequestHead(raw),
      onBody: (bytes) => this.#asking?.addRequest(bytes, this.#atNs),
      onRaw: (bytes) => this.#out.push(bytes),
      onEnd: () => this.#onRequestEnd(),
      onBroken: () => {},
    });
    this.#responses = new Framer({
      onHead: (raw) => this.#onResponseHead(raw),
      onBody: (bytes) => this.#open[0]?.addResponse(bytes, this.#atNs),
      onEnd: () => this.#onResponseEnd(),
      onBroken: (why) => this.#fail("reset", `the reply is not HTTP: ${why}`, "engine"),
    });
    this.#upstream = connectUpstream(options.address);
    this.#watchClient();
    this.#watchUpstream();
  }

  /** Resets both sides at once. */
  cut(reason: string): void {
    this.#fail("aborted", reason, "us");
    this.#resetBoth();
  }

  #watchClient(): void {
    this.#client.on("data", (chunk) => this.#fromClient(chunk));
    this.#client.on("end", () => this.#onClientEnd());
    this.#client.on("error", (error) => this.#onClientGone(describe(error)));
    this.#client.on("close", () => {
      this.#onClientClosed();
      this.#options.onClose();
    });
  }

  #watchUpstream(): void {
    const { socket, ready } = this.#upstream;
    socket.once(ready, () => this.#onConnected());
    socket.on("data", (chunk) => this.#fromUpstream(chunk));
    socket.on("end", () => this.#onUpstreamEnd());
    socket.on("error", (error) => this.#onUpstreamError(error));
    socket.on("close", () => {
      if (this.#refused === null && !this.#client.destroyed) this.#onUpstreamEnd();
    });
  }

  #fromClient(chunk: Buffer): void {
    this.#atNs = nowNs();
    this.#requests.feed(chunk);
    if (this.#refused !== null) this.#refuseIfWhole();
    else if (this.#upstream.socket.destroyed) {
      this.#fail("reset", "the engine had closed the connection", "engine");
      reset(this.#client);
    } else if (this.#connected) this.#flush();
  }

  #onRequestHead(raw: Buffer) {
    const head = parseHead(raw);
    if (head === null || head.method === "") {
      this.#out.push(raw);
      return { kind: "opaque" } as const;
    }
    this.#out.push(editRequestHead(raw, this.#options.edits));
    const passage = new Passage(head, this.#atNs, this.#options.keepBodies);
    this.#unsent.push(passage);
    this.#asking = passage;
    this.#open.push(passage);
    this.#options.onBegin(passage);
    return requestFraming(head);
  }

  #onRequestEnd(): void {
    this.#asking?.requestEnded(this.#atNs);
    this.#asking = null;
  }

  #onConnected(): void {
    this.#connected = true;
    this.#connectMs = (nowNs() - this.#connectFromNs) / 1e6;
    this.#flush();
    if (this.#clientEnded) this.#upstream.socket.end();
  }

  /** One write for what came at once: a request in one piece leaves in one. */
  #flush(): void {
    const out = this.#out;
    if (out.length === 0) return;
    this.#out = [];
    const { socket } = this.#upstream;
    const at = nowNs();
    for (const passage of this.#unsent.splice(0)) {
      passage.t0Ns = at;
      passage.connectMs = this.#connectMs;
      // Those after it find the connection made.
      this.#connectMs = null;
    }
    socket.cork();
    for (const bytes of out) socket.write(bytes);
    socket.uncork();
    if (socket.writableLength <= MOST_UNTAKEN_BYTES) return;
    this.#client.pause();
    socket.once("drain", () => this.#client.resume());
  }

  #fromUpstream(chunk: Buffer): void {
    const atNs = nowNs();
    const passage = this.#open[0];
    if (!this.#client.destroyed && this.#client.writable) {
      let taken = false;
      this.#client.write(chunk, () => {
        if (taken || passage === undefined) return;
        passage.lagNs = Math.max(passage.lagNs, nowNs() - atNs);
      });
      // What the kernel took at once didn't wait, however late the callback comes.
      taken = this.#client.writableLength === 0;
    }
    this.#atNs = atNs;
    this.#responses.feed(chunk);
    if (this.#client.writableLength > MOST_UNTAKEN_BYTES) {
      const most = MOST_UNTAKEN_BYTES.toLocaleString("en-US");
      this.cut(`the client left ${most} bytes of the reply untaken`);
    }
  }

  #onResponseHead(raw: Buffer) {
    const head = parseHead(raw);
    const passage = this.#open[0];
    if (head === null || head.status === 0) {
      this.#fail("reset", "the reply is not HTTP", "engine");
      return { kind: "opaque" } as const;
    }
    const framing = responseFraming(head, passage?.head.method ?? "GET");
    if (framing.kind !== "another-head") passage?.respond(head, this.#atNs);
    if (framing.kind === "opaque") {
      this.#requests.stop();
      this.#onResponseEnd();
    }
    return framing;
  }

  #onResponseEnd(): void {
    const passage = this.#open.shift();
    if (passage === undefined) return;
    if (passage.ended) {
      this.#completedAfterEnd.push({ passage, atNs: this.#atNs });
      return;
    }
    passage.finish({ kind: "closed", tNs: this.#atNs }, null);
    this.#options.onEnd(passage);
  }

  /** FIN: it may still read, but a client that ends in mid-reply has hung up. */
  #onClientEnd(): void {
    this.#clientEnded = true;
    this.#requests.end();
    this.#fail("aborted", "the client hung up", "client");
    if (this.#connected) {
      this.#flush();
      this.#upstream.socket.end();
    }
    if (this.#refused !== null) reset(this.#client);
  }

  /** One that had only ended its own half got the reply all the same. */
  #onClientClosed(): void {
    if (!this.#clientEnded) this.#onClientGone("closed");
    if (this.#clientGone) return;
    for (const { passage, atNs } of this.#completedAfterEnd) {
      passage.finish({ kind: "closed", tNs: atNs }, null);
    }
  }

  #onClientGone(why: string): void {
    if (this.#clientGone) return;
    this.#clientGone = true;
    this.#fail("aborted", `the client hung up (${why})`, "client");
    this.#upstream.reset();
  }

  #onUpstreamEnd(): void {
    this.#atNs = nowNs();
    this.#responses.end();
    this.#fail("reset", "the connection was closed before the reply was complete", "engine");
    if (!this.#resetting) this.#client.end();
  }

  #onUpstreamError(error: Error): void {
    if (!this.#connected) {
      this.#refused = describe(error);
      setTimeout(() => this.#refuse(), REFUSED_WAIT_MS).unref();
      this.#refuseIfWhole();
      return;
    }
    this.#resetting = true;
    this.#fail("reset", describe(error), "engine");
    // What the engine had said before is the client's.
    if (this.#client.writableLength === 0) reset(this.#client);
    else this.#client.once("drain", () => reset(this.#client));
  }

  #refuseIfWhole(): void {
    if (this.#open.length > 0 && this.#asking === null) this.#refuse();
  }

  #refuse(): void {
    this.#fail("refused", "", "engine");
    reset(this.#client);
  }

  /** Nothing that is open will be answered. */
  #fail(
    kind: "refused" | "reset" | "aborted",
    error: string,
    hungUp: ProxiedExchange["hungUp"],
  ): void {
    const end: ExchangeEnd =
      this.#refused === null
        ? { kind, tNs: nowNs(), error }
        : { kind: "refused", tNs: nowNs(), error: this.#refused };
    for (const passage of this.#open) {
      if (passage.ended) continue;
      passage.finish(end, this.#refused === null ? hungUp : "engine");
      this.#options.onEnd(passage);
    }
  }

  #resetBoth(): void {
    this.#clientGone = true;
    this.#resetting = true;
    reset(this.#client);
    this.#upstream.reset();
  }
}

function describe(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined || error.message.includes(code)
    ? error.message
    : `${error.message} (${code})`;
}
