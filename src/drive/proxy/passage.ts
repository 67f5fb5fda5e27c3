/** One request on its way through the proxy: what is noted while it passes, and what is told of it. */
import { createHash, type Hash } from "node:crypto";
import { parseJson } from "../../analyze/json.ts";
import { breachesOf, shownHeaders } from "../../analyze/proxy-checks.ts";
import { shapeOf } from "../../analyze/request-shape.ts";
import { CAPPED_KEEP_BYTES, KEPT_HEADERS, RESPONSE_BYTES_CAP } from "../client.ts";
import { Tape } from "../tape.ts";
import type { ExchangeEnd, Segment } from "../types.ts";
import type { Head } from "./head.ts";
import type { ProxiedExchange } from "./types.ts";
import { unpack } from "./unpack.ts";

/** Zero of the proxy's own times. */
const ORIGIN = process.hrtime.bigint();

/** ns since this module was loaded, on the clock of `process.hrtime`. */
export function nowNs(): number {
  return sinceOrigin(process.hrtime.bigint());
}

export function sinceOrigin(at: bigint): number {
  return Number(at - ORIGIN);
}

/** Routes of OpenAI, Ollama and Anthropic that make a reply. */
const GENERATES = /\/(completions|responses|messages|api\/chat|api\/generate)$/;

/** A request's body above this is not looked into. */
const MOST_REQUEST_BYTES = 64 * 1024 * 1024;

type Known = Pick<
  ProxiedExchange,
  "requestDigest" | "requestBody" | "stream" | "maxTokens" | "model" | "breaches" | "shape"
>;

/** Who ended it, with an end whose time is ns since ORIGIN. */
type Ending = { end: ExchangeEnd; hungUp: ProxiedExchange["hungUp"] };

export class Passage {
  readonly head: Head;
  /** When the client's first byte came. */
  readonly #beganNs: number;
  readonly #keepBody: boolean;
  /** When the first byte was handed to the engine's socket; null: it was not. */
  t0Ns: number | null = null;
  /** When the last byte of the request came. */
  arrivedNs: number;
  arrived = false;
  connectMs: number | null = null;
  lagNs = 0;
  #body: Buffer[] = [];
  #bodyBytes = 0;
  #hash: Hash | null = null;
  #known: Known | null = null;
  #status: number | null = null;
  #headersNs: number | null = null;
  #headers: Record<string, string> = {};
  #coding: string | undefined;
  #tape = new Tape();
  /** Bytes that are not kept any more. */
  #dropped = false;
  #ending: Ending | null = null;

  constructor(head: Head, atNs: number, keepBody: boolean) {
    this.head = head;
    this.#beganNs = atNs;
    this.arrivedNs = atNs;
    this.#keepBody = keepBody;
  }

  get ended(): boolean {
    return this.#ending !== null;
  }

  /** Bytes of the request's body; they must not change any more. */
  addRequest(bytes: Buffer, atNs: number): void {
    this.arrivedNs = atNs;
    this.#bodyBytes += bytes.length;
    if (this.#hash === null) {
      this.#body.push(bytes);
      if (this.#bodyBytes <= MOST_REQUEST_BYTES) return;
      this.#hash = createHash("sha256");
      for (const each of this.#body.splice(0)) this.#hash.update(each);
    } else this.#hash.update(bytes);
  }

  requestEnded(atNs: number): void {
    this.arrivedNs = atNs;
    this.arrived = true;
  }

  respond(head: Head, atNs: number): void {
    this.#status = head.status;
    this.#headersNs = atNs;
    this.#coding = head.headers["content-encoding"];
    for (const name of KEPT_HEADERS) {
      const value = head.headers[name];
      if (value !== undefined) this.#headers[name] = value;
    }
  }

  addResponse(bytes: Buffer, atNs: number): void {
    if (this.#dropped) return;
    this.#tape.add(atNs, bytes);
    if (this.#tape.bytes <= RESPONSE_BYTES_CAP) return;
    const beginning = this.#tape.segments(CAPPED_KEEP_BYTES);
    this.#tape = new Tape();
    for (const segment of beginning) this.#tape.add(segment.tNs, segment.bytes);
    this.#dropped = true;
  }

  finish(end: ExchangeEnd, hungUp: ProxiedExchange["hungUp"]): void {
    const told = this.#dropped && hungUp !== "us" ? capped(end.tNs) : end;
    this.#ending = { end: told, hungUp };
  }

  /** Works out what the request was: once, when the engine is done with it or somebody asks. */
  know(): Known {
    if (this.#known !== null && this.arrived) return this.#known;
    const whole = this.#hash === null ? Buffer.concat(this.#body) : null;
    const text = whole?.toString("utf8") ?? "";
    const body = whole === null || whole.length === 0 ? undefined : parseJson(text);
    this.#known = {
      requestDigest:
        this.#bodyBytes === 0
          ? null
          : (this.#hash?.copy() ?? createHash("sha256").update(whole ?? "")).digest("hex"),
      requestBody: this.#keepBody && whole !== null && whole.length > 0 ? text : null,
      ...shapeOf(body),
      breaches: breachesOf(this.head.headers, body),
    };
    // A digest and names are all that is kept.
    if (this.arrived) this.#body = [];
    return this.#known;
  }

  /** Times since t0; nothing of what came after the end. */
  #segments(t0: number, endNs: number): Segment[] {
    const kept = this.#tape
      .segments()
      .filter(({ tNs }) => tNs <= endNs)
      .map(({ tNs, bytes }) => ({ tNs: tNs - t0, bytes }));
    return unpack(kept, this.#coding);
  }

  /**
   * @param startNs zero of the recording, ns since ORIGIN
   * @param prefix of the upstream's paths, which is left out
   */
  exchange(startNs: number, prefix: string): ProxiedExchange {
    const t0 = this.t0Ns ?? this.#beganNs;
    const { method, target, headers } = this.head;
    const path = target.split("?", 1)[0] ?? target;
    const { end, hungUp } = this.#ending ?? {
      end: { kind: "aborted", tNs: nowNs(), error: "it was not over yet" },
      hungUp: null,
    };
    return {
      method,
      path: path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path,
      step: 0,
      kind: method === "POST" && GENERATES.test(path) ? "generate" : "get",
      ...this.know(),
      sentNs: t0 - startNs,
      arrivedNs: this.arrivedNs - startNs,
      requestBytes: this.#bodyBytes,
      requestHeaders: shownHeaders(headers),
      connectMs: this.connectMs,
      status: this.#status,
      headersNs: this.#headersNs === null ? null : this.#headersNs - t0,
      headers: { ...this.#headers },
      segments: this.#segments(t0, end.tNs),
      end: { ...end, tNs: end.tNs - t0 },
      hungUp,
      clientLagMs: this.lagNs / 1e6,
    };
  }
}

function capped(tNs: number): ExchangeEnd {
  const most = RESPONSE_BYTES_CAP.toLocaleString("en-US");
  return {
    kind: "capped",
    tNs,
    error: `only the beginning of a reply above ${most} bytes is kept`,
  };
}
