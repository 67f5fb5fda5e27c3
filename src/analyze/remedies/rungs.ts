/**
 * The ladder of remedies as data (DESIGN section 7): what can be changed in OpenClaw's config when an
 * agent's turn fails or doesn't fit, least costly first. Paths and values are those of the schema of
 * OpenClaw 2026.9.6, each accepted by its own `config set`. Pure.
 */
import type { Compat, OutcomeKind } from "../../result.ts";

/** 1: form only. 2: a shorter prompt with tools. 3: what fits the machine. 4: chat only. */
export type Level = 1 | 2 | 3 | 4;

export interface RungSetting {
  path: string;
  value: unknown;
}

export interface Rung {
  id: string;
  level: Level;
  title: string;
  /** Flags below the model's `compat`. */
  compat: Compat;
  settings: RungSetting[];
  /** What the user loses. */
  cost: string;
  keepsTools: boolean;
  /** Outcomes of a turn that it may mend. */
  mends: readonly OutcomeKind[];
  /** Rungs before it that mean nothing once this one is taken. */
  replaces: readonly string[];
}

/** Where the provider and the model stand in the user's config, and what is set there. */
export interface LadderContext {
  provider: string;
  /** Position in the provider's list of models. */
  modelIndex: number;
  /** The config's own value at a path; undefined: not set. */
  current(path: string): unknown;
  /** Agents with entries of their own: what they set wins over the defaults. */
  agents: readonly string[];
  /** True: whole sessions are asked, so that rungs which mend only those make sense. */
  sessions?: boolean;
}

const TOO_MUCH: readonly OutcomeKind[] = [
  "out-of-memory",
  "context-length-exceeded",
  "timeout",
  "client-timeout",
  "engine-hung",
  "engine-crashed",
  "stream-truncated",
  "stream-error",
  "http-error",
];
const SLOW: readonly OutcomeKind[] = ["timeout", "client-timeout", "context-length-exceeded"];

/** Keywords of JSON Schema that small servers trip over and a model can do without. */
const SPARE_KEYWORDS = [
  ...["additionalProperties", "pattern", "format", "default", "examples"],
  ...["minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems"],
];

const form = (
  id: string,
  title: string,
  compat: Compat,
  mends: readonly OutcomeKind[],
  cost = "nothing",
): Omit<Rung, "settings"> & { settings: [] } => ({
  ...{ id, level: 1, title, compat, settings: [], cost, keepsTools: true, mends, replaces: [] },
});

const shorter = (
  id: string,
  title: string,
  settings: RungSetting[],
  cost: string,
  replaces: readonly string[] = [],
  mends = TOO_MUCH,
): Rung => ({
  ...{ id, level: 2, title, compat: {}, settings, cost, keepsTools: true, mends, replaces },
});

/** Fewer tools may leave out the one whose schema is refused. */
const FEWER: readonly OutcomeKind[] = [...TOO_MUCH, "tool-schema-rejected"];

const WITHOUT_TOOLS = ["plain-schemas"];
const SHORTER = [
  ...["no-skills", "short-files", "no-files", "lean", "coding-tools"],
  ...["three-tools", "two-tools", "one-tool"],
];

const RUNGS: readonly Rung[] = [
  form("string-content", "text as a string", { requiresStringContent: true }, [
    "string-content-required",
  ]),
  form(
    "no-null-content",
    "no null in tool calls",
    { requiresAssistantAfterToolResult: true },
    ["string-content-required"],
    "a fixed sentence stands between tool results and what the user says next",
  ),
  form("max-tokens", "max_tokens for max_completion_tokens", { maxTokensField: "max_tokens" }, [
    "http-error",
  ]),
  form("system-role", "role system for developer", { supportsDeveloperRole: false }, [
    "http-error",
  ]),
  form("no-stream-options", "no stream_options", { supportsUsageInStreaming: false }, [
    "http-error",
  ]),
  form(
    "plain-schemas",
    "tool schemas without what a model can do without",
    { unsupportedToolSchemaKeywords: SPARE_KEYWORDS },
    ["tool-schema-rejected"],
    "the model is told less of what a tool's arguments may be",
  ),
  {
    ...form(
      "plain-summaries",
      "summaries of a session taken as they come",
      {},
      ["client-failed"],
      "a summary that leaves something out is not refused: the agent may forget it",
    ),
    // A small model's summary lacks the sections that OpenClaw looks for, and the session is over.
    settings: [{ path: "agents.defaults.compaction.qualityGuard.enabled", value: false }],
  },
  shorter(
    "no-skills",
    "no skills",
    [{ path: "agents.defaults.skills", value: [] }],
    "the agent no longer knows of its skills",
  ),
  shorter(
    "short-files",
    "500 characters of each workspace file",
    [{ path: "agents.defaults.bootstrapMaxChars", value: 500 }],
    "of AGENTS.md and its like only the beginning is told to the model; it can still read them",
  ),
  shorter(
    "no-files",
    "no workspace files in the prompt",
    [{ path: "agents.defaults.contextInjection", value: "never" }],
    "AGENTS.md and its like are not told to the model; it can still read them",
    ["short-files"],
  ),
  shorter(
    "lean",
    "lean mode",
    [{ path: "agents.defaults.experimental.localModelLean", value: true }],
    "no browser, no automations, no messages",
    [],
    FEWER,
  ),
  shorter(
    "coding-tools",
    "the coding tools alone",
    [{ path: "tools.profile", value: "coding" }],
    "no tools for messages and sessions",
    [],
    FEWER,
  ),
  shorter(
    "three-tools",
    "three tools: read, exec, write",
    [
      { path: "tools.allow", value: ["read", "exec", "write"] },
      // With tool search on, its own tools and guide would come back for the ones that are hidden.
      { path: "tools.toolSearch", value: false },
    ],
    "the agent has read, exec and write and nothing else: no web, no messages, no sessions",
    ["lean", "coding-tools"],
    FEWER,
  ),
  shorter(
    "two-tools",
    "two tools: read, exec",
    [
      { path: "tools.allow", value: ["read", "exec"] },
      { path: "tools.toolSearch", value: false },
    ],
    "the agent has read and exec and nothing else; files are written by commands",
    ["lean", "coding-tools", "three-tools"],
    FEWER,
  ),
  shorter(
    "one-tool",
    "one tool: read",
    [
      { path: "tools.allow", value: ["read"] },
      { path: "tools.toolSearch", value: false },
    ],
    "the agent can read files and nothing else: it changes nothing",
    ["lean", "coding-tools", "three-tools", "two-tools"],
    FEWER,
  ),
  {
    id: "fitting",
    level: 3,
    title: "window, reply and time limit that fit this machine",
    compat: {},
    // Figures of the fit: fitting.ts puts them in.
    settings: [],
    cost: "a long session is compacted sooner",
    keepsTools: true,
    mends: SLOW,
    replaces: [],
  },
  {
    id: "chat-only",
    level: 4,
    title: "chat only: tools off",
    compat: { supportsTools: false },
    settings: [],
    cost: "the agent can only chat: it reads no file, runs no command, writes nothing",
    keepsTools: false,
    mends: [...TOO_MUCH, "tool-schema-rejected", "tool-call-as-text", "empty-reply"],
    // What only made the prompt shorter is given back first.
    replaces: [...WITHOUT_TOOLS, ...SHORTER],
  },
  {
    id: "short-chat-only",
    level: 4,
    title: "chat only, and a short prompt",
    compat: { supportsTools: false },
    settings: [
      { path: "agents.defaults.skills", value: [] },
      { path: "agents.defaults.contextInjection", value: "never" },
    ],
    cost: "the agent can only chat, without skills, and without the workspace's files in its prompt",
    keepsTools: false,
    mends: TOO_MUCH,
    replaces: [...WITHOUT_TOOLS, ...SHORTER, "chat-only"],
  },
];

