/** One prompt of the ladder: a cell's own request made shorter, none like another at its beginning. Pure. */
import { seededRandom, shuffled } from "../plan/random.ts";
import { markOf } from "../plan/variation.ts";
import type { ClientRequest } from "./client.ts";

/** Below this a text is too short to be a sample of anything. */
const LEAST_SAMPLE = 2_000;
/** Prompts of the cells are numbered otherwise. */
const FIRST_VARIATION = 500;

/** Of one's own where the cells' texts are too short; the words are common ones. */
const FILLER = [
  "The library opens at nine and closes when the last reader leaves.",
  'Each shelf has a number, a name and a list: { "shelf": 12, "name": "rivers", "books": 340 }.',
  "Read the file first, then write down what changed and why it matters.",
  "- check the address, the port and the path of the request",
  "A long answer is not better than a short one that says the same thing.",
].join("\n");

/**
 * A chat of about so many bytes that asks for one token. As large a share of it as of the cell's
 * request are tools: a server may write them out shorter or longer than they came, and how many
 * tokens the cell's own bytes have is to be learned.
 * @param like the largest request of any cell; null: none is known
 * @param tools false: the server refuses them
 */
export function lookRequest(asked: {
  servedId: string;
  requestBytes: number;
  stream: boolean;
  seed: number;
  like: string | null;
  tools: boolean;
}): ClientRequest {
  const { servedId, requestBytes, stream, seed } = asked;
  const sample = sampleOf(asked.like);
  const source = mixed(
    sample.text.length < LEAST_SAMPLE ? FILLER : sample.text,
    seededRandom(seed * 31 + requestBytes),
  );
  const mark = markOf(FIRST_VARIATION + (requestBytes % 499), seed);
  const share = requestBytes / Math.max(1, Buffer.byteLength(asked.like ?? ""));
  const count = asked.tools ? Math.round(Math.min(1, share) * sample.tools.length) : 0;
  const tools = count === 0 ? {} : { tools: sample.tools.slice(0, count), tool_choice: "auto" };
  const bodyOf = (length: number) => {
    const text = source.repeat(Math.ceil(length / source.length)).slice(0, length);
    return JSON.stringify({
      model: servedId,
      messages: [{ role: "user", content: mark + text }],
      stream,
      ...(stream ? { stream_options: { include_usage: true } } : {}),
      ...tools,
      max_tokens: 1,
      temperature: 0,
      seed,
    });
  };
  // Escapes and characters of several bytes: the second guess is as good as it needs to be.
  const envelope = Buffer.byteLength(bodyOf(0));
  const wanted = Math.max(1, requestBytes - envelope);
  const first = Buffer.byteLength(bodyOf(wanted)) - envelope;
  const body = bodyOf(Math.max(1, Math.round((wanted * wanted) / Math.max(1, first))));
  return {
    method: "POST",
    path: "/v1/chat/completions",
    body,
    step: 0,
    kind: "generate",
    stream,
    maxTokens: 1,
  };
}

/** All that a request tells the model. */
function sampleOf(like: string | null): { text: string; tools: unknown[] } {
  if (like === null) return { text: "", tools: [] };
  const body = JSON.parse(like) as { messages?: { content?: unknown }[]; tools?: unknown };
  const texts = (body.messages ?? []).map(({ content }) =>
    typeof content === "string" ? content : JSON.stringify(content ?? ""),
  );
  return { text: texts.join("\n").trim(), tools: Array.isArray(body.tools) ? body.tools : [] };
}

const PIECE = /[\s\S]{1,100}(?:\s|$)|[\s\S]{1,100}/g;

/**
 * Pieces of the text in another order: prose and lists have other bytes per token, and a short
 * prompt should have as much of each as a long one.
 */
function mixed(text: string, random: () => number): string {
  // A piece must not end in the middle of a character.
  const pieces = text.replace(/[\ud800-\udfff]/g, "").match(PIECE) ?? [];
  return `${shuffled(pieces, random).join("")}\n`;
}

/** The largest body; null where there is none. */
export function largestBody(requests: readonly { body: string | null }[]): string | null {
  return requests.reduce<string | null>(
    (most, { body }) => ((body?.length ?? 0) > (most?.length ?? 0) ? body : most),
    null,
  );
}
