/** What became of an attempt of the real client. Pure. */
import type { ProxiedExchange } from "../drive/proxy/types.ts";
import type { ClientTurn } from "../drive/real/types.ts";
import { type AttemptFacts, classify, type Finding, toolCallInText } from "./classify.ts";
import { clip } from "./clip.ts";
import { persistenceOf, wasAnswered } from "./retries.ts";

export interface TurnFacts extends Omit<AttemptFacts, "exchanges"> {
  exchanges: readonly ProxiedExchange[];
  turns: readonly ClientTurn[];
  /** Longest that a turn may take here, ms. */
  timeoutMs: number;
  /** False: a model of random weights can't do what it is asked; an answer is all that is wanted. */
  judged: boolean;
}

/** CPU time under which a silent engine counts as hung. */
const HUNG_CPU_MS = 50;

/**
 * The engine's failures first, in its own words; then the client's; then whether the turn did what
 * it was asked to do.
 */
export function classifyTurn(facts: TurnFacts): Finding {
  const offered = facts.exchanges.flatMap(({ shape }) => shape?.toolNames ?? []);
  const withNames = { ...facts, toolNames: [...new Set([...facts.toolNames, ...offered])] };
  if (facts.exit !== null) return withClient(classify(withNames), facts, null);
  const { turns } = facts;
  const last = turns.at(-1);
  if (last === undefined) return { kind: "not-run", evidence: null };
  const answered = last.error === null && last.stopped === null;
  if (answered) return whatCameOfIt(withNames, last);
  if (last.stopped === "timeout") return tookTooLong(withNames, last);
  const gaveUp = clientGaveUp(withNames);
  if (gaveUp !== null) return withClient(gaveUp, facts, null);
  const engines = classify(withNames);
  if (engines.kind !== "pass" && engines.kind !== "not-run") {
    return withClient(engines, facts, last);
  }
  return clientsOwn(facts, last);
}

/** All turns were answered: what went wrong before was retried and is no failure. */
function whatCameOfIt(facts: TurnFacts, last: ClientTurn): Finding {
  if (!facts.exchanges.some(({ kind }) => kind === "generate")) {
    const evidence = "OpenClaw answered without asking the server anything";
    return { kind: "client-failed", evidence };
  }
  const asText = callsAsText(facts);
  const retried = retriedCalls(facts.exchanges);
  const kept = <Item>(items: readonly Item[]) => items.filter((_, at) => !retried.has(at));
  const finding = classify({
    ...facts,
    exchanges: kept(facts.exchanges),
    traces: kept(facts.traces),
    ...(facts.loggedPromptTokens === undefined
      ? {}
      : { loggedPromptTokens: kept(facts.loggedPromptTokens) }),
  });
  if (finding.kind === "tool-call-as-text" || (finding.kind === "pass" && asText > 0)) {
    const times = asText === 1 ? "once" : `${asText} times`;
    const what = finding.evidence === null ? "" : `: ${finding.evidence}`;
    return { kind: "tool-call-as-text", evidence: clip(`${times} in the turn${what}`) };
  }
  if (finding.kind !== "pass") return withClient(finding, facts, null);
  const unmet = facts.turns.flatMap((turn) =>
    turn.unmet.map((text) => (facts.turns.length === 1 ? text : `turn ${turn.turn + 1}: ${text}`)),
  );
  if (unmet.length > 0 && facts.judged) {
    return { kind: "expectation-failed", evidence: clip(unmet.join("; ")) };
  }
  if (last.replyBytes === 0) return { kind: "empty-reply", evidence: "OpenClaw gave no answer" };
  return { kind: "pass", evidence: null };
}

/** Replies that hold a call as text, by the text itself or by the client's own warning. */
function callsAsText({ exchanges, traces, toolNames, turns }: TurnFacts): number {
  const seen = exchanges.filter((_, at) => {
    const trace = traces[at];
    return trace !== undefined && trace.toolCalls.length === 0
      ? toolCallInText(trace.text, toolNames) !== null
      : false;
  }).length;
  const warned = turns.flatMap(({ errorLines }) =>
    errorLines.filter((line) => /looks like a tool call/i.test(line)),
  ).length;
  return Math.max(seen, warned);
}

