/**
 * The wall time of a turn in parts, each measured on its own between two moments that were seen;
 * what they leave of the whole is told and not spread over them. Pure.
 */
import type { ProxiedExchange } from "../drive/proxy/types.ts";
import type { ClientTurn } from "../drive/real/types.ts";
import type { Trace } from "./trace.ts";

export interface TurnParts {
  /** From the turn being handed to the client until its answer was complete: what its user waits. */
  turnMs: number;
  /** Until the first request had come to the proxy. */
  clientBeforeMs: number;
  /** Sums over the model calls: until the first token, from the first to the last (also one without text), until the end. */
  modelPrefillMs: number;
  modelDecodeMs: number;
  modelRestMs: number;
  /** All of the model calls, from the request's first byte at the engine to the reply's end. */
  modelMs: number;
  /** Between the calls: the client runs its tools and makes its next request. */
  toolsMs: number;
  /** From the last reply's end until the answer was complete. */
  clientAfterMs: number;
  /** What no part accounts for: requests on their way through the proxy. */
  unattributedMs: number;
}

/** A model call with what it said. */
export interface PartCall {
  exchange: Pick<ProxiedExchange, "sentNs" | "arrivedNs" | "end">;
  trace: Pick<Trace, "chunkMs" | "finishMs" | "totalMs">;
}

/**
 * @param calls of this turn, in order
 * @returns null for a turn without a call, with one that was not complete, or with several at once
 */
export function turnParts(
  turn: Pick<ClientTurn, "beganNs" | "endedNs">,
  calls: readonly PartCall[],
): TurnParts | null {
  const first = calls[0];
  const last = calls.at(-1);
  if (first === undefined || last === undefined) return null;
  const parts = {
    clientBeforeMs: (handedOver(first) - turn.beganNs) / 1e6,
    modelPrefillMs: 0,
    modelDecodeMs: 0,
    modelRestMs: 0,
    modelMs: 0,
    toolsMs: 0,
    clientAfterMs: (turn.endedNs - endOf(last)) / 1e6,
  };
  for (const [at, call] of calls.entries()) {
    const { totalMs, chunkMs, finishMs } = call.trace;
    if (totalMs === null) return null;
    const from = chunkMs[0] ?? totalMs;
    // The token that ends a reply has no text: it is told by the chunk with `finish_reason`.
    const to = Math.max(chunkMs.at(-1) ?? from, chunkMs.length > 0 ? (finishMs ?? from) : from);
    parts.modelPrefillMs += from;
    parts.modelDecodeMs += to - from;
    parts.modelRestMs += totalMs - to;
    parts.modelMs += totalMs;
    const next = calls[at + 1];
    if (next === undefined) continue;
    const between = (handedOver(next) - endOf(call)) / 1e6;
    if (between < 0) return null;
    parts.toolsMs += between;
  }
  const turnMs = (turn.endedNs - turn.beganNs) / 1e6;
  const told = parts.clientBeforeMs + parts.modelMs + parts.toolsMs + parts.clientAfterMs;
  return { turnMs, ...parts, unattributedMs: Math.max(0, turnMs - told) };
}

/** The proxy hands on what it has while the rest is still coming: whichever was first. */
function handedOver({ exchange }: PartCall): number {
  return Math.min(exchange.arrivedNs, exchange.sentNs);
}

function endOf({ exchange }: PartCall): number {
  return exchange.sentNs + exchange.end.tNs;
}
