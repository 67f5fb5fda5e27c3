/** The figures of a cell's attempts, with what the run learned of token counts. Pure. */
import type { Attempt, CellState, RunState } from "../journal/state.ts";
import { keyWithoutLoad } from "../plan/load.ts";
import { variationOfTurn } from "../plan/variation.ts";
import type { MetricName } from "../result.ts";
import { type Calibration, countTokens } from "./calibrate.ts";
import type { Call } from "./metrics.ts";
import { metricsOfTurns } from "./turn-metrics.ts";

/** @returns of an attempt a map for each turn, and one for all of them where there was more than one */
export function figuresIn(
  state: RunState,
  cell: CellState,
  calibration: Calibration,
): (attempt: Attempt) => Map<MetricName, number>[] {
  const compared = hasOtherLoads(state, cell);
  const tools = usesTools(state, cell);
  return (attempt) => {
    const { turns, client } = attempt;
    const counted = { calls: countedCalls(attempt, calibration), turns, client };
    const figures = metricsOfTurns(counted, compared);
    if (!tools) for (const metrics of figures) metrics.delete("toolCallMs");
    return figures;
  };
}

/** Whether the same is asked under another load, too. */
function hasOtherLoads({ plan }: RunState, { spec }: CellState): boolean {
  const key = keyWithoutLoad(spec);
  return plan.cells.some((other) => other.id !== spec.id && keyWithoutLoad(other) === key);
}

function countedCalls(attempt: Attempt, calibration: Calibration): Call[] {
  const seen = new Map<number, number>();
  return attempt.calls.map((call) => {
    const turn = call.exchange.turn ?? 0;
    const index = seen.get(turn) ?? 0;
    seen.set(turn, index + 1);
    const variation = variationOfTurn(attempt.variation, turn);
    return { ...call, tokens: countTokens(call, index, variation, calibration) };
  });
}

/** Later calls of its turns follow tool results. */
function usesTools(state: RunState, cell: CellState): boolean {
  const scenario = state.plan.scenarios.find((each) => each.name === cell.spec.scenario);
  if (scenario === undefined) return false;
  return (
    scenario.turns.some(({ script }) => script.some((reply) => "calls" in reply)) ||
    scenario.steps.some(
      (step) => step.kind === "send" && step.messages.some((message) => message.role === "tool"),
    )
  );
}
