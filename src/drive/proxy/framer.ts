/**
 * Where the messages of an HTTP/1.1 connection begin and end (RFC 9112), for bytes that come in any
 * pieces. The proxy passes bytes on as they are; this only tells it what they were.
 */
import type { Head } from "./head.ts";

/** How the bytes after a head are to be read. */
export type Framing =
  | { kind: "length"; bytes: number }
  | { kind: "chunked" }
  /** The body ends with the connection. */
  | { kind: "until-close" }
  /** Another head follows (1xx). */
  | { kind: "another-head" }
  /** No HTTP any more (after an upgrade). */
  | { kind: "opaque" };

export interface FramerHandlers {
  /** A head is complete: `raw` with the empty line that ends it. */
  onHead(raw: Buffer): Framing;
  /** Bytes of the body, without the framing of chunks. */
  onBody(bytes: Buffer): void;
  /** Everything that is not a head, in order and as it came. */
  onRaw?(bytes: Buffer): void;
  /** The message is complete. */
  onEnd(): void;
  /** This is no HTTP; all that follows is only passed on. */
  onBroken(why: string): void;
}

const HEAD_END = Buffer.from("\r\n\r\n");
const NEWLINE = 10;
/** Node's own parser takes 16 KiB by default; a head above this is none. */
const MOST_HEAD_BYTES = 256 * 1024;
/** A line with a chunk's size and extensions, or a trailer. */
const MOST_LINE_BYTES = 16 * 1024;

type State = "head" | "length" | "chunk-size" | "chunk-end" | "trailer" | "until-close" | "opaque";

/** Reads one direction of a connection. */
export class Framer {
  readonly #handlers: FramerHandlers;
  #state: State = "head";
  /** The beginning of a head. */
  #held: Buffer = Buffer.alloc(0);
  /** The beginning of a line. */
  #line = "";
  #left = 0;
  #inChunk = false;

  constructor(handlers: FramerHandlers) {
    this.#handlers = handlers;
  }

  feed(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      const head = this.#state === "head";
      const next = this.#step(chunk, at);
      if (!head) this.#handlers.onRaw?.(chunk.subarray(at, next));
      at = next;
    }
  }

  /** From here on there is no HTTP: bytes are only passed on. */
  stop(): void {
    this.#state = "opaque";
  }

  /** No more bytes come. What is held of a head is given as raw bytes. */
  end(): void {
    if (this.#held.length > 0) this.#handlers.onRaw?.(this.#held);
    this.#held = Buffer.alloc(0);
    if (this.#state === "until-close") this.#complete();
    this.#state = "opaque";
  }

  /** @returns up to where the chunk was read; at least one byte further */
  #step(chunk: Buffer, at: number): number {
    switch (this.#state) {
      case "head":
        return this.#readHead(chunk, at);
      case "length": {
        const end = Math.min(chunk.length, at + this.#left);
        this.#left -= end - at;
        this.#handlers.onBody(chunk.subarray(at, end));
        if (this.#left === 0) {
          if (this.#inChunk) this.#state = "chunk-end";
          else this.#complete();
        }
        return end;
      }
      case "until-close":
        this.#handlers.onBody(chunk.subarray(at));
        return chunk.length;
      case "opaque":
        return chunk.length;
      default:
        return this.#readLine(chunk, at);
    }
  }

  #readHead(chunk: Buffer, at: number): number {
    const before = this.#held.length;
    // Empty lines between requests are no head (RFC 9112, 2.2).
    if (before === 0 && (chunk[at] === 13 || chunk[at] === NEWLINE)) {
      this.#handlers.onRaw?.(chunk.subarray(at, at + 1));
      return at + 1;
    }
    const all = before === 0 ? chunk.subarray(at) : Buffer.concat([this.#held, chunk.subarray(at)]);
    const found = all.indexOf(HEAD_END, Math.max(0, before - HEAD_END.length));
    if (found < 0) {
      if (all.length > MOST_HEAD_BYTES) {
        this.#held = Buffer.alloc(0);
        this.#break("a head without end");
        this.#handlers.onRaw?.(all);
        return chunk.length;
      }
      // A copy: the chunk's memory may be used again.
      this.#held = before === 0 ? Buffer.from(all) : all;
      return chunk.length;
    }
    this.#held = Buffer.alloc(0);
    const size = found + HEAD_END.length;
    this.#begin(this.#handlers.onHead(all.subarray(0, size)));
    return at + size - before;
  }

  #begin(framing: Framing): void {
    this.#inChunk = false;
    if (framing.kind === "length") {
      this.#left = framing.bytes;
      this.#state = "length";
      if (framing.bytes === 0) this.#complete();
    } else if (framing.kind === "chunked") {
      this.#line = "";
      this.#state = "chunk-size";
    } else {
      this.#state = framing.kind === "another-head" ? "head" : framing.kind;
    }
  }

  #readLine(chunk: Buffer, at: number): number {
    const newline = chunk.indexOf(NEWLINE, at);
    const end = newline < 0 ? chunk.length : newline + 1;
    this.#line += chunk.toString("latin1", at, end);
    if (this.#line.length > MOST_LINE_BYTES) this.#break("a line without end");
    else if (newline >= 0) {
      const line = this.#line.replace(/\r?\n$/, "");
      this.#line = "";
      this.#readWholeLine(line);
    }
    return end;
  }

  #readWholeLine(line: string): void {
    if (this.#state === "chunk-end") {
      if (line === "") this.#state = "chunk-size";
      else this.#break("a chunk that is longer than its size");
    } else if (this.#state === "trailer") {
      if (line === "") this.#complete();
    } else {
      const size = /^([0-9a-f]{1,12})[ \t]*(?:;.*)?$/i.exec(line)?.[1];
      if (size === undefined) {
        this.#break("a chunk without a size");
        return;
      }
      this.#left = Number.parseInt(size, 16);
      this.#inChunk = true;
      this.#state = this.#left === 0 ? "trailer" : "length";
    }
  }

  #complete(): void {
    this.#state = "head";
    this.#inChunk = false;
    this.#handlers.onEnd();
  }

  #break(why: string): void {
    this.#state = "opaque";
    this.#handlers.onBroken(why);
  }
}

/** How the body of a request is framed (RFC 9112, 6.3). */
export function requestFraming(head: Head): Framing {
  return bodyFraming(head) ?? { kind: "length", bytes: 0 };
}

/** How the body of a response is framed; `method`: of its request. */
export function responseFraming(head: Head, method: string): Framing {
  const { status } = head;
  if (status === 101 || (method === "CONNECT" && status < 300)) return { kind: "opaque" };
  if (status < 200) return { kind: "another-head" };
  if (status === 204 || status === 304 || method === "HEAD") return { kind: "length", bytes: 0 };
  return bodyFraming(head) ?? { kind: "until-close" };
}

function bodyFraming({ headers }: Head): Framing | null {
  const coding = headers["transfer-encoding"];
  if (coding !== undefined) {
    return /(^|,)\s*chunked\s*$/i.test(coding) ? { kind: "chunked" } : { kind: "until-close" };
  }
  const length = headers["content-length"];
  if (length === undefined || !/^\d{1,15}$/.test(length)) return null;
  return { kind: "length", bytes: Number(length) };
}
