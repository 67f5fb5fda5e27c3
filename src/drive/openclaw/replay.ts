/** Captured bodies to requests of our own. Pure. */
import { markOf } from "../../plan/variation.ts";
import type { PlannedRequest } from "./request.ts";

export interface ReplayContext {
  /** Id under which the engine serves the model. */
  modelId: string;
  /** Longest reply. */
  maxTokens: number;
  seed: number;
  /** Which of the prompts; null: the bytes as they are. */
  variation: number | null;
}

type Json = Record<string, unknown>;

/**
 * The bodies in order, each as the client sent it but for the model's id, the length of the reply,
 * and what makes replies repeatable (`temperature: 0` and a seed, which the client leaves out).
 */
export function replayRequests(
  turns: readonly (readonly string[])[],
  context: ReplayContext,
): PlannedRequest[] {
  return turns.flat().map((body, step) => {
    const { stream, ...rest } = JSON.parse(body) as Json;
    const limit = "max_tokens" in rest ? "max_tokens" : "max_completion_tokens";
    return {
      method: "POST",
      path: "/v1/chat/completions",
      body: JSON.stringify({
        ...rest,
        model: context.modelId,
        messages: marked(rest.messages, context),
        stream: stream === true,
        [limit]: context.maxTokens,
        temperature: 0,
        seed: context.seed,
      }),
      kind: "generate",
      stream: stream === true,
      step,
      maxTokens: context.maxTokens,
    };
  });
}

/** No cache of an earlier round's prompt may flatter the figures. */
function marked(messages: unknown, { variation, seed }: ReplayContext): unknown {
  if (variation === null || !Array.isArray(messages)) return messages;
  const [first, ...rest] = messages as Json[];
  if (first === undefined) return messages;
  const mark = markOf(variation, seed);
  if (typeof first.content === "string") {
    return [{ ...first, content: mark + first.content }, ...rest];
  }
  if (!Array.isArray(first.content)) return messages;
  const [part, ...parts] = first.content as Json[];
  const text = typeof part?.text === "string" ? mark + part.text : mark;
  return [{ ...first, content: [{ type: "text", ...part, text }, ...parts] }, ...rest];
}
