/**
 * OpenClaw's compat flags: what each is, and what it does to a request. The names and types are
 * those of `openclaw config schema`, the effects were seen in requests that OpenClaw 2026.9.6 sent
 * to a scripted server with each flag set (api `openai-completions`, `reasoning: false`).
 */
import { InputError } from "../../inputs/error.ts";
import { suggest } from "../../inputs/parse.ts";
import type { CompatValue } from "../../result.ts";

export interface CompatFlag {
  type: "boolean" | "list" | readonly string[];
  /**
   * `applied`: request.ts applies it. `none`: no request of this kind changes. `client`: it changes
   * the request in ways that only OpenClaw itself can tell.
   */
  effect: "applied" | "none" | "client";
  does: string;
}

const flag = (
  effect: CompatFlag["effect"],
  does: string,
  type: CompatFlag["type"] = "boolean",
): CompatFlag => ({ type, effect, does });

export const COMPAT_FLAGS: Record<string, CompatFlag> = {
  requiresStringContent: flag("applied", "text parts are sent as one string"),
  supportsTools: flag(
    "applied",
    "false: no tools, and a system prompt without what belongs to them",
  ),
  supportsUsageInStreaming: flag("applied", "false: stream_options is left out"),
  maxTokensField: flag("applied", "name of the field that limits the reply", [
    "max_completion_tokens",
    "max_tokens",
  ]),
  supportsStrictMode: flag("applied", "true: each tool carries strict: false"),
  requiresToolResultName: flag("applied", "tool results carry the tool's name"),
  requiresAssistantAfterToolResult: flag(
    "applied",
    "an assistant message stands between tool results and the next user message",
  ),
  strictMessageKeys: flag(
    "applied",
    "messages keep role and content only: tool calls and their ids are lost",
  ),
  unsupportedToolSchemaKeywords: flag(
    "applied",
    "these keywords are taken out of the tools' schemas",
    "list",
  ),
  cacheControlFormat: flag("applied", "cache marks on system prompt, tools and messages", [
    "anthropic",
  ]),
  supportsPromptCacheKey: flag("applied", "true: prompt_cache_key is sent"),
  codeMode: flag("client", "replaces the tools by a code tool", ["preferred", "capable"]),
  toolSchemaProfile: flag("client", "rewrites the tools' schemas for a vendor", "list"),
  supportsStore: flag("none", "no effect on a proxy-style backend"),
  supportsResponsesContinuation: flag("none", "only with the responses API"),
  supportsDeveloperRole: flag("none", "only with reasoning: true"),
  supportsReasoningEffort: flag("none", "only with reasoning: true"),
  supportsTemperature: flag("none", "no temperature is sent unless it is configured"),
  supportsInstructions: flag("none", "only with the responses API"),
  supportsJsonSchemaResponseFormat: flag("none", "no response format is sent in a turn"),
  visibleReasoningDetailTypes: flag("none", "only with reasoning: true", "list"),
  supportedReasoningEfforts: flag("none", "only with reasoning: true", "list"),
  reasoningEffortMap: flag("none", "only with reasoning: true", "list"),
  thinkingFormat: flag("none", "only with reasoning: true", "list"),
  requiresThinkingAsText: flag("none", "only with reasoning: true"),
  requiresReasoningContentOnAssistantMessages: flag("none", "only with reasoning: true"),
  toolCallArgumentsEncoding: flag("none", "changes how replies are read", "list"),
  requiresOpenAiAnthropicToolPayload: flag("none", "no change was seen"),
  openRouterRouting: flag("none", "only with OpenRouter", "list"),
  vercelGatewayRouting: flag("none", "only with Vercel's gateway", "list"),
  zaiToolStream: flag("none", "only with Z.AI"),
  sendSessionAffinityHeaders: flag("none", "changes headers only"),
  sendSessionIdHeader: flag("none", "changes headers only"),
  supportsEagerToolInputStreaming: flag("none", "no change was seen"),
  supportsLongCacheRetention: flag("none", "no change was seen"),
};

const APPLIED = Object.keys(COMPAT_FLAGS).filter(
  (name) => COMPAT_FLAGS[name]?.effect === "applied",
);

/**
 * A flag's value from text. A list is written with `+`: `description+minimum`.
 * @throws InputError for a flag or value that OpenClaw doesn't know, or one that changes nothing
 */
export function parseCompatValue(name: string, text: string): CompatValue {
  const known = COMPAT_FLAGS[name];
  if (known === undefined) {
    throw new InputError({
      input: "--compat",
      value: name,
      expected: `one of OpenClaw's compat flags: ${APPLIED.join(", ")}`,
      mend: suggest(name, Object.keys(COMPAT_FLAGS)),
    });
  }
  if (known.effect !== "applied") {
    const why =
      known.effect === "client"
        ? "changes the request in ways that only OpenClaw itself can apply, which is not run yet"
        : `would change nothing here (${known.does})`;
    throw new InputError({
      input: "--compat",
      value: name,
      expected: `a flag that changes the request: ${APPLIED.join(", ")}`,
      mend: `${name} ${why}.`,
    });
  }
  if (known.type === "list") return text.split("+").filter((each) => each !== "");
  const choices = known.type === "boolean" ? ["true", "false"] : known.type;
  if (choices.includes(text)) return known.type === "boolean" ? text === "true" : text;
  throw new InputError({
    input: `--compat ${name}`,
    value: text,
    expected: choices.join(" or "),
    mend: `For example --compat ${name}=${choices[0]}.`,
  });
}
