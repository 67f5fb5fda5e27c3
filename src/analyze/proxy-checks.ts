/**
 * What must not reach a proxy-style backend (OpenClaw's guide to inferrs): service_tier, store,
 * prompt-cache hints, reasoning shaping, attribution. Pure; names only, never values.
 */
import type { CompatValue, Warning } from "../result.ts";
import { asObject } from "./json.ts";

/** Why a field or header is one, and the compat flags that ask for it (as 2026.9.6 reads them). */
interface Rule {
  is: string;
  flags: readonly string[];
}

const TIER: Rule = { is: "a vendor's service tier", flags: [] };
const STORE: Rule = { is: "a wish to keep the reply on the server", flags: ["supportsStore"] };
const CACHE_KEY: Rule = { is: "a prompt-cache hint", flags: ["supportsPromptCacheKey"] };
const RETENTION: Rule = { is: "a prompt-cache hint", flags: ["supportsLongCacheRetention"] };
const MARK: Rule = { is: "a prompt-cache hint", flags: ["cacheControlFormat"] };
const EFFORT: Rule = {
  is: "reasoning shaping",
  flags: ["supportsReasoningEffort", "supportedReasoningEfforts", "reasoningEffortMap"],
};
const THINKING: Rule = { is: "reasoning shaping", flags: ["thinkingFormat"] };
const ATTRIBUTION: Rule = { is: "attribution", flags: [] };
const SESSION: Rule = {
  is: "a session's identity",
  flags: ["sendSessionAffinityHeaders", "sendSessionIdHeader"],
};

/** Fields of the body, at its top. */
const FIELDS: ReadonlyMap<string, Rule> = new Map([
  ["service_tier", TIER],
  ["store", STORE],
  ["prompt_cache_key", CACHE_KEY],
  ["prompt_cache_retention", RETENTION],
  ["reasoning_effort", EFFORT],
  // By the spellings of the vendors that OpenClaw knows.
  ["reasoning", THINKING],
  ["reasoning_split", THINKING],
  ["include_reasoning", THINKING],
  ["thinking", THINKING],
  ["thinking_budget", THINKING],
  ["enable_thinking", THINKING],
  ["preserve_thinking", THINKING],
  ["chat_template_kwargs", THINKING],
]);
/** Marks that stand anywhere in messages and tools. */
const DEEP_FIELDS: ReadonlyMap<string, Rule> = new Map([["cache_control", MARK]]);

const HEADERS: ReadonlyMap<string, Rule> = new Map([
  ["originator", ATTRIBUTION],
  ["version", ATTRIBUTION],
  ["user-agent", ATTRIBUTION],
  ["referer", ATTRIBUTION],
  ["http-referer", ATTRIBUTION],
  ["x-title", ATTRIBUTION],
  ["x-openrouter-title", ATTRIBUTION],
  ["x-openrouter-categories", ATTRIBUTION],
  ["x-goog-api-client", ATTRIBUTION],
  ["x-billing-invoke-origin", ATTRIBUTION],
  ["session_id", SESSION],
  ["x-session-id", SESSION],
  ["x-client-request-id", SESSION],
  ["x-session-affinity", SESSION],
]);

/**
 * @param headers of the request by lower-case name
 * @param body parsed; undefined where there was none or it wasn't JSON
 * @returns `header NAME` and `field NAME`, each once
 */
export function breachesOf(headers: Record<string, string>, body: unknown): string[] {
  const found = new Set<string>();
  for (const [name, value] of Object.entries(headers)) {
    const breach =
      name === "user-agent"
        ? /openclaw/i.test(value)
        : HEADERS.has(name) || name.startsWith("x-openclaw-");
    if (breach) found.add(`header ${name}`);
  }
  for (const name of Object.keys(asObject(body) ?? {})) {
    if (FIELDS.has(name)) found.add(`field ${name}`);
  }
  findDeep(body, found);
  return [...found];
}

/** By hand, not by recursion: a body may be nested deeper than the stack. */
function findDeep(body: unknown, found: Set<string>): void {
  const open: unknown[] = [body];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== "object" || value === null) continue;
    for (const [name, each] of Object.entries(value)) {
      if (DEEP_FIELDS.has(name)) found.add(`field ${name}`);
      if (typeof each === "object") open.push(each);
    }
  }
}

/** What the requests of a cell bore, and the flags that were set in it. */
export interface CellBreaches {
  id: string;
  compat: Readonly<Record<string, CompatValue>>;
  breaches: readonly string[];
}

/** A warning for each header or field, with the cells that had it; what a flag asks for is said so. */
export function proxyStyleWarnings(cells: readonly CellBreaches[]): Warning[] {
  const byText = new Map<string, Set<string>>();
  for (const { id, compat, breaches } of cells) {
    for (const breach of breaches) {
      const text = sentence(breach, compat);
      byText.set(text, (byText.get(text) ?? new Set()).add(id));
    }
  }
  return [...byText].map(([text, ids]) => ({
    code: "proxy-style",
    text: `${text}: ${[...ids].join("; ")}.`,
  }));
}

function sentence(breach: string, compat: CellBreaches["compat"]): string {
  const [kind = "", name = ""] = breach.split(" ", 2);
  const rules = kind === "header" ? HEADERS : new Map([...FIELDS, ...DEEP_FIELDS]);
  const { is, flags } = rules.get(name) ?? ATTRIBUTION;
  const asked = flags.filter((flag) => compat[flag] !== undefined && compat[flag] !== false);
  const what = `OpenClaw's request had the ${kind} ${name} (${is})`;
  if (asked.length > 0) return `${what}, because ${asked.join(" and ")} asks for it`;
  return `${what}, which a proxy-style server such as inferrs should not get`;
}

/** Values that say nothing of the user: of all other headers only the name is kept. */
const SHOWN =
  /^(accept|accept-encoding|accept-language|connection|content-length|content-type|expect|originator|sec-fetch-mode|transfer-encoding|user-agent|version|x-stainless-(arch|lang|os|package-version|retry-count|runtime|runtime-version|timeout))$/;
const HIDDEN = "(not kept)";

/** The headers as they may be kept. */
export function shownHeaders(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, SHOWN.test(name) ? value : HIDDEN]),
  );
}
