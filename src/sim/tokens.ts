/** The prompt that a Gemma 4 would be given, and how many tokens it is taken for. */
import type { Message } from "./requests.ts";

/** Words of up to six letters, digits one by one, runs of blank lines, and every other sign. */
const PIECE = /[\p{L}\p{M}]+|\p{N}|[ \t]{2,}|\n+|[^\s\p{L}\p{M}\p{N}]/gu;
const BYTES_PER_WORD_TOKEN = 6;

/**
 * Tokens of a text: the same for the same text on every machine; 2.6 to 4 bytes each for English
 * and JSON.
 */
export function countTokens(text: string): number {
  let count = 0;
  for (const [piece] of text.matchAll(PIECE)) {
    count += Math.ceil(Buffer.byteLength(piece) / BYTES_PER_WORD_TOKEN);
  }
  return count;
}

/**
 * Messages and tools as one text, as inferrs builds it for Gemma 4: tools are folded into the
 * system turn as prose, neighbours of the same role are merged, assistant turns that hold nothing
 * but tool calls are left out.
 */
export function promptOf(messages: readonly Message[], tools: unknown): string {
  const turns: { role: string; text: string }[] = [];
  for (const message of withTools(messages, toolProse(tools))) {
    const role = { system: "system", assistant: "model" }[message.role as string] ?? "user";
    if (role === "model" && message.text === "" && message.hasToolCalls) continue;
    const last = turns.at(-1);
    const text = message.text.trim();
    if (last?.role === role) last.text += `${last.text !== "" && text !== "" ? "\n\n" : ""}${text}`;
    else turns.push({ role, text });
  }
  return turns.map(({ role, text }) => `${role}\n${text}\n`).join("");
}

/** Tokens of the prompt, with what stands around each turn. */
export function countPromptTokens(messages: readonly Message[], tools: unknown): number {
  const markers = 4 * Math.max(1, new Set(messages.map(({ role }) => role)).size);
  return countTokens(promptOf(messages, tools)) + markers + 3;
}

function withTools(messages: readonly Message[], prose: string): readonly Message[] {
  if (prose === "") return messages;
  const [first, ...rest] = messages;
  if (first?.role !== "system")
    return [{ role: "system", text: prose, hasToolCalls: false }, ...messages];
  return [{ ...first, text: first.text === "" ? prose : `${first.text}\n\n${prose}` }, ...rest];
}

interface ToolSchema {
  name?: unknown;
  description?: unknown;
  function?: ToolSchema;
  parameters?: { properties?: Record<string, { type?: unknown }>; required?: unknown };
}

function toolProse(tools: unknown): string {
  if (!Array.isArray(tools) || tools.length === 0) return "";
  const lines = (tools as ToolSchema[]).map((tool) => {
    const schema = tool?.function ?? tool ?? {};
    const description = schema.description ? `: ${schema.description}` : "";
    const required = Array.isArray(schema.parameters?.required) ? schema.parameters.required : [];
    const parameters = Object.entries(schema.parameters?.properties ?? {}).map(
      ([name, of]) => `${name}${required.includes(name) ? "" : "?"}: ${of?.type ?? "any"}`,
    );
    const line = `- ${schema.name ?? "<unnamed>"}${description}`;
    return parameters.length === 0 ? line : `${line}\n  parameters: ${parameters.join(", ")}`;
  });
  return ["Available tools:", ...lines].join("\n");
}
