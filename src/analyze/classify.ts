/** What became of one attempt. Pure: exchanges, traces and the engine's end in, a finding out. */
import type { Exchange } from "../drive/types.ts";
import type { EngineExit } from "../engine/types.ts";
import type { ClientLoad } from "../journal/events.ts";
import type { OutcomeKind } from "../result.ts";
import { clip } from "./clip.ts";
import { classifyExit, promptOf } from "./death.ts";
import { asObject, asString, parseJson } from "./json.ts";
import type { Trace } from "./trace.ts";

export interface Finding {
  kind: OutcomeKind;
  /** The server's own words, or what was seen; null for a pass. */
  evidence: string | null;
  /** Where this case is mended by something else than the table says of its kind. */
  remedy?: string;
  /** Where this case may pass by itself though its kind as a rule doesn't (a 5xx). */
  transient?: true;
}

export interface AttemptFacts {
  exchanges: readonly Exchange[];
  traces: readonly Trace[];
  /** Names of the tools that the requests offered; empty with tools off. */
  toolNames: readonly string[];
  exit: EngineExit | null;
  /** By exchange: prompt tokens that the engine's log gives for it. */
  loggedPromptTokens?: readonly (number | null)[];
  silentCpuMs: number | null;
  client?: ClientLoad | undefined;
  attached: boolean;
}

/** CPU time under which a silent engine counts as hung: it wasn't even slowly at work. */
const HUNG_CPU_MS = 50;

/** This tool was kept from reading for so long, and for this share of the attempt: the times are not the engine's. */
const SPOILING_LAG_MS = 250;
const SPOILING_LAG_SHARE = 0.1;

/** The first thing that went wrong decides. */
export function classify(facts: AttemptFacts): Finding {
  if (facts.exit !== null) {
    const finding = classifyExit(facts.exit);
    const prompt = finding.kind === "out-of-memory" ? promptOf(facts, facts.exit) : null;
    return prompt === null ? finding : { ...finding, evidence: `${finding.evidence}; ${prompt}` };
  }
  const failed = firstFailure(facts);
  if (failed !== null) return failed;
  const { client } = facts;
  if (
    client &&
    client.loopDelayMs > Math.max(SPOILING_LAG_MS, SPOILING_LAG_SHARE * client.tookMs)
  ) {
    const evidence = `this tool could not read for ${Math.round(client.loopDelayMs)} ms of the ${Math.round(client.tookMs)} ms that the attempt took`;
    return { kind: "client-lagged", evidence };
  }
  return facts.exchanges.length === 0
    ? { kind: "not-run", evidence: null }
    : { kind: "pass", evidence: null };
}

function firstFailure(facts: AttemptFacts): Finding | null {
  for (const [index, exchange] of facts.exchanges.entries()) {
    const trace = facts.traces[index];
    const finding = trace === undefined ? null : classifyExchange(exchange, trace, facts);
    if (finding === null) continue;
    const turns = new Set(facts.exchanges.map((each) => each.turn)).size;
    if (exchange.turn === undefined) return finding;
    const evidence = clip(`turn ${exchange.turn + 1} of ${turns} at once: ${finding.evidence}`);
    return { ...finding, evidence };
  }
  return null;
}

