/**
 * What OpenClaw would send: a scenario's steps with a cell's compat flags applied. Pure.
 *
 * Shape and order of the fields follow requests that OpenClaw 2026.9.6 sent to a scripted server.
 * Two fields are ours: `temperature: 0` and `seed`, which OpenClaw leaves out, so that every variant
 * is asked for the same reply.
 */
import type { Scenario, ScenarioMessage } from "../../plan/scenario.ts";
import { markOf } from "../../plan/variation.ts";
import type { Compat } from "../../result.ts";

export interface PlannedRequest {
  method: "GET" | "POST";
  path: string;
  body: string | null;
  kind: "get" | "generate";
  stream: boolean;
  /** Index of the scenario's step. */
  step: number;
  /** Tokens asked for at most; null for a GET. */
  maxTokens: number | null;
}

export interface RequestContext {
  modelId: string;
  compat: Compat;
  /** Null: the scenario's own. */
  maxTokens: number | null;
  seed: number;
  /** Which of the prompts, where they differ from round to round; absent: the text as it stands. */
  variation?: number;
}

type Json = Record<string, unknown>;

const PLAIN: Compat = { requiresStringContent: true, supportsUsageInStreaming: false };

/** The scenario's requests in order; the conversation grows from step to step. */
export function buildRequests(scenario: Scenario, asked: RequestContext): PlannedRequest[] {
  // Without combinations it is a direct request, as one types it with curl: plain strings.
  const context = scenario.combinations ? asked : { ...asked, compat: PLAIN };
  const said: ScenarioMessage[] = [];
  return scenario.steps.map((step, index): PlannedRequest => {
    if (step.kind === "get") {
      return {
        method: "GET",
        path: step.path,
        body: null,
        kind: "get",
        stream: false,
        step: index,
        maxTokens: null,
      };
    }
    said.push(...step.messages);
    return {
      method: "POST",
      path: "/v1/chat/completions",
      body: JSON.stringify(buildBody(scenario, said, step.stream, context)),
      kind: "generate",
      stream: step.stream,
      step: index,
      maxTokens: context.maxTokens ?? scenario.maxTokens,
    };
  });
}

/**
 * The same request without streaming: its reply's `usage` counts what the stream's chunks hold.
 * @param limit ask for so many tokens only; null: for as many as the stream
 */
export function plainVariant(request: PlannedRequest, limit: number | null = null): PlannedRequest {
  if (request.body === null || !request.stream) return request;
  const { stream_options: _, ...body } = JSON.parse(request.body) as Json;
  const field = "max_tokens" in body ? "max_tokens" : "max_completion_tokens";
  const limited = limit === null ? {} : { [field]: limit };
  return {
    ...request,
    stream: false,
    maxTokens: limit ?? request.maxTokens,
    body: JSON.stringify({ ...body, stream: false, ...limited }),
  };
}

function buildBody(
  scenario: Scenario,
  said: readonly ScenarioMessage[],
  stream: boolean,
  context: RequestContext,
): Json {
  const { modelId, compat, maxTokens, seed } = context;
  const toolsOn = compat.supportsTools !== false;
  const tools = toolsOn ? scenario.tools.map((tool) => buildTool(tool, compat)) : [];
  const limit = maxTokens ?? scenario.maxTokens;
  const cached = compat.cacheControlFormat === "anthropic";
  const last = tools.at(-1);
  if (cached && last !== undefined) last.cache_control = { type: "ephemeral" };
  return {
    model: modelId,
    messages: buildMessages(scenario, said, toolsOn, context),
    stream,
    ...(stream && compat.supportsUsageInStreaming !== false
      ? { stream_options: { include_usage: true } }
      : {}),
    ...(tools.length > 0 ? { tools, tool_choice: "auto" } : {}),
    [compat.maxTokensField === "max_tokens" ? "max_tokens" : "max_completion_tokens"]: limit,
    ...(compat.supportsPromptCacheKey === true ? { prompt_cache_key: "inferrs-bench:0" } : {}),
    temperature: 0,
    seed,
  };
}