/** Rungs that mend what only a whole session shows. */
export const OF_SESSIONS: readonly string[] = ["plain-summaries"];

/** Per-agent settings that win over `agents.defaults`. */
const OF_AGENTS = /^agents\.defaults\.(skills|contextInjection|bootstrapMaxChars)$/;

/**
 * The rungs for a config: what it has already is left out, and an agent's own setting is changed where
 * it would hide the default. A user's own list of tools is never widened.
 */
export function ladder(context: LadderContext): Rung[] {
  const made = RUNGS.filter(({ id }) => context.sessions === true || !OF_SESSIONS.includes(id)).map(
    (rung) => ({
      ...rung,
      compat: Object.fromEntries(
        Object.entries(rung.compat).filter(([flag, value]) => !same(current(context, flag), value)),
      ),
      settings: rung.settings.flatMap((setting) => adapted(setting, context)),
    }),
  );
  return made.filter(
    (rung) =>
      rung.id === "fitting" || Object.keys(rung.compat).length > 0 || rung.settings.length > 0,
  );
}

/** Paths of all settings of the rungs, also those of agents that would hide a default. */
export function settingPaths(agents: readonly string[]): string[] {
  const paths = new Set(RUNGS.flatMap(({ settings }) => settings.map(({ path }) => path)));
  return [...paths].flatMap((path) => [path, ...ofAgents(path, agents)]);
}

function ofAgents(path: string, agents: readonly string[]): string[] {
  if (!OF_AGENTS.test(path)) return [];
  const name = path.slice(path.lastIndexOf(".") + 1);
  return agents.map((agent) => `agents.entries.${agent}.${name}`);
}

/** In the ladder's order. */
export function rungsOf(ladder: readonly Rung[], ids: readonly string[]): Rung[] {
  return ladder.filter((rung) => ids.includes(rung.id));
}

/** Path of a compat flag of the model under test. */
export function compatPath(
  { provider, modelIndex }: Pick<LadderContext, "provider" | "modelIndex">,
  flag: string,
): string {
  return `${modelPath({ provider, modelIndex })}.compat.${flag}`;
}

export function modelPath({
  provider,
  modelIndex,
}: Pick<LadderContext, "provider" | "modelIndex">): string {
  return `${providerPath(provider)}.models[${modelIndex}]`;
}

/** A name with a dot, a bracket or a blank is quoted, as `openclaw config set` wants it. */
export function providerPath(provider: string): string {
  return /^[\w-]+$/.test(provider)
    ? `models.providers.${provider}`
    : `models.providers[${JSON.stringify(provider)}]`;
}

function current(context: LadderContext, flag: string): unknown {
  return context.current(compatPath(context, flag));
}

function adapted(setting: RungSetting, context: LadderContext): RungSetting[] {
  const own = context.current(setting.path);
  if (same(own, setting.value)) return [];
  if (setting.path === "tools.allow" && Array.isArray(own) && Array.isArray(setting.value)) {
    const kept = setting.value.filter((tool) => own.includes(tool));
    return kept.length === 0 || kept.length === own.length ? [] : [{ ...setting, value: kept }];
  }
  const hidden = ofAgents(setting.path, context.agents).filter(
    (path) => context.current(path) !== undefined,
  );
  return [setting, ...hidden.map((path) => ({ path, value: setting.value }))];
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
