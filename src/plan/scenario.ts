/**
 * What is asked of the engine. A scenario file (`bench/scenarios/*.json5`, or a path given by the
 * user) is read once, its text files are put in, it is scaled, and it gets a digest; from then on
 * it is plain data.
 */
import { z } from "zod";

/** Text in place, or in a file beside the scenario (relative to `bench/prompts/` or to the scenario's own folder). */
const textSource = z.union([z.string(), z.strictObject({ file: z.string() })]);

const toolCallSource = z.strictObject({
  id: z.string(),
  name: z.string(),
  arguments: z.record(z.string(), z.unknown()),
});

const messageSource = z.discriminatedUnion("role", [
  z.strictObject({ role: z.literal("user"), content: textSource }),
  /** Scripted, never the engine's own reply: every variant is asked exactly the same. */
  z.strictObject({
    role: z.literal("assistant"),
    content: textSource.optional(),
    toolCalls: z.array(toolCallSource).optional(),
  }),
  z.strictObject({ role: z.literal("tool"), toolCallId: z.string(), content: textSource }),
]);

const stepSource = z.union([
  /** A plain GET whose status must be 2xx (`/health`, `/v1/models`). */
  z.strictObject({ get: z.string().startsWith("/") }),
  /** Adds these messages to the conversation, then asks for a reply. */
  z.strictObject({ send: z.array(messageSource).min(1), stream: z.boolean().default(true) }),
]);

const matching = z.strictObject({ matches: z.string() });

/** What must be true after a turn of the real client: an answer alone is no success. */
export const expectationSchema = z.union([
  /** The reply's text matches this regular expression (case-insensitive). */
  z.strictObject({ reply: matching }),
  /** A file of the workspace has this content, but for white space at its ends, or matches. */
  z.strictObject({ file: z.string(), content: z.union([z.string(), matching]) }),
  /** The model called this tool, with at least these arguments. */
  z.strictObject({ tool: z.string(), arguments: z.record(z.string(), z.unknown()).optional() }),
  /** Tool calls in the turn. */
  z.strictObject({
    toolCalls: z.strictObject({ min: z.int().optional(), max: z.int().optional() }),
  }),
  /** The session was compacted. */
  z.strictObject({ compacted: z.literal(true) }),
]);
export type Expectation = z.infer<typeof expectationSchema>;

/** One reply of a model that does as it is told: what a capture is answered with. */
const scriptedReply = z.union([
  z.strictObject({
    calls: z
      .array(z.strictObject({ name: z.string(), arguments: z.record(z.string(), z.unknown()) }))
      .min(1),
  }),
  z.strictObject({ text: z.string() }),
]);
export type ScriptedReply = z.infer<typeof scriptedReply>;

const clientTurnSource = z.strictObject({
  /** What the user says. */
  message: z.string(),
  /** A longer text that stands below the message. */
  text: textSource.optional(),
  expect: z.array(expectationSchema).min(1),
  /** The model's replies, call by call, for a capture without a model. */
  script: z.array(scriptedReply).min(1),
  /** So many times, with `{n}` in the message counting from 1: a session that grows. */
  repeat: z.int().positive().default(1),
});
/** With its text in the message. */
export type ScenarioTurn = Omit<z.infer<typeof clientTurnSource>, "text">;

export const scenarioFileSchema = z
  .strictObject({
    title: z.string(),
    description: z.string(),
    /** False: asked once per variant, as it stands, whatever the compat flags (`smoke`). */
    combinations: z.boolean().default(true),
    /** True: `--scale` shortens its system prompt, tools and tool results in proportion. */
    scalable: z.boolean().default(false),
    /** True: without tools there is nothing to measure; such cells are `not-run` (not-applicable). */
    needsTools: z.boolean().default(false),
    /**
     * False: every round sends the same bytes. Else a number at the beginning differs from round to
     * round, so that no cache of an earlier prompt flatters the figures.
     */
    vary: z.boolean().default(true),
    /** Tokens asked of every reply; `--max-tokens` overrides it. */
    maxTokens: z.int().positive().default(64),
    /** Sections of the system prompt, in order. `when: "tools"` ones go when tools are off. */
    system: z
      .array(
        z.strictObject({ text: textSource, when: z.enum(["always", "tools"]).default("always") }),
      )
      .default([]),
    /**
     * Facts of the conversation, as OpenClaw adds them: a user message that stands last in every
     * request, however long the conversation grows, and only where there are tools.
     */
    context: textSource.nullable().default(null),
    /** A JSON5 file with OpenAI tool definitions. */
    tools: z.strictObject({ file: z.string() }).nullable().default(null),
    steps: z.array(stepSource).default([]),
    /** For the real client (`--turn real` and `replayed`): turns of one session instead of steps. */
    turns: z.array(clientTurnSource).default([]),
    /** Files of the workspace before the first turn, by path within it. */
    workspace: z.record(z.string(), z.string()).default({}),
  })
  .refine(({ steps, turns }) => (steps.length === 0) !== (turns.length === 0), {
    message: "either steps or turns, and at least one",
    path: ["steps"],
  });
export type ScenarioFile = z.infer<typeof scenarioFileSchema>;

export interface ToolDefinition {
  type: "function";
  function: { name: string; description: string; parameters: Record<string, unknown> };
}

export interface ScriptedToolCall {
  id: string;
  name: string;
  arguments: Record<string, unknown>;
}

export type ScenarioMessage =
  | { role: "user"; content: string }
  | { role: "assistant"; content: string | null; toolCalls: ScriptedToolCall[] }
  | { role: "tool"; toolCallId: string; content: string };

export type ScenarioStep =
  | { kind: "get"; path: string }
  | { kind: "send"; messages: ScenarioMessage[]; stream: boolean };

/** A scenario with all its texts in place, scaled. */
export interface Scenario {
  name: string;
  title: string;
  description: string;
  combinations: boolean;
  needsTools: boolean;
  vary: boolean;
  maxTokens: number;
  /** 1 unless the scenario is scalable and `--scale` was given. */
  scale: number;
  system: { text: string; when: "always" | "tools" }[];
  /** Last message of every request where there are tools; null: none. */
  context: string | null;
  tools: ToolDefinition[];
  steps: ScenarioStep[];
  /** What the real client is told, turn by turn in one session; empty: it is not for the client. */
  turns: ScenarioTurn[];
  /** Files of the workspace before the first turn. */
  workspace: Record<string, string>;
  /** SHA-256 (hex) over all of the above but the name. */
  digest: string;
}
