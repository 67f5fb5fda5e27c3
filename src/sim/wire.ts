/** The objects that go over the wire, in inferrs's order of keys. */
import type { Reply } from "./reply.ts";

/** What all chunks of a reply share. */
export interface ReplyHead {
  id: string;
  created: number;
  model: string;
}

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}

export function usageOf(prompt: number, completion: number): Usage {
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
  };
}

/** One SSE event. */
export function event(data: unknown): string {
  return `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}

/** A chunk of a streamed reply. */
export function chunk(
  { id, created, model }: ReplyHead,
  delta: Record<string, unknown>,
  finish: string | null = null,
): unknown {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return { id, object: "chat.completion.chunk", created, model, choices };
}

/** The chunk with usage that other servers send on `stream_options.include_usage`. */
export function usageChunk({ id, created, model }: ReplyHead, usage: Usage): unknown {
  return { id, object: "chat.completion.chunk", created, model, choices: [], usage };
}

/** The events of one token: none when it shows nothing and isn't the last. */
export function tokenEvents(head: ReplyHead, reply: Reply, index: number): string {
  const last = index === reply.tokens.length - 1;
  const delta = callDelta(reply, index) ?? textDelta(reply, index);
  const finish = last ? finishOf(reply) : null;
  if (delta === null && finish === null) return "";
  return event(chunk(head, delta ?? {}, finish));
}

/** `tool_calls` where the reply ends with a call, as OpenAI has it. */
export function finishOf(reply: Reply): string {
  return reply.call !== null && reply.finish === "stop" ? "tool_calls" : reply.finish;
}

function textDelta(reply: Reply, index: number): Record<string, unknown> | null {
  const text = reply.tokens[index] ?? "";
  return text === "" ? null : { content: text };
}

/** The first piece of a call carries its name, the rest its arguments. */
function callDelta({ call }: Reply, index: number): Record<string, unknown> | null {
  const piece = call?.arguments[index];
  if (call === null || piece === undefined) return null;
  const rest = { index: 0, function: { arguments: piece } };
  if (index > 0) return { tool_calls: [rest] };
  const opening = { name: call.name, arguments: "" };
  return { tool_calls: [{ index: 0, id: "call_0", type: "function", function: opening }, rest] };
}

/** A whole reply. */
export function completion(
  head: ReplyHead,
  message: { content: string; call: Reply["call"] },
  finish: string,
  usage: Usage,
): unknown {
  const { id, created, model } = head;
  const called = message.call === null ? {} : { tool_calls: [wholeCall(message.call)] };
  const choice = {
    index: 0,
    message: { role: "assistant", content: message.content, ...called },
    finish_reason: finish,
  };
  return { id, object: "chat.completion", created, model, choices: [choice], usage };
}

function wholeCall(call: NonNullable<Reply["call"]>): unknown {
  return {
    id: "call_0",
    type: "function",
    function: { name: call.name, arguments: call.arguments.join("") },
  };
}
