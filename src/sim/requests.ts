/** The bodies that inferrs reads, field by field, and what the simulator makes of them. */
import { deserialize, type Refusal, type Shape } from "./deserialize.ts";

export interface Message {
  role: "system" | "user" | "assistant" | "tool" | "function";
  text: string;
  hasToolCalls: boolean;
}

/** What both routes ask for. */
export interface Generation {
  messages: Message[];
  /** The tools as they came; null without any. */
  tools: unknown;
  toolChoice: unknown;
  /** Null: not said. */
  maxTokens: number | null;
  stream: boolean;
  includeUsage: boolean;
  stop: string[];
}

const string: Shape = { type: "string" };
const any: Shape = { type: "any" };
const float: Shape = { type: "float" };
const usize: Shape = { type: "integer", name: "usize", max: 2n ** 64n - 1n };
const option = (of: Shape): Shape => ({ type: "option", of });

const PART: Shape = {
  type: "struct",
  name: "ContentPart",
  fields: {
    type: string,
    text: option(string),
    image_url: option({
      type: "struct",
      name: "ImageUrlDetail",
      fields: { url: string },
      required: ["url"],
    }),
  },
  required: ["type"],
};

const CONTENT: Shape = {
  type: "text-or-parts",
  part: PART,
  expected: "a string, an array of content parts, or null",
};

const AUDIO: Shape = {
  type: "struct",
  name: "AudioInput",
  fields: { data: string, format: string },
  required: ["data"],
};

function chatShape(content: Shape): Shape {
  const message: Shape = {
    type: "struct",
    name: "ChatMessage",
    fields: {
      role: { type: "variant", names: ["system", "user", "assistant", "tool", "function"] },
      content,
      audio: option(AUDIO),
      tool_calls: option(any),
      tool_call_id: option(string),
    },
    required: ["role"],
  };
  return {
    type: "struct",
    name: "ChatCompletionRequest",
    fields: {
      model: option(string),
      messages: { type: "list", of: message },
      temperature: option(float),
      top_p: option(float),
      top_k: option(usize),
      max_tokens: option(usize),
      max_completion_tokens: option(usize),
      stream: option({ type: "boolean" }),
      repetition_penalty: option(float),
      repeat_last_n: option(usize),
      frequency_penalty: option(float),
      presence_penalty: option(float),
      min_p: option(float),
      logit_bias: option({ type: "map", of: float }),
      seed: option({ type: "integer", name: "u64", max: 2n ** 64n - 1n }),
      logprobs: option({ type: "boolean" }),
      top_logprobs: option({ type: "integer", name: "u8", max: 255n }),
      stop: { type: "untagged", name: "StopSequences", accepts: isStop },
      tools: option(any),
      tool_choice: option(any),
      response_format: option({
        type: "struct",
        name: "ResponseFormat",
        fields: { type: string, json_schema: option(any) },
        required: ["type"],
      }),
      service_tier: option(any),
      store: option(any),
      reasoning_effort: option(any),
    },
    required: ["messages"],
  };
}

const CHAT = chatShape(CONTENT);
/** Releases before 2026-04-09: content is a string. */
const CHAT_STRINGS_ONLY = chatShape(string);

const OLLAMA: Shape = {
  type: "struct",
  name: "OllamaChatRequest",
  fields: {
    model: string,
    messages: {
      type: "list",
      of: {
        type: "struct",
        name: "OllamaChatMessage",
        fields: {
          role: string,
          content: string,
          images: { type: "list", of: string },
          thinking: option(string),
          tool_calls: option(any),
          tool_name: option(string),
        },
        required: ["role", "content"],
      },
    },
    stream: option({ type: "boolean" }),
    options: option({
      type: "struct",
      name: "OllamaOptions",
      fields: {
        temperature: option(float),
        num_predict: option(usize),
        seed: option({
          type: "integer",
          name: "i64",
          min: -(2n ** 63n),
          max: 2n ** 63n - 1n,
        }),
        stop: option({ type: "list", of: string }),
      },
      required: [],
    }),
    think: option({ type: "boolean" }),
    tools: option(any),
  },
  required: ["model", "messages"],
};

type Read<T> = { request: T; refusal: null } | { request: null; refusal: Refusal };

/** `POST /v1/chat/completions`. `stream_options` is unknown to inferrs and read past by it. */
export function readChatRequest(bytes: Uint8Array, stringsOnly: boolean): Read<Generation> {
  const { value, refusal } = deserialize(bytes, stringsOnly ? CHAT_STRINGS_ONLY : CHAT);
  if (refusal !== null) return { request: null, refusal };
  const body = value as Record<string, unknown>;
  const options = body.stream_options as { include_usage?: unknown } | null | undefined;
  const messages = body.messages as Record<string, unknown>[];
  return {
    request: {
      messages: messages.map((message) => ({
        role: message.role as Message["role"],
        text: textOf(message.content),
        hasToolCalls: (message.tool_calls ?? null) !== null,
      })),
      tools: body.tools ?? null,
      toolChoice: body.tool_choice ?? null,
      maxTokens: (body.max_completion_tokens ?? body.max_tokens ?? null) as number | null,
      stream: body.stream === true,
      includeUsage: options?.include_usage === true,
      stop: typeof body.stop === "string" ? [body.stop] : ((body.stop ?? []) as string[]),
    },
    refusal: null,
  };
}

/** `POST /api/chat`: streams unless told otherwise. */
export function readOllamaRequest(bytes: Uint8Array): Read<Generation & { model: string }> {
  const { value, refusal } = deserialize(bytes, OLLAMA);
  if (refusal !== null) return { request: null, refusal };
  const body = value as Record<string, unknown>;
  const options = (body.options ?? {}) as { num_predict?: number; stop?: string[] };
  const messages = body.messages as Record<string, unknown>[];
  const known: string[] = ["system", "assistant", "tool"];
  return {
    request: {
      model: body.model as string,
      messages: messages.map((message) => ({
        role: (known.includes(String(message.role)) ? message.role : "user") as Message["role"],
        text: String(message.content),
        hasToolCalls: (message.tool_calls ?? null) !== null,
      })),
      tools: body.tools ?? null,
      toolChoice: null,
      maxTokens: options.num_predict ?? null,
      stream: body.stream !== false,
      includeUsage: false,
      stop: options.stop ?? [],
    },
    refusal: null,
  };
}

/** Text parts joined without anything between; other parts leave no text. */
function textOf(content: unknown): string {
  if (!Array.isArray(content)) return typeof content === "string" ? content : "";
  return content
    .map((part: { type?: unknown; text?: unknown }) =>
      part.type === "text" && typeof part.text === "string" ? part.text : "",
    )
    .join("");
}

function isStop(value: unknown): boolean {
  if (value === null || typeof value === "string") return true;
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
