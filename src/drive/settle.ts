/** After a request that we gave up on, the engine may be at work for a while: wait until it isn't. */
import type { RunningEngine } from "../engine/engine.ts";
import type { MeasuringClient } from "./client.ts";

/**
 * inferrs serves one request at a time and doesn't stop at a hang-up (DESIGN section 8): when a tiny
 * request is answered, all that came before it is done.
 * @returns whether the engine became idle in time, and what it took
 */
export async function settle(
  engine: RunningEngine,
  client: MeasuringClient,
  options: { timeoutMs: number; signal: AbortSignal },
): Promise<{ idle: boolean; requests: number; tookMs: number }> {
  const from = performance.now();
  const exchange = await client.send(
    {
      method: "POST",
      path: "/v1/chat/completions",
      body: JSON.stringify({
        model: engine.servedId,
        messages: [{ role: "user", content: "1" }],
        max_tokens: 1,
        stream: false,
      }),
      step: 0,
      kind: "generate",
      stream: false,
    },
    { ...options, keepBodies: false, attemptStart: process.hrtime.bigint() },
  );
  const idle = exchange.end.kind === "closed" && exchange.status !== null;
  return { idle, requests: 1, tookMs: performance.now() - from };
}
