/** Does a turn fit: here, on machines of other sizes, within the window and the client's patience? Pure. */
import type { Fits, FitTurn, VariantFit } from "../../result.ts";
import { type Fit, type Forecast, fitMemory, fitTime, forecast } from "./fit.ts";
import { failedAs } from "./observed.ts";
import { fitSentence, turnSentence } from "./words.ts";

/** A turn that may or may not have been sent. */
export interface AskedTurn {
  name: string;
  requestBytes: number | null;
  promptTokens: number;
  tokensSource: FitTurn["tokensSource"];
  measuredBytes?: number | null;
  /** Until its prompt was read, or longer. */
  measuredMs?: number | null;
  seen?: FitTurn["seen"];
}

/** Machines that people have. */
export const MACHINES_GB = [8, 16, 24, 32, 64];
/** What of a machine's memory the engine may use: the default of --memory-limit. */
export const USABLE = 0.9;

/**
 * The fit with forecasts for more turns (a remedy ladder's rungs), and the sentence that follows.
 * The fit's own points are all that it needs, so it works on one that was read from a result.
 */
export function fitTurns(fit: VariantFit, turns: readonly AskedTurn[]): VariantFit {
  const points = fit.points.flatMap(({ promptTokens, ms, peakBytes, outcome }) =>
    promptTokens === null || (outcome !== "pass" && outcome !== "empty-reply")
      ? []
      : [{ promptTokens, ms, peakBytes }],
  );
  const memory = fit.memory === null ? null : fitMemory(points);
  const time = fit.time === null ? null : fitTime(points);
  const all = [...fit.turns, ...turns.map((turn) => toTurn(turn, { memory, time }, fit.limits))];
  return { ...fit, turns: all, sentence: fitSentence({ ...fit, turns: all }) };
}

function toTurn(
  asked: AskedTurn,
  { memory, time }: { memory: Fit | null; time: Fit | null },
  limits: VariantFit["limits"],
): FitTurn {
  const { name, requestBytes, promptTokens, tokensSource } = asked;
  const { measuredBytes = null, measuredMs = null, seen = null } = asked;
  const bytes = memory === null ? null : forecast(memory, promptTokens);
  const ms = time === null ? null : timeOf(time, promptTokens, measuredMs);
  const foretold =
    bytes === null || limits.memoryBytes === null ? null : under(bytes, limits.memoryBytes);
  const failed = failedAs({ seen });
  const turn = {
    name,
    requestBytes,
    promptTokens,
    tokensSource,
    memoryBytes: bytes,
    measuredBytes,
    prefillMs: ms,
    fitsHere: failed !== null ? "no" : seen === "pass" && foretold !== null ? "yes" : foretold,
    seen,
    // A curve that was wrong here says nothing of other machines.
    fitsIn:
      bytes === null || (failed !== null && foretold !== "no")
        ? []
        : MACHINES_GB.map((gb) => ({ gb, fits: under(bytes, gb * 2 ** 30 * USABLE) })),
    fitsWindow: limits.windowTokens === null ? null : promptTokens < limits.windowTokens,
    fitsTime: ms === null || limits.clientMs === null ? null : under(ms, limits.clientMs),
  };
  return { ...turn, sentence: turnSentence(turn, limits) };
}

/** A curve's base isn't what a short prompt takes: below the shortest one nothing is foretold. */
function timeOf(time: Fit, tokens: number, measuredMs: number | null): Forecast {
  const [shortest] = time.points;
  if (shortest === undefined || tokens >= shortest.tokens) return forecast(time, tokens);
  const most = Math.min(shortest.value, measuredMs ?? Infinity);
  return { value: most, low: 0, high: most };
}

function under({ low, high }: Forecast, limit: number): Fits {
  if (high <= limit) return "yes";
  return low > limit ? "no" : "uncertain";
}
