/** A turn by the client's plain command line, analysed. Pure. */
import { classifyTurn } from "../analyze/classify-turn.ts";
import { traceExchange } from "../analyze/trace.ts";
import { turnParts } from "../analyze/turn-parts.ts";
import { isAttached, isJudged, type VariantSpec } from "../plan/types.ts";
import type { JournalEvent } from "./events.ts";
import type { Confirmation, RunState } from "./state.ts";

type Run = (JournalEvent & { type: "confirmed" })["runs"][number];

export function confirmationOf(run: Run, state: RunState, variant: VariantSpec): Confirmation {
  const { turn, exchanges, silentCpuMs } = run;
  const traces = exchanges.map(traceExchange);
  const finding = classifyTurn({
    exchanges,
    traces,
    turns: [turn],
    toolNames: [],
    exit: null,
    silentCpuMs,
    attached: isAttached(variant),
    timeoutMs: state.plan.timeoutMs,
    judged: isJudged(variant),
  });
  const calls = exchanges.flatMap((exchange, at) => {
    const trace = traces[at];
    return trace === undefined || exchange.kind !== "generate" ? [] : [{ exchange, trace }];
  });
  return {
    driver: turn.driver === "infer" ? "infer" : "agent",
    finding,
    turnMs: (turn.endedNs - turn.beganNs) / 1e6,
    clientBeforeMs: turnParts(turn, calls)?.clientBeforeMs ?? null,
  };
}
