/** The small requests, in the shape of OpenClaw's own (see drive/openclaw/request.ts). Pure. */
type Json = Record<string, unknown>;

export const QUESTION = "What is 2 + 2?";
const SYSTEM = "You are a careful assistant. Answer in one short sentence.";

export const TOOL = {
  type: "function",
  function: {
    name: "read",
    description: "Reads a text file of the workspace and gives its content.",
    parameters: {
      type: "object",
      properties: { path: { type: "string", description: "Path of the file, e.g. notes.txt." } },
      required: ["path"],
      additionalProperties: false,
    },
  },
} as const;

export function system(): Json {
  return { role: "system", content: SYSTEM };
}

/** @param parts as a list of parts, which is how OpenClaw sends the last one by default */
export function user(text: string, parts: boolean): Json {
  return { role: "user", content: parts ? [{ type: "text", text }] : text };
}

/** A tool's call without text, and its result: what OpenClaw sends after a tool has run. */
export function roundTrip(emptyText: boolean): Json[] {
  const call = { name: TOOL.function.name, arguments: JSON.stringify({ path: "notes.txt" }) };
  return [
    {
      role: "assistant",
      content: emptyText ? "" : null,
      tool_calls: [{ id: "call_1", type: "function", function: call }],
    },
    { role: "tool", tool_call_id: "call_1", content: "harbour, tide, lantern" },
  ];
}
