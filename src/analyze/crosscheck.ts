/** One chat on every route of a server: do its counts agree, and its clock with ours? Pure. */
import type { Exchange } from "../drive/types.ts";
import type { Result } from "../result.ts";
import { replyOf } from "./calibrate.ts";
import { decodeRate, perSecond } from "./metrics.ts";
import { type Trace, traceExchange } from "./trace.ts";

export type Crosscheck = Omit<NonNullable<Result["crosschecks"]>[number], "variant">;

/** What the journal keeps of it. */
interface Seen {
  exchanges: readonly Exchange[];
  loggedPromptTokens: readonly (number | null)[];
}

const OLLAMA = "/api/chat";

/**
 * Counts and rates of the same chat by route. Rates of the engine's own durations are beside ours for
 * a reader to compare; only counts and texts can disagree.
 */
export function readCrosscheck({ exchanges, loggedPromptTokens }: Seen): Crosscheck {
  const traces = exchanges.map((exchange) => ({ exchange, trace: traceExchange(exchange) }));
  const good = traces.filter(
    ({ exchange: { status }, trace: { complete, finishReason, error } }) =>
      status === 200 && (complete || finishReason !== null) && error === null,
  );
  const on = (is: (exchange: Exchange) => boolean) =>
    good.find(({ exchange }) => is(exchange))?.trace ?? null;
  const streamed = on((exchange) => exchange.stream && exchange.path !== OLLAMA);
  const plain = on((exchange) => !exchange.stream && exchange.path !== OLLAMA);
  const ollama = on((exchange) => exchange.path === OLLAMA);
  const logged = loggedPromptTokens.filter((count) => count !== null);
  const promptTokens = {
    log: logged[0] ?? null,
    stream: streamed?.usage?.promptTokens ?? null,
    plain: plain?.usage?.promptTokens ?? null,
    ollama: ollama?.usage?.promptTokens ?? null,
  };
  const outputTokens = {
    stream: streamed?.usage?.outputTokens ?? null,
    chunks: streamed === null ? null : streamed.chunkMs.length,
    plain: plain?.usage?.outputTokens ?? null,
    ollama: ollama?.usage?.outputTokens ?? null,
  };
  return {
    promptTokens,
    outputTokens,
    prefillTokensPerSecond: {
      ours: rate(promptTokens.log ?? promptTokens.stream ?? promptTokens.plain, streamed?.ttftMs),
      engine: rate(promptTokens.ollama, ollama?.engineMs?.prefill),
    },
    decodeTokensPerSecond: {
      ours: streamedRate(streamed, outputTokens.stream ?? outputTokens.plain),
      // inferrs takes the first token from the prefill's own logits and counts its time there
      // (9535ae3, engine.rs: prefill_end is set after that token), so n - 1 are left for decoding.
      engine: rate(lessOne(outputTokens.ollama), ollama?.engineMs?.decode),
    },
    disagreements: [
      ...differing("prompt tokens", promptTokens),
      ...differing("output tokens", { ...outputTokens, chunks: null }),
      ...unlike("streamed", streamed, "plain", plain),
      ...unlike("plain", plain, OLLAMA, ollama),
    ],
  };
}

function rate(tokens: number | null, ms: number | null | undefined): number | null {
  return tokens === null || ms == null ? null : perSecond(tokens, ms);
}

function lessOne(tokens: number | null): number | null {
  return tokens === null ? null : tokens - 1;
}

/** With a chunk for each token, but for the end mark of a reply that ends by itself. */
function streamedRate(trace: Trace | null, tokens: number | null): number | null {
  if (trace === null || tokens === null) return null;
  const beyond = tokens - trace.chunkMs.length;
  const oneEach = beyond === 0 || (beyond === 1 && trace.finishReason !== "length");
  return oneEach ? decodeRate(tokens, 1, trace) : null;
}

function differing(what: string, counts: Record<string, number | null>): string[] {
  const known = Object.entries(counts).filter(([, count]) => count !== null);
  if (new Set(known.map(([, count]) => count)).size < 2) return [];
  return [`${what}: ${known.map(([route, count]) => `${count} by ${NAMES[route]}`).join(", ")}`];
}

const NAMES: Record<string, string> = {
  log: "its log",
  stream: "the stream's usage",
  plain: "the plain reply",
  ollama: OLLAMA,
};

function unlike(first: string, a: Trace | null, second: string, b: Trace | null): string[] {
  if (a === null || b === null || replyOf(a) === replyOf(b)) return [];
  return [`the ${first} reply and the ${second} one have different texts`];
}
