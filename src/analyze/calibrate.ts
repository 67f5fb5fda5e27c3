/** Token counts of a call, and where they come from. Pure. */
import type { OUTPUT_SOURCES, PROMPT_SOURCES } from "../result.ts";
import type { Call, CallTokens } from "./metrics.ts";
import type { Trace } from "./trace.ts";

export interface CountedTokens extends CallTokens {
  promptSource: (typeof PROMPT_SOURCES)[number] | null;
  outputSource: (typeof OUTPUT_SOURCES)[number] | null;
}

/** One reply without streaming: what the server says of a prompt that it also streamed. */
export interface PlainReply {
  /** Which of the prompts it answers: they differ from round to round. */
  variation: number;
  /** Null: asked for as many tokens as the stream; else only for so many. */
  limit: number | null;
  calls: {
    promptTokens: number | null;
    outputTokens: number | null;
    maxTokens: number | null;
    reply: string;
    finishReason: string | null;
  }[];
}

/** A streamed reply, as far as the plain ones teach something of it. */
export interface StreamedReply {
  variation: number;
  calls: { chunks: number; reply: string; finishReason: string | null }[];
}

/** What is known of the cells that send the same bytes. */
export interface Calibration {
  plain: readonly PlainReply[];
  streamed: readonly StreamedReply[];
}

/** Replies of up to this many tokens are asked for to learn what a first chunk holds. */
const LADDER_LENGTH = 8;

/** All that a reply said, so that two replies can be compared. */
export function replyOf(trace: Trace): string {
  const calls = trace.toolCalls.map((call) => `${call.name}(${call.arguments})`).join("");
  return trace.reasoning + trace.text + calls;
}

/**
 * Tokens of one call, by the first of these that applies. The count in the reply itself; that of the
 * same reply without streaming; the limit asked for, where `finish_reason` is `length`; chunks and
 * end mark, where each chunk was learned to be one token; else, where the server counts nowhere, the
 * chunks. Otherwise it is unknown: null.
 */
export function countTokens(
  call: Call,
  index: number,
  variation: number,
  calibration: Calibration | null,
): CountedTokens {
  const { trace } = call;
  const known = calibration ?? { plain: [], streamed: [] };
  const { usage } = trace;
  const replayed = known.plain.find((plain) => plain.calls[index]?.promptTokens != null);
  const prompt =
    usage?.promptTokens ?? call.tokens.prompt ?? replayed?.calls[index]?.promptTokens ?? null;
  const promptSource =
    prompt === null
      ? null
      : usage?.promptTokens != null
        ? usage.from
        : call.tokens.prompt !== null
          ? "engine-log"
          : "replay";
  const [output, outputSource] = outputOf(call, index, variation, known);
  // Chunks are no tokens: a rate made of them would be a guess.
  const counted = output !== null && outputSource !== "chunks";
  const first = counted ? firstTokens(trace, output, variation, known) : null;
  return { prompt, promptSource, output, outputSource, first };
}

type Output = [number, NonNullable<CountedTokens["outputSource"]>] | [null, null];

function outputOf(call: Call, index: number, variation: number, known: Calibration): Output {
  const { trace, exchange } = call;
  if (trace.usage?.outputTokens != null) return [trace.usage.outputTokens, trace.usage.from];
  const chunks = trace.chunkMs.length;
  if (chunks === 0) return [null, null];
  const reply = replyOf(trace);
  const whole = known.plain.filter((plain) => plain.limit === null);
  const twin =
    whole.find((plain) => plain.variation === variation && plain.calls[index]?.reply === reply) ??
    whole.find((plain) => plain.calls[index]?.reply === reply);
  const counted = twin?.calls[index]?.outputTokens ?? null;
  if (counted !== null) return [counted, "calibrated"];
  const limit = exchange.maxTokens ?? null;
  const counting = whole.some((plain) => plain.calls[index]?.outputTokens != null);
  if (trace.finishReason === "length" && limit !== null) {
    if (chunks === limit || (chunks < limit && keepsLimit(whole, index))) return [limit, "limit"];
  }
  const mark = trace.finishReason === "length" ? null : endMark(known, index);
  if (mark !== null) return [chunks + mark, "calibrated"];
  return counting ? [null, null] : [chunks, "chunks"];
}

/** The server's plain replies that ended at the limit had just so many tokens. */
function keepsLimit(whole: readonly PlainReply[], index: number): boolean {
  const ended = whole
    .map((plain) => plain.calls[index])
    .filter((call) => call?.finishReason === "length" && call.maxTokens !== null);
  return ended.length > 0 && ended.every((call) => call?.outputTokens === call?.maxTokens);
}

/**
 * Tokens beyond the chunks (0 or 1: the end mark) in a reply that ends by itself, where every chunk
 * was one token; null where that was not learned.
 */
function endMark(known: Calibration, index: number): number | null {
  const seen = new Set<number>();
  for (const pair of pairs(known, index)) {
    const beyond = pair.outputTokens - pair.chunks;
    if (pair.finishReason === "length" && beyond !== 0) return null;
    if (pair.finishReason !== "length") seen.add(beyond);
  }
  const [beyond] = seen;
  return seen.size === 1 && (beyond === 0 || beyond === 1) ? beyond : null;
}

