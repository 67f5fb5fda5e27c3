/** What the client hides: its requests that failed, one after the other, while a turn is on. */
import { wasAnswered } from "../../analyze/retries.ts";
import type { RunningEngine } from "../../engine/engine.ts";
import type { ProxiedExchange } from "../proxy/types.ts";

/** The client has sent the same so often, without an answer: what comes of it is known. */
const MOST_FAILURES = 3;

/** Counts requests that failed one after the other, and what the engine did while one was silent. */
export function watchFailures(engine: RunningEngine) {
  let inARow = 0;
  let tell: (() => void) | null = null;
  let cpuAtBegin: number | null = null;
  let silent: number | null = null;
  return {
    began: () => {
      cpuAtBegin = engine.cpuMs();
    },
    ended: (exchange: ProxiedExchange) => {
      inARow = wasAnswered(exchange) ? 0 : inARow + 1;
      const cpu = engine.cpuMs();
      if (exchange.hungUp === "client" && cpu !== null && cpuAtBegin !== null) {
        silent ??= cpu - cpuAtBegin;
      }
      if (inARow >= MOST_FAILURES) tell?.();
    },
    /** A turn begins; null: it is over. */
    begin: (onTooMany: (() => void) | null) => {
      inARow = 0;
      tell = onTooMany;
    },
    silentCpuMs: () => silent,
  };
}
