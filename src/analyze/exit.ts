/** What decided a run's exit code, and in what state it ended. Pure. */
import type { RunState } from "../journal/state.ts";
import { mainVariantOf } from "../plan/types.ts";
import type { Comparison, Result, ResultCell, Verdict } from "../result.ts";
import { unmeasured } from "./warnings.ts";

type Exit = Pick<Result, "status" | "exitReason" | "exitDetail">;

/**
 * @param cells of what the run is about: in a comparison head's alone, for base may fail
 * @param compared null where one variant was measured
 */
export function exitOf(
  state: RunState,
  cells: readonly ResultCell[],
  compared: { comparison: Comparison; verdict: Verdict } | null,
): Exit {
  const asked = cells.filter((cell) => cell.outcome.attempts.ok + cell.outcome.attempts.failed > 0);
  if (state.failed !== null) {
    return { status: "failed", exitReason: "internal-error", exitDetail: state.failed };
  }
  if (state.interrupted !== null || !state.ended) {
    const detail =
      state.interrupted === null
        ? "the run ended before it was complete; what was measured until then is here"
        : `stopped by ${state.interrupted}; what was measured until then is here`;
    return { status: "interrupted", exitReason: "interrupted", exitDetail: detail };
  }
  const status = statusOf(state, cells, compared);
  // An engine that doesn't come up is a set-up that failed, unless base's does.
  if (compared?.verdict === "broken") {
    return { status, exitReason: "broken", exitDetail: compared.comparison.because };
  }
  const setup = setupFailure(state, asked.length > 0);
  if (setup !== null) return { status: "failed", exitReason: "setup-failed", exitDetail: setup };
  if (state.stopped === "time-budget" && asked.length === 0) {
    const seconds = Number(((state.plan.timeBudgetMs ?? 0) / 1000).toFixed(1));
    const detail = `--time-budget: got "${seconds}"; expected enough for the engine to start and answer, but the time was over before anything could be asked. Give a larger --time-budget (fetching and waiting for another run aren't counted).`;
    return { status: "failed", exitReason: "setup-failed", exitDetail: detail };
  }
  const refused = cells.filter((cell) => cell.outcome.reason === "doesnt-fit");
  if (asked.length + refused.length > 0 && cells.every((cell) => cell.outcome.kind !== "pass")) {
    const unsent = refused.length === 0 ? "" : `, ${refused.length} do not fit and were not sent`;
    const detail = `nothing works: all ${asked.length} cells that were asked failed${unsent}`;
    return { status, exitReason: "all-failed", exitDetail: detail };
  }
  if (compared?.verdict === "regression") {
    return { status, exitReason: "regression", exitDetail: compared.comparison.because };
  }
  return { status, exitReason: "ok", exitDetail: null };
}

/** Without any figure of a variant, because it couldn't be had or started; null: it could. */
function setupFailure({ plan, variants, cells }: RunState, mainAsked: boolean): string | null {
  const main = mainVariantOf(plan)?.name;
  for (const [name, { failure }] of variants) {
    if (failure === null) continue;
    const own = [...cells.values()].filter(({ spec }) => spec.variant === name);
    const asked = name === main ? mainAsked : own.some(({ attempts }) => attempts.length > 0);
    if (!asked) return plan.comparison == null ? failure : `${name}: ${failure}`;
  }
  return null;
}

function statusOf(
  state: RunState,
  cells: readonly ResultCell[],
  compared: { comparison: Comparison } | null,
): Exit["status"] {
  const partial =
    unmeasured(state).length > 0 ||
    cells.some((cell) => cell.outcome.reason === "budget" || cell.outcome.reason === "engine-gone");
  const ended = compared?.comparison.pairs.ended;
  const cut =
    ended === undefined ? state.stopped !== null : ended === "time-budget" || ended === "failed";
  return partial || cut ? "partial" : "complete";
}
