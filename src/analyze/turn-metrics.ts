/** The figures of an attempt, whoever took its turns. Pure. */
import type { ProxiedExchange } from "../drive/proxy/types.ts";
import type { ClientTurn } from "../drive/real/types.ts";
import type { ClientLoad } from "../journal/events.ts";
import type { MetricName } from "../result.ts";
import { metricsOfAttempt } from "./burst.ts";
import { attemptMetrics, type Call } from "./metrics.ts";
import { wasAnswered } from "./retries.ts";
import { turnParts } from "./turn-parts.ts";

interface Taken {
  calls: readonly Call[];
  /** Of the real client; null: the requests were our own. */
  turns: readonly ClientTurn[] | null;
  /** What this tool itself was at; null or absent: unknown. */
  client?: ClientLoad | null;
}

/** As {@link metricsOfAttempt}; of the real client's session it is the last turn's. */
export function metricsOfTurns(
  { calls, turns, client = null }: Taken,
  compared: boolean,
): Map<MetricName, number>[] {
  if (turns !== null) return [lastTurn(calls, turns, client)];
  return metricsOfAttempt(calls, compared, client);
}

/** One set of figures for the attempt, also where several turns were in flight. */
export function metricsOfOne({ calls, turns, client = null }: Taken): Map<MetricName, number> {
  return turns === null ? attemptMetrics(calls, client) : lastTurn(calls, turns, client);
}

/** What the turn took its user, ms; null where that isn't known. */
export function turnMsOf(taken: Taken): number | null {
  return metricsOfOne(taken).get("turnMs") ?? null;
}

/**
 * Requests that came to nothing and were sent again are no part of the figures; the turn's own time
 * holds them all the same.
 */
function lastTurn(
  calls: readonly Call[],
  turns: readonly ClientTurn[],
  client: ClientLoad | null,
): Map<MetricName, number> {
  const turn = turns.at(-1);
  if (turn === undefined) return new Map();
  const asked = calls.filter(({ exchange }) => exchange.step === turns.length - 1);
  const good = asked.filter(({ exchange }) => wasAnswered(exchange as ProxiedExchange));
  const metrics = attemptMetrics(good, client);
  metrics.set("turnMs", (turn.endedNs - turn.beganNs) / 1e6);
  const parts =
    good.length < asked.length
      ? null
      : turnParts(
          turn,
          good.map(({ exchange, trace }) => ({ exchange: exchange as ProxiedExchange, trace })),
        );
  if (parts === null) return metrics;
  for (const [name, value] of Object.entries(parts)) metrics.set(name as MetricName, value);
  return metrics;
}