/** We ended the turn: was it the engine that was silent? */
function tookTooLong(facts: TurnFacts, last: ClientTurn): Finding {
  const limit = `${(facts.timeoutMs / 1000).toFixed(0)} s`;
  const open = facts.exchanges.findLast(({ end }) => end.kind !== "closed");
  if (open === undefined) {
    const evidence = `the turn was not over after ${limit}, though the server had answered all ${facts.exchanges.length} requests`;
    return withClient({ kind: "client-failed", evidence }, facts, last);
  }
  const { silentCpuMs } = facts;
  const hung = silentCpuMs !== null && silentCpuMs < HUNG_CPU_MS;
  const evidence = `the turn was not over after ${limit}${cpuWords(silentCpuMs)}`;
  return withClient({ kind: hung ? "engine-hung" : "timeout", evidence }, facts, null);
}

/** The client hung up on an engine that lives. */
function clientGaveUp(facts: TurnFacts): Finding | null {
  const at = facts.exchanges.findIndex(({ hungUp }) => hungUp === "client");
  const exchange = facts.exchanges[at];
  const trace = facts.traces[at];
  if (exchange === undefined || trace === undefined) return null;
  // What failed before it was the engine's failure.
  const before = facts.exchanges.slice(0, at).some((each) => !wasAnswered(each));
  if (before) return null;
  const after = `${(exchange.end.tNs / 1e9).toFixed(1)} s`;
  const heard =
    trace.chunkMs.length > 0
      ? `after ${trace.chunkMs.length} chunks`
      : trace.firstEventMs !== null
        ? "with nothing but the role chunk heard"
        : "with nothing heard";
  const evidence = `OpenClaw hung up ${after} after its request, ${heard}${cpuWords(facts.silentCpuMs)}`;
  const hung = facts.silentCpuMs !== null && facts.silentCpuMs < HUNG_CPU_MS;
  return { kind: hung ? "engine-hung" : "client-timeout", evidence };
}

function cpuWords(cpuMs: number | null): string {
  return cpuMs === null ? "" : `; the engine used ${Math.round(cpuMs)} ms of CPU meanwhile`;
}

/** Nothing is wrong with the engine: the client's own words tell. */
function clientsOwn(facts: TurnFacts, last: ClientTurn): Finding {
  const asked = facts.exchanges.some(({ kind }) => kind === "generate");
  const told = last.error?.message ?? last.errorLines[0] ?? "it gave no reason";
  // Of what its gateway doesn't want to tell its user, its log tells the reason.
  const words = /^internal error$/i.test(told) ? (last.errorLines.at(-1) ?? told) : told;
  const own = last.error?.kind === "exited" || last.error?.kind === "broken";
  return { kind: asked || own ? "client-failed" : "client-refused", evidence: clip(words) };
}

/** The finding, with what the client hid, and what it said itself where that differs. */
function withClient(finding: Finding, facts: TurnFacts, last: ClientTurn | null): Finding {
  if (finding.kind === "pass") return finding;
  const turn = facts.turns.length - 1;
  const own = facts.exchanges.filter(({ step }) => step === turn);
  const { sentence, requests } = persistenceOf(own);
  const cut = facts.turns.at(-1)?.stopped === "retries";
  const hidden = cut ? `OpenClaw asked ${requests} times in all and was stopped then` : sentence;
  const said = last?.error?.message ?? null;
  const told =
    said === null || (finding.evidence ?? "").includes(said.slice(0, 40).replace(/^\d+ /, ""))
      ? null
      : `OpenClaw told its user: ${said}`;
  const parts = [finding.evidence, hidden, told];
  const evidence = clip(parts.filter((part) => part !== null && part !== "").join("; "));
  return { ...finding, evidence };
}

/** Requests that came to nothing and were followed by another of the same turn. */
function retriedCalls(exchanges: readonly ProxiedExchange[]): Set<number> {
  const retried = exchanges.flatMap((exchange, at) => {
    const again = exchanges[at + 1]?.step === exchange.step;
    return again && exchange.kind === "generate" && !wasAnswered(exchange) ? [at] : [];
  });
  return new Set(retried);
}
