/** The shape of a request of the real client: names and numbers, never what was said. Pure. */
import type { ProxiedExchange } from "../drive/proxy/types.ts";
import { asArray, asNumber, asObject, asString } from "./json.ts";

type Shape = Pick<ProxiedExchange, "stream" | "maxTokens" | "model" | "shape">;

/** Of a parsed body; undefined: there was none, or it wasn't JSON. */
export function shapeOf(body: unknown): Shape {
  const fields = asObject(body);
  const messages = fields !== null && Array.isArray(fields.messages) ? fields.messages : null;
  const limit = fields?.max_completion_tokens ?? fields?.max_tokens;
  return {
    stream: fields?.stream === true,
    maxTokens: asNumber(limit),
    model: asString(fields?.model),
    shape:
      messages === null
        ? null
        : {
            roles: messages.map((message) => asString(asObject(message)?.role) ?? "?"),
            tools: asArray(fields?.tools).length,
            ...toolNames(asArray(fields?.tools)),
            contentParts: messages.some((message) => Array.isArray(asObject(message)?.content)),
          },
  };
}

function toolNames(tools: readonly unknown[]): { toolNames?: string[] } {
  const names = tools.flatMap((tool) => asString(asObject(asObject(tool)?.function)?.name) ?? []);
  return names.length === 0 ? {} : { toolNames: names };
}