function classifyExchange(exchange: Exchange, trace: Trace, facts: AttemptFacts): Finding | null {
  switch (exchange.end.kind) {
    case "refused":
      return { kind: "unreachable", evidence: clip(exchange.end.error) };
    case "capped":
      return { kind: "response-too-large", evidence: clip(exchange.end.error) };
    case "timeout": {
      const hung = facts.silentCpuMs !== null && facts.silentCpuMs < HUNG_CPU_MS;
      const cpu =
        facts.silentCpuMs === null
          ? ""
          : `; the engine used ${Math.round(facts.silentCpuMs)} ms of CPU meanwhile`;
      return { kind: hung ? "engine-hung" : "timeout", evidence: clip(exchange.end.error + cpu) };
    }
    case "reset":
    case "aborted":
      return { kind: "stream-truncated", evidence: clip(exchange.end.error) };
    case "closed":
      break;
  }
  if ((exchange.status ?? 0) >= 400 || (exchange.status ?? 0) < 200) {
    return classifyStatus(exchange, trace, facts);
  }
  if (trace.error !== null) return { kind: "stream-error", evidence: clip(trace.error) };
  if (exchange.kind === "get") return null;
  if (trace.finishReason === "error") {
    // inferrs puts the error's words into the content of a last chunk (seen in 9535ae3).
    return {
      kind: "stream-error",
      evidence: clip(trace.text.slice(-300)) || "finish_reason error",
    };
  }
  const nothing = trace.text === "" && trace.reasoning === "" && trace.toolCalls.length === 0;
  if (!trace.complete && trace.finishReason === null) {
    const after = `${trace.chunkMs.length} chunks`;
    return {
      kind: "stream-truncated",
      evidence: `the stream ended after ${after}, without finish_reason or [DONE]`,
    };
  }
  if (nothing) {
    return { kind: "empty-reply", evidence: `finish_reason ${trace.finishReason ?? "missing"}` };
  }
  if (trace.toolCalls.length === 0) {
    const call = toolCallInText(trace.text, facts.toolNames);
    if (call !== null) return { kind: "tool-call-as-text", evidence: clip(call) };
  }
  return null;
}

function classifyStatus(exchange: Exchange, trace: Trace, facts: AttemptFacts): Finding | null {
  const words = clip(trace.error ?? "") || "(empty body)";
  const evidence = `HTTP ${exchange.status}: ${words}`;
  if (exchange.kind === "get") {
    // Not every OpenAI-compatible server has a health route; one that was attached needs none.
    if (facts.attached && exchange.path === "/health" && exchange.status === 404) return null;
    return { kind: exchange.path === "/health" ? "not-ready" : "http-error", evidence };
  }
  if (/invalid type: sequence, expected a string|content.{0,40}must be a string/i.test(words)) {
    return { kind: "string-content-required", evidence };
  }
  if (/invalid type: null, expected a string/i.test(words)) {
    // Seen in OpenClaw's requests: with this flag an assistant's tool call carries "" for null.
    const remedy =
      "Set compat.requiresAssistantAfterToolResult: true; OpenClaw then sends an empty string where a tool call comes without text.";
    return { kind: "string-content-required", evidence, remedy };
  }
  if (/context.?length|context window|maximum context|prompt length|too many tokens/i.test(words)) {
    return { kind: "context-length-exceeded", evidence };
  }
  const refused = exchange.status !== null && exchange.status < 500;
  if (refused && facts.toolNames.length > 0 && /\btools?\b|tool_choice|function/i.test(words)) {
    return { kind: "tool-schema-rejected", evidence };
  }
  return refused
    ? { kind: "http-error", evidence }
    : { kind: "http-error", evidence, transient: true };
}

/** A reply that is nothing but braces would be read as often as it has them. */
const MOST_LOOKED_AT = 10_000_000;

/**
 * A call to one of the offered tools, written as text: JSON with the tool's name and arguments,
 * alone, in a fence or in tags. Prose that merely names a tool is none.
 */
export function toolCallInText(text: string, toolNames: readonly string[]): string | null {
  if (toolNames.length === 0 || !text.includes("{")) return null;
  let looked = 0;
  for (let at = text.indexOf("{"); at !== -1; at = text.indexOf("{", at + 1)) {
    const candidate = balancedObject(text, at);
    looked += candidate?.length ?? text.length - at;
    if (looked > MOST_LOOKED_AT) return null;
    const value = asObject(parseJson(candidate ?? ""));
    const fn = asObject(value?.function) ?? value;
    const name = asString(fn?.name) ?? asString(fn?.tool);
    if (candidate === null || name === null || !toolNames.includes(name)) continue;
    if (fn?.arguments !== undefined || fn?.parameters !== undefined || fn?.args !== undefined) {
      return candidate;
    }
  }
  return null;
}

/** The text from the brace at `from` to the one that closes it; null when none does. */
function balancedObject(text: string, from: number): string | null {
  let depth = 0;
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (quoted && char === "\\") at++;
    else if (char === '"') quoted = !quoted;
    else if (!quoted && char === "{") depth++;
    else if (!quoted && char === "}" && --depth === 0) return text.slice(from, at + 1);
  }
  return null;
}
