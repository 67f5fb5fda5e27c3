/** Tools: whether their schema is taken, how a call comes back, and whether its result can be sent. */
import { toolCallInText } from "../analyze/classify.ts";
import { ms, plural } from "../report/format.ts";
import type { Answer } from "./asker.ts";
import { QUESTION, roundTrip, system, TOOL, user } from "./bodies.ts";
import { failedAs } from "./checks-chat.ts";
import { type DoctorStep, failed, passed } from "./steps.ts";
import { compatOf, formTaken, limited, lookAfter, type Walk } from "./walk-state.ts";

const CALL_TOKENS = 48;
const ASK = "Read the file notes.txt with your tool, then tell me its first word.";

/** One small tool, and a question that can't be answered without it. */
export async function tools(walk: Walk): Promise<DoctorStep> {
  const maxTokens = walk.asker.pace.tokensWithin(2 * walk.replyMs, 8, CALL_TOKENS);
  const sent = `one tool (${TOOL.function.name}) and a question that needs it, as a stream`;
  const answer = await walk.asker.chat("a tool", {
    messages: [system(), user(ASK, compatOf(walk).requiresStringContent !== true)],
    stream: true,
    tools: [TOOL],
    tool_choice: "auto",
    ...limited(walk, maxTokens),
    temperature: 0,
  });
  await lookAfter(walk, answer);
  const { trace, tookMs } = answer;
  const configured = walk.target?.compat.supportsTools === false;
  if (!formTaken(answer)) {
    if (answer.finding.kind === "tool-schema-rejected") walk.learned.calls = "refused";
    if (configured && walk.learned.calls === "refused") {
      const came = "refused, but your config sends no tools (supportsTools: false): chat only";
      return passed("tools", { sent, came, tookMs, evidence: answer.finding.evidence });
    }
    return failedAs("tools", answer, sent);
  }
  const [call] = trace.toolCalls;
  if (call !== undefined) {
    walk.learned.calls = "structured";
    const came = `a structured call of ${call.name}, in ${ms(tookMs)}`;
    return passed("tools", { sent, came, tookMs });
  }
  const written = callInProse(trace.text);
  if (written !== null) {
    walk.learned.calls = "text";
    const came = `the schema is taken, but the call came as text: ${clipped(written)}`;
    return failed("tools", "tool-call-as-text", { sent, came, tookMs, evidence: clipped(written) });
  }
  walk.learned.calls = "none";
  const said = trace.text === "" ? "nothing" : plural(trace.chunkMs.length, "chunk");
  const came = `the schema is taken; the model did not call the tool (${said} of ${maxTokens} tokens asked)`;
  return passed("tools", { sent, came, tookMs });
}

/** Whether the server takes the tool's schema, with no keyword that a model can do without. */
export async function toolsTaken(walk: Walk, plain: boolean): Promise<boolean> {
  const { additionalProperties: _, ...parameters } = TOOL.function.parameters;
  const tool = plain ? { ...TOOL, function: { ...TOOL.function, parameters } } : TOOL;
  const answer = await walk.asker.chat("a tool with a plain schema", {
    messages: [user(QUESTION, false)],
    stream: false,
    tools: [tool],
    ...limited(walk, 1),
    temperature: 0,
  });
  await lookAfter(walk, answer);
  return formTaken(answer);
}

/** JSON, or the notations that models were trained on: `read(path=…)`, `call:read{…}`. */
function callInProse(text: string): string | null {
  const { name } = TOOL.function;
  const json = toolCallInText(text, [name]);
  if (json !== null) return json;
  return (
    new RegExp(`(?:call:\\s*${name}\\s*\\{|\\b${name}\\s*\\(\\s*(?:path|["'])).{0,80}`, "s").exec(
      text,
    )?.[0] ?? null
  );
}

/** What OpenClaw sends once a tool has run: a call without text, and role `tool`. */
export async function roles(walk: Walk): Promise<DoctorStep> {
  const sent = "system prompt, question, a tool call without text (content: null), its result";
  const ask = (emptyText: boolean) => trip(walk, emptyText);
  const configured = compatOf(walk).requiresAssistantAfterToolResult === true;
  const first = await ask(configured);
  await lookAfter(walk, first);
  const { tookMs } = first;
  if (formTaken(first)) {
    const developer = await developerRole(walk);
    if (developer !== null) return developer;
    return passed("roles", { sent, came: `taken, in ${ms(tookMs)}`, tookMs });
  }
  const words = first.finding.evidence ?? "";
  const wantsText = first.finding.kind === "string-content-required" || /null/i.test(words);
  if (!wantsText || configured || walk.over !== null) return failedAs("roles", first, sent);
  const second = await ask(true);
  await lookAfter(walk, second);
  if (!formTaken(second)) return failedAs("roles", second, sent);
  walk.learned.compat.requiresAssistantAfterToolResult = true;
  const remedy =
    'Set compat.requiresAssistantAfterToolResult: true; OpenClaw then sends "" where a tool call comes without text, which this server takes.';
  return failedAs("roles", first, sent, remedy);
}

function trip(walk: Walk, emptyText: boolean): Promise<Answer> {
  const parts = compatOf(walk).requiresStringContent !== true;
  const offered = walk.learned.calls === "refused" ? {} : { tools: [TOOL], tool_choice: "auto" };
  return walk.asker.chat("a tool's result", {
    messages: [system(), user(ASK, false), ...roundTrip(emptyText), user("Go on.", parts)],
    stream: false,
    ...offered,
    ...limited(walk, 4),
    temperature: 0,
  });
}

/** OpenClaw uses it only for models that are declared as reasoning ones. */
async function developerRole(walk: Walk): Promise<DoctorStep | null> {
  const { target } = walk;
  if (target?.reasoning !== true || target.compat.supportsDeveloperRole === false) return null;
  const sent = "role developer, which OpenClaw uses because the config says reasoning: true";
  const answer = await walk.asker.chat("role developer", {
    messages: [{ ...system(), role: "developer" }, user(QUESTION, false)],
    stream: false,
    ...limited(walk, 4),
    temperature: 0,
  });
  await lookAfter(walk, answer);
  if (formTaken(answer)) return null;
  walk.learned.compat.supportsDeveloperRole = false;
  const remedy =
    "Set compat.supportsDeveloperRole: false; OpenClaw then sends role system. It costs nothing.";
  return failedAs("roles", answer, sent, remedy);
}

function clipped(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