/** The same reply, streamed and not. */
function pairs(known: Calibration, index: number) {
  return known.plain.flatMap((plain) => {
    const call = plain.calls[index];
    if (plain.limit !== null || call === undefined || call.outputTokens === null) return [];
    const { outputTokens, finishReason } = call;
    const streamed = known.streamed.find(
      (each) => each.variation === plain.variation && each.calls[index]?.reply === call.reply,
    )?.calls[index];
    if (streamed === undefined) return [];
    return [{ outputTokens, finishReason, chunks: streamed.chunks }];
  });
}

/** Whether chunks are known to be tokens; null: not known yet. */
function isOneToOne(known: Calibration, index: number): boolean | null {
  const seen = pairs(known, index);
  if (seen.length === 0) return null;
  return seen.every(({ outputTokens, finishReason, chunks }) =>
    explained(outputTokens, chunks, finishReason),
  );
}

/** A chunk for each token, but for the end mark of a reply that ends by itself. */
function explained(tokens: number, chunks: number, finishReason: string | null): boolean {
  return chunks === tokens || (chunks === tokens - 1 && finishReason !== "length");
}

/**
 * Tokens up to and with the first chunk that bears any; they belong to prefill. One, where there is a
 * chunk for each token; what that chunk counts itself; else the shortest plain reply that says just
 * what the first chunk said. Null: unknown.
 */
function firstTokens(
  trace: Trace,
  output: number,
  variation: number,
  known: Calibration,
): number | null {
  // A chunk with text has a token: one that counts none yet counts something else.
  const told = trace.chunkTokens[0] ?? 0;
  if (told > 0) return told;
  if (explained(output, trace.chunkMs.length, trace.finishReason)) return 1;
  const same = known.plain
    .filter((plain) => plain.variation === variation && plain.limit !== null)
    .filter(
      ({ calls: [call], limit }) =>
        call?.reply === trace.firstChunk && call?.outputTokens === limit,
    )
    .map((plain) => plain.limit ?? 0);
  return same.length === 0 ? null : Math.min(...same);
}

/**
 * What should still be asked without streaming to count this call: `null` limit: the whole reply; a
 * number: only so many tokens, to learn what the first chunk holds.
 * @returns null when all is known, or nothing more would tell
 */
export function openQuestion(
  call: Call,
  index: number,
  variation: number,
  known: Calibration,
): { limit: number | null } | null {
  const { trace } = call;
  const chunks = trace.chunkMs.length;
  if (!call.exchange.stream || chunks === 0) return null;
  const asked = known.plain.filter((plain) => plain.variation === variation);
  const counted = countTokens(call, index, variation, known);
  const { output } = counted;
  if (!asked.some((plain) => plain.limit === null)) {
    if (output === null || counted.outputSource === "chunks") return { limit: null };
    const short = !explained(output, chunks, trace.finishReason);
    // Tokens without text, bundles, or tokens that were lost: the whole reply tells.
    if (short && isOneToOne(known, index) !== false) return { limit: null };
    if (trace.usage === null && known.plain.length === 0) return { limit: null };
  }
  if (output === null || counted.outputSource === "chunks") return null;
  if (index > 0 || counted.first !== null || chunks < 2) return null;
  const answers = known.plain.filter((plain) => plain.limit !== null);
  const uncounted = answers.every((plain) => plain.calls[0]?.outputTokens == null);
  if (answers.length > 0 && uncounted) return null;
  const usual = answers
    .filter((plain) => plain.calls[0]?.outputTokens === plain.limit)
    .map((plain) => plain.limit ?? 1);
  const likely = [
    Math.max(0, ...usual),
    ...Array.from({ length: LADDER_LENGTH }, (_, at) => at + 1),
  ];
  const limit = likely.find(
    (each) => each > 0 && each < output && !asked.some((plain) => plain.limit === each),
  );
  return limit === undefined ? null : { limit };
}

/**
 * Whether a stream holds less than the same reply without streaming, of which more tokens were
 * counted than it has chunks: what is missing was lost on the way.
 * @returns the evidence; null: nothing was lost, or it can't be told
 */
export function lostTokens(
  call: Call,
  index: number,
  variation: number,
  known: Calibration,
): string | null {
  const { trace } = call;
  const plain = known.plain.find((each) => each.variation === variation && each.limit === null);
  const whole = plain?.calls[index];
  if (whole === undefined || whole.outputTokens === null) return null;
  const chunks = trace.chunkMs.length;
  const reply = replyOf(trace);
  if (chunks >= whole.outputTokens || reply.length >= whole.reply.length) return null;
  if (!isSubsequence(reply, whole.reply)) return null;
  return `${chunks} chunks with ${reply.length} characters; the same reply without streaming has ${whole.outputTokens} tokens and ${whole.reply.length} characters`;
}

function isSubsequence(part: string, whole: string): boolean {
  let at = 0;
  for (const char of whole) if (part.startsWith(char, at)) at += char.length;
  return at === part.length;
}
