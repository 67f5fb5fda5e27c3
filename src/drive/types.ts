/** What the client records. Bytes and times only: what they mean is worked out later, elsewhere. */

/** Bytes as they came from the socket, at a time on the monotonic clock. */
export interface Segment {
  /** Nanoseconds since t0, the request's first byte handed to a connected socket. */
  tNs: number;
  bytes: Uint8Array;
}

/** How the exchange ended on the wire. */
export type ExchangeEnd =
  /** The response was complete as HTTP sees it. */
  | { kind: "closed"; tNs: number }
  /** No connection could be made. */
  | { kind: "refused"; tNs: number; error: string }
  /** The connection broke before the response was complete. */
  | { kind: "reset"; tNs: number; error: string }
  /** Our own limit on silence was reached, and we hung up. */
  | { kind: "timeout"; tNs: number; error: string }
  /** The reply passed our cap on bytes, and we hung up; only its beginning is kept. */
  | { kind: "capped"; tNs: number; error: string }
  /** We gave up because the engine died or the run was stopped. */
  | { kind: "aborted"; tNs: number; error: string };

/** One request and what came back. */
export interface Exchange {
  method: string;
  path: string;
  /** Index of the scenario's step. */
  step: number;
  kind: "get" | "generate";
  stream: boolean;
  /** When t0 was, in nanoseconds since the attempt began: puts the exchanges of a turn on one line. */
  sentNs: number;
  requestBytes: number;
  /** SHA-256 (hex) of the request's body; null without one. */
  requestDigest: string | null;
  /** Only with `--keep-bodies`. */
  requestBody: string | null;
  /** Tokens that the request asked for at most; null for a GET. */
  maxTokens?: number | null;
  /** Which of the turns of a burst it belongs to; absent: there is only one. */
  turn?: number;
  /** Open loop: when it was due, in nanoseconds since the attempt began. */
  dueNs?: number;
  /** Time to set up the connection; null when one was reused or none was made. */
  connectMs: number | null;
  status: number | null;
  headersNs: number | null;
  headers: Record<string, string>;
  segments: Segment[];
  end: ExchangeEnd;
}
