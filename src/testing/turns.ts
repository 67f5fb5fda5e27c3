/** Turns of the real client for tests of the analysis. */
import type { ProxiedExchange } from "../drive/proxy/types.ts";
import type { ClientTurn } from "../drive/real/types.ts";
import { exchangeOf } from "./calls.ts";

export function turnOf(over: Partial<ClientTurn> = {}): ClientTurn {
  return {
    driver: "gateway",
    turn: 0,
    beganNs: 0,
    endedNs: 3e9,
    answeredNs: 1e9,
    exitCode: null,
    status: 200,
    reply: null,
    replyBytes: 2,
    error: null,
    errorLines: [],
    toolsRun: [],
    unmet: [],
    stopped: null,
    ...over,
  };
}

/** A reply in one chunk after a second, done a second later; sent a second after the one before. */
export function proxiedOf(
  says: { text?: string; calls?: { name: string; arguments: string }[]; at?: number },
  over: Partial<ProxiedExchange> = {},
): ProxiedExchange {
  const { text = "", calls = [], at = 0.5 } = says;
  const delta =
    calls.length > 0
      ? { tool_calls: calls.map((call, index) => ({ index, id: `c${index}`, function: call })) }
      : { content: text };
  const finish = calls.length > 0 ? "tool_calls" : "stop";
  const event = (part: object, reason: string | null) => {
    const choices = [{ index: 0, delta: part, finish_reason: reason }];
    return Buffer.from(`data: ${JSON.stringify({ id: "chatcmpl-1", choices })}\n\n`);
  };
  return {
    ...exchangeOf({
      sentNs: at * 1e9,
      segments: [
        { tNs: 1e6, bytes: event({ role: "assistant" }, null) },
        { tNs: 0.4e9, bytes: event(delta, null) },
        { tNs: 0.5e9, bytes: Buffer.concat([event({}, finish), Buffer.from("data: [DONE]\n\n")]) },
      ],
      end: { kind: "closed", tNs: 0.5e9 },
    }),
    arrivedNs: at * 1e9,
    clientLagMs: 0,
    hungUp: null,
    requestHeaders: {},
    breaches: [],
    model: "m",
    shape: { roles: ["system", "user"], tools: 1, toolNames: ["read"], contentParts: false },
    ...over,
  };
}
