/** What the simulated model says: decided before the first token, from the prompt and the knobs. */
import type { Knobs } from "./knobs.ts";
import { hashOf, randomOf } from "./random.ts";
import type { Generation } from "./requests.ts";
import { type Script, scriptedReply } from "./script.ts";
import { promptOf } from "./tokens.ts";

export interface Reply {
  /** Text of each token; empty for one that shows nothing. */
  tokens: string[];
  /** `stop`: the last token is the end mark and has no text of its own. */
  finish: "length" | "stop";
  /** The call that the tokens spell out; null when they are text. */
  call: { name: string; arguments: string[] } | null;
}

const WORDS =
  "the a each that every quiet small bright early plain river garden letter window harbour lamp road table morning answer opens turns follows holds carries meets keeps finds reaches crosses slowly again together nearby indeed under beside after with and then so".split(
    " ",
  );

/** Length of a reply where the request names none. */
const UNASKED_TOKENS = 64;

/** The same request gets the same reply. */
export function planReply(
  request: Generation,
  knobs: Knobs,
  allowedTokens: number,
  scripts: readonly Script[] = [],
): Reply {
  if (knobs["empty-reply"]) return { tokens: [""], finish: "stop", call: null };
  const told = scriptedReply(scripts, request.messages);
  if (told !== null && "text" in told) {
    return plainReply(request, knobs, allowedTokens, pieces(told.text));
  }
  const call = told === null ? planCall(request, knobs) : toldCall(told.calls[0], request, knobs);
  if (call !== null && knobs["tool-calls"] === "structured") {
    const tokens = [...call.arguments.map(() => ""), ""];
    const length = Math.min(tokens.length, allowedTokens);
    return {
      tokens: tokens.slice(0, length),
      finish: length < tokens.length ? "length" : "stop",
      call,
    };
  }
  const text =
    call === null
      ? null
      : pieces(`{"name": "${call.name}", "arguments": ${call.arguments.join("")}}`);
  return plainReply(request, knobs, allowedTokens, text);
}

function plainReply(
  request: Generation,
  knobs: Knobs,
  allowedTokens: number,
  text: string[] | null,
): Reply {
  const asked = request.maxTokens === null ? null : allowedTokens;
  const ownEnd = knobs["stop-early"] ?? (text === null ? null : text.length + 1);
  const length = Math.max(1, Math.min(asked ?? ownEnd ?? UNASKED_TOKENS, ownEnd ?? allowedTokens));
  const ended = ownEnd !== null ? length === ownEnd : asked === null;
  const tokens = text?.slice(0, length) ?? words(request, length);
  while (tokens.length < length) tokens.push("");
  if (ended) tokens[length - 1] = "";
  const share = knobs["silent-tokens"];
  const shown = tokens.map((token, index) =>
    Math.floor((index + 1) * share) > Math.floor(index * share) ? "" : token,
  );
  return cutAtStop({ tokens: shown, finish: ended ? "stop" : "length", call: null }, request.stop);
}

function cutAtStop(reply: Reply, stops: readonly string[]): Reply {
  if (stops.length === 0) return reply;
  let text = "";
  for (const [index, token] of reply.tokens.entries()) {
    text += token;
    if (stops.some((stop) => stop !== "" && text.endsWith(stop)))
      return { ...reply, tokens: [...reply.tokens.slice(0, index), ""], finish: "stop" };
  }
  return reply;
}

function words(request: Generation, length: number): string[] {
  const random = randomOf(String(hashOf(promptOf(request.messages, request.tools))));
  const tokens = Array.from({ length }, (_, index) => {
    const word = WORDS[Math.floor(random() * WORDS.length)] ?? "the";
    return index === 0 ? `${word[0]?.toUpperCase()}${word.slice(1)}` : ` ${word}`;
  });
  const sum = sumAskedFor(request);
  return sum === null ? tokens : [sum, ".", ...tokens.slice(2)].slice(0, length);
}

/** A smoke test asks for a sum: this model can add. */
function sumAskedFor({ messages }: Generation): string | null {
  const question = messages.findLast(({ role }) => role === "user")?.text.slice(-200) ?? "";
  const found = /(\d{1,9})\s*\+\s*(\d{1,9})/.exec(question);
  return found === null ? null : String(Number(found[1]) + Number(found[2]));
}

/** A scripted call; none where the tool isn't offered, or this model calls no tools. */
function toldCall(
  call: { name: string; arguments: Record<string, unknown> } | undefined,
  request: Generation,
  knobs: Knobs,
): Reply["call"] {
  const off = knobs["tool-calls"] === "none" || request.toolChoice === "none";
  const offered = toolsOf(request).some((tool) => (tool.function ?? tool).name === call?.name);
  if (off || call === undefined || !offered) return null;
  return { name: call.name, arguments: pieces(JSON.stringify(call.arguments)) };
}

interface ToolSchema {
  name?: unknown;
  function?: ToolSchema;
  parameters?: { properties?: Record<string, { type?: unknown }>; required?: unknown };
}

/** A call of the first tool; none once a tool has answered, so that a turn comes to its end. */
function planCall(request: Generation, knobs: Knobs): Reply["call"] {
  const tools = toolsOf(request);
  const answered = request.messages.at(-1)?.role === "tool";
  const off = knobs["tool-calls"] === "none" || request.toolChoice === "none";
  const schema = tools[0]?.function ?? tools[0];
  if (off || answered || schema === undefined) return null;
  const { properties = {}, required = [] } = schema.parameters ?? {};
  const names = Array.isArray(required) ? (required as string[]) : [];
  const values = Object.fromEntries(names.map((name) => [name, sample(properties[name]?.type)]));
  return { name: String(schema.name ?? "tool"), arguments: pieces(JSON.stringify(values)) };
}

function toolsOf({ tools }: Generation): ToolSchema[] {
  return Array.isArray(tools) ? (tools as ToolSchema[]) : [];
}

function sample(type: unknown): unknown {
  const samples = { integer: 1, number: 1, boolean: true, array: [], object: {} };
  return samples[type as keyof typeof samples] ?? "example";
}

function pieces(text: string): string[] {
  return text.match(/\s?[\p{L}\p{N}_]+|\s?[^\p{L}\p{N}_]/gu) ?? [];
}
