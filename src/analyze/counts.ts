/** Counts of tokens and durations as the servers tell them. Pure. */
import { asArray, asNumber, asObject, asString, toJson } from "./json.ts";
import type { Usage } from "./trace.ts";

/** OpenAI's `usage`; `prompt_tokens_details.cached_tokens` is part of `prompt_tokens`. */
export function readUsage(value: unknown): Usage | null {
  const usage = asObject(value);
  const promptTokens = asCount(usage?.prompt_tokens);
  const outputTokens = asCount(usage?.completion_tokens);
  if (usage === null || (promptTokens === null && outputTokens === null)) return null;
  const cachedTokens = asCount(asObject(usage.prompt_tokens_details)?.cached_tokens);
  return { promptTokens, outputTokens, cachedTokens, from: "usage" };
}

/**
 * llama.cpp's `timings` (tools/server/README.md): `prompt_n` are the prompt's tokens that were worked
 * on, `cache_n` those that came from its cache, `predicted_n` the reply's.
 */
export function readTimings(value: unknown): Usage | null {
  const timings = asObject(value);
  const worked = asCount(timings?.prompt_n);
  const made = asCount(timings?.predicted_n);
  if (timings === null || (worked === null && made === null)) return null;
  const cachedTokens = asCount(timings.cache_n);
  const promptTokens = worked === null ? null : asCount(worked + (cachedTokens ?? 0));
  return { promptTokens, outputTokens: made, cachedTokens, from: "timings" };
}

/** A line of Ollama's /api/chat, or its whole reply. */
export interface OllamaReply {
  text: string;
  reasoning: string;
  toolCalls: { name: string; arguments: string }[];
  done: boolean;
  finishReason: string | null;
  usage: Usage | null;
  engineMs: { prefill: number | null; decode: number | null } | null;
}

/** @returns null for what has no Ollama message; durations on the wire are nanoseconds */
export function readOllamaReply(body: Record<string, unknown>): OllamaReply | null {
  const message = asObject(body.message);
  if (message === null || body.choices !== undefined) return null;
  const done = body.done === true;
  const prompt = asCount(body.prompt_eval_count);
  const output = asCount(body.eval_count);
  const prefill = asDuration(body.prompt_eval_duration);
  const decode = asDuration(body.eval_duration);
  return {
    text: asString(message.content) ?? "",
    reasoning: asString(message.thinking) ?? "",
    toolCalls: asArray(message.tool_calls).map((call) => {
      const fn = asObject(asObject(call)?.function);
      const given = fn?.arguments;
      const text = typeof given === "string" ? given : toJson(given ?? {});
      return { name: asString(fn?.name) ?? "", arguments: text };
    }),
    done,
    finishReason: done ? (asString(body.done_reason) ?? "stop") : null,
    usage:
      prompt === null && output === null
        ? null
        : { promptTokens: prompt, outputTokens: output, cachedTokens: null, from: "usage" },
    engineMs:
      prefill === null && decode === null
        ? null
        : {
            prefill: prefill === null ? null : prefill / 1e6,
            decode: decode === null ? null : decode / 1e6,
          },
  };
}

/** How long something took; a negative number says nothing. */
export function asDuration(value: unknown): number | null {
  const duration = asNumber(value);
  return duration !== null && duration >= 0 ? duration : null;
}

/** A number of tokens: whole, not negative, and one that can be counted with; else unknown. */
function asCount(value: unknown): number | null {
  const count = asNumber(value);
  return count !== null && Number.isSafeInteger(count) && count >= 0 ? count : null;
}