function buildMessages(
  scenario: Scenario,
  said: readonly ScenarioMessage[],
  toolsOn: boolean,
  { compat, variation, seed }: RequestContext,
): Json[] {
  const system = scenario.system
    .filter((section) => section.when === "always" || toolsOn)
    .map((section) => section.text)
    .join("\n\n");
  const messages: Json[] = system === "" ? [] : [{ role: "system", content: system }];
  for (const message of said) messages.push(buildMessage(message, said, compat));
  const [opening] = messages;
  if (scenario.vary && variation !== undefined && typeof opening?.content === "string") {
    opening.content = markOf(variation, seed) + opening.content;
  }
  // The conversation's facts come last in every request, and only where there are tools.
  if (scenario.context !== null && toolsOn)
    messages.push({ role: "user", content: scenario.context });
  const filled =
    compat.requiresAssistantAfterToolResult === true ? withAssistants(messages) : messages;
  asParts(filled, compat);
  if (compat.strictMessageKeys === true) {
    return filled.map(({ role, content }) => ({ role, content }));
  }
  return filled;
}

function buildMessage(
  message: ScenarioMessage,
  said: readonly ScenarioMessage[],
  compat: Compat,
): Json {
  if (message.role === "user") return { role: "user", content: message.content };
  if (message.role === "assistant") {
    const empty = compat.requiresAssistantAfterToolResult === true ? "" : null;
    const calls = message.toolCalls.map((call) => ({
      id: call.id,
      type: "function",
      function: { name: call.name, arguments: JSON.stringify(call.arguments) },
    }));
    const content = message.content ?? empty;
    return { role: "assistant", content, ...(calls.length > 0 ? { tool_calls: calls } : {}) };
  }
  const name = said
    .flatMap((each) => (each.role === "assistant" ? each.toolCalls : []))
    .find((call) => call.id === message.toolCallId)?.name;
  const named = compat.requiresToolResultName === true && name !== undefined ? { name } : {};
  return { role: "tool", content: message.content, tool_call_id: message.toolCallId, ...named };
}

/** OpenClaw puts these words between tool results and a user's message where a server needs it. */
function withAssistants(messages: Json[]): Json[] {
  const between = { role: "assistant", content: "I have processed the tool results." };
  return messages.flatMap((message, index) => {
    const closes = message.role === "tool" && messages[index + 1]?.role === "user";
    return closes ? [message, { ...between }] : [message];
  });
}

/**
 * The last user message goes as a list of parts, unless the server takes only strings. With cache
 * marks the system prompt and the user's earlier message are lists too.
 */
function asParts(messages: Json[], compat: Compat): void {
  const mark = { cache_control: { type: "ephemeral" } };
  const last = messages.findLast((message) => message.role === "user");
  if (compat.cacheControlFormat === "anthropic") {
    const marked = [messages.find((each) => each.role === "system")];
    marked.push(
      messages.findLast(
        (each) => each !== last && each.role !== "system" && typeof each.content === "string",
      ),
    );
    for (const message of marked) {
      if (message) message.content = [{ type: "text", text: message.content, ...mark }];
    }
  }
  if (
    last !== undefined &&
    compat.requiresStringContent !== true &&
    typeof last.content === "string"
  ) {
    last.content = [{ type: "text", text: last.content }];
  }
}

function buildTool(tool: Scenario["tools"][number], compat: Compat): Json {
  const gone = compat.unsupportedToolSchemaKeywords;
  const parameters = Array.isArray(gone)
    ? withoutKeywords(tool.function.parameters, new Set(gone))
    : tool.function.parameters;
  const strict = compat.supportsStrictMode === true ? { strict: false } : {};
  return { type: "function", function: { ...tool.function, parameters, ...strict } };
}

/** Takes keywords out of a JSON schema; a property that has such a name stays. */
function withoutKeywords(schema: unknown, gone: Set<string>): unknown {
  if (Array.isArray(schema)) return schema.map((each) => withoutKeywords(each, gone));
  if (typeof schema !== "object" || schema === null) return schema;
  const kept: Json = {};
  for (const [key, value] of Object.entries(schema)) {
    if (gone.has(key)) continue;
    kept[key] =
      key === "properties" && typeof value === "object" && value !== null
        ? Object.fromEntries(
            Object.entries(value).map(([name, inner]) => [name, withoutKeywords(inner, gone)]),
          )
        : withoutKeywords(value, gone);
  }
  return kept;
}
