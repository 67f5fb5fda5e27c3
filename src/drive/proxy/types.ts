/** What the pass-through proxy records of a request between client and engine. */
import type { Exchange } from "../types.ts";

/**
 * A request that went through the proxy: an exchange as our own client records it, with the times at
 * which the ENGINE's bytes came, and what only somebody in between can see. t0 is when the request's
 * first byte was handed to the engine's connected socket.
 */
export interface ProxiedExchange extends Exchange {
  /** When the client's request had arrived in full, in nanoseconds since the recording began. */
  arrivedNs: number;
  /** Longest time for which bytes of the engine waited for the client to take them, ms. */
  clientLagMs: number;
  /** Who ended it before the response was complete. */
  hungUp: "client" | "engine" | "us" | null;
  /** Headers of the request by name, values only of those that are nobody's secret. */
  requestHeaders: Record<string, string>;
  /** Headers and fields that must not reach a proxy-style backend: `header user-agent`, `field store`. */
  breaches: string[];
  /** The model that the request named; null: none. */
  model: string | null;
  /** Names and order of the request's messages' roles, number and names of tools: shape, not content. */
  shape: { roles: string[]; tools: number; toolNames?: string[]; contentParts: boolean } | null;
}

export interface ProxyOptions {
  /** Base URL of the engine, with or without its `/v1`. */
  upstream: string;
  /** Sent to the engine in place of the client's own key; null: what the client sends stays. */
  apiKey: string | null;
  /** Bodies of requests are kept as they are, not as digest and size only. */
  keepBodies: boolean;
  /** Cuts every connection when it is aborted. */
  signal: AbortSignal;
}

/** The client's timeouts depend on the host of its base URL, and the proxy's is another class. */
export interface HostClassChange {
  from: string;
  to: string;
  effect: string;
}

export interface PassThroughProxy {
  /** What the client is to be given: `http://127.0.0.1:PORT` + the upstream's own path + `/v1`. */
  baseUrl: string;
  hostClassChanged: HostClassChange | null;
  /**
   * @param attemptStart zero of the recording's times, from `process.hrtime.bigint()`
   * @param watch told of each request as it begins and is over
   */
  record(attemptStart: bigint, watch?: RecordingWatch): Recording;
  /** Exchanges that began and did not end yet. */
  inFlight(): number;
  /** Resets every connection at once, and each new one until `resume()`. */
  cutAll(reason: string): void;
  resume(): void;
  close(): Promise<void>;
}

export interface RecordingWatch {
  began?(): void;
  /** Not while bytes wait to be passed on. */
  ended?(exchange: ProxiedExchange): void;
}

export interface Recording {
  /** Those begun since `record()`, in order; unfinished ones as they are, with end `aborted`. */
  exchanges(): ProxiedExchange[];
  /** Resolves when nothing is in flight through the proxy. */
  idle(): Promise<void>;
  /** The last look: nothing more is recorded. */
  end(): ProxiedExchange[];
}
