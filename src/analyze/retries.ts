/**
 * What the client did about failures and doesn't tell: requests made again, in another way, or given
 * up. Pure: told from the requests of one of its turns, as the proxy saw them.
 */
import type { ProxiedExchange } from "../drive/proxy/types.ts";
import { type Trace, traceExchange } from "./trace.ts";

/** What a request is to those before it. */
export type RequestRole =
  /** The conversation's next: the first, or one after a reply that was taken. */
  | "next"
  /** The same conversation again after a failed or cut-off one; not byte-identical. */
  | "retry"
  /** After a failure with another model, or whole instead of streamed. */
  | "fallback"
  /** After a failure with another conversation: a shorter one, or one that says what went wrong. */
  | "changed";

export interface Persistence {
  /** Requests for a reply. */
  requests: number;
  retries: number;
  fallbacks: number;
  changed: number;
  /** The client hung up before the reply was complete. */
  aborts: number;
  /** From the first request to the end of the last, ms. */
  spanMs: number;
  /** The last one was answered. */
  answered: boolean;
  /** For reports; null: nothing failed. */
  sentence: string | null;
}

/** @param exchanges of one turn of the client, in the order in which they began */
export function persistenceOf(exchanges: readonly ProxiedExchange[]): Persistence {
  const requests = exchanges.filter((exchange) => exchange.kind === "generate");
  const roles = rolesOf(requests);
  const count = (role: RequestRole) => roles.filter((each) => each === role).length;
  const last = requests.at(-1);
  const counts = {
    requests: requests.length,
    retries: count("retry"),
    fallbacks: count("fallback"),
    changed: count("changed"),
    aborts: requests.filter(({ hungUp }) => hungUp === "client").length,
    spanMs: spanMs(requests),
    answered: last !== undefined && wasAnswered(last),
  };
  return { ...counts, sentence: sentence(counts) };
}

/** What each request is; of those for a reply. */
export function rolesOf(requests: readonly ProxiedExchange[]): RequestRole[] {
  /** Those that failed since the last answer: the client may go back to any of them. */
  let failed: ProxiedExchange[] = [];
  return requests.map((request) => {
    const role = roleAfter(failed, request);
    failed = wasAnswered(request) ? [] : [...failed, request];
    return role;
  });
}

function roleAfter(failed: readonly ProxiedExchange[], request: ProxiedExchange): RequestRole {
  if (failed.length === 0) return "next";
  const alike = failed.filter((before) => sameConversation(before, request));
  if (alike.some((before) => sameWay(before, request))) return "retry";
  if (alike.length > 0) return "fallback";
  return failed.some((before) => sameWay(before, request)) ? "changed" : "fallback";
}

/**
 * The same messages, by their roles, and nothing new but words of the user: OpenClaw may say the user's
 * message once more with each retry (seen where no headers came).
 */
function sameConversation(before: ProxiedExchange, after: ProxiedExchange): boolean {
  // Without a body that could be read only equal bytes are the same.
  if (before.shape === null || after.shape === null) {
    return before.requestDigest === after.requestDigest;
  }
  const { roles } = before.shape;
  const begins = roles.every((role, index) => after.shape?.roles[index] === role);
  return begins && after.shape.roles.slice(roles.length).every((role) => role === "user");
}

function sameWay(a: ProxiedExchange, b: ProxiedExchange): boolean {
  return a.model === b.model && a.stream === b.stream && a.path === b.path;
}

/** The reply was whole, and one that a client takes. */
export function wasAnswered(exchange: ProxiedExchange): boolean {
  const { end, status } = exchange;
  if (end.kind !== "closed" || status === null || status < 200 || status >= 300) return false;
  const trace = traceExchange(exchange);
  if (trace.error !== null || trace.finishReason === "error") return false;
  // Without finish_reason OpenClaw takes a stream for broken, [DONE] or not.
  if (exchange.stream && trace.finishReason === null) return false;
  return hasContent(trace);
}

function hasContent({ text, reasoning, toolCalls }: Trace): boolean {
  return text !== "" || reasoning !== "" || toolCalls.length > 0;
}

function spanMs(requests: readonly ProxiedExchange[]): number {
  if (requests.length === 0) return 0;
  const from = Math.min(...requests.map(({ sentNs }) => sentNs));
  const to = Math.max(...requests.map(({ sentNs, end }) => sentNs + end.tNs));
  return (to - from) / 1e6;
}

function sentence(counts: Omit<Persistence, "sentence">): string | null {
  const { retries, fallbacks, changed, aborts, answered } = counts;
  const more = retries + fallbacks + changed;
  if (more === 0 && aborts === 0) return null;
  const ways = [
    ...(fallbacks > 0 ? [`${times(fallbacks)} in another way`] : []),
    ...(changed > 0 ? [`${times(changed)} with another conversation`] : []),
  ];
  const how = ways.length === 0 ? "" : ` (${ways.join(", ")})`;
  const over = `over ${(counts.spanMs / 1000).toFixed(counts.spanMs < 10_000 ? 1 : 0)} s`;
  const until = answered ? "until it was answered" : "before it gave up";
  const asked =
    more === 0
      ? "OpenClaw did not ask again"
      : `OpenClaw asked ${times(more)} more${how} ${over} ${until}`;
  const hung = aborts === 0 ? "" : `; it hung up ${times(aborts)} before the reply was complete`;
  return asked + hung;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}
