/** State and step to what the live view shows. Pure. */
import { pairOf } from "../analyze/comparison/at-pair.ts";
import { median } from "../analyze/statistics.ts";
import { metricsOfOne, turnMsOf } from "../analyze/turn-metrics.ts";
import { attemptsOf, type CellState, isRetired, type RunState } from "../journal/state.ts";
import type { Progress, ProgressCell, ProgressPhase } from "../report/progress.ts";
import type { MetricName } from "../result.ts";
import { remainingAtMostMs, remainingMs, requestsLeft } from "./estimate.ts";
import { ALONE, nameOfLoad } from "./load.ts";
import { name, shownCombination } from "./matrix.ts";
import type { Step } from "./next.ts";
import { aheadIn } from "./pairs/ahead.ts";
import { cellsInPairs } from "./pairs/cells.ts";
import { madePairs } from "./pairs/made.ts";
import { areBlocks, pairsAtMost } from "./pairs/planned.ts";
import { isSynthetic } from "./types.ts";

/** What a step is at: the cell that is being asked, or the one that has just been. */
export interface At {
  running: string | null;
  finished: string | null;
  /** The process of another run, for whose end it waits. */
  waitingFor?: number;
}

export function toProgress(state: RunState, step: Step, at: At): Progress {
  const { running, finished, waitingFor } = at;
  const { plan, live } = state;
  const cells = [...state.cells.values()].filter((cell) => cell.spec.applicable);
  const done = cells.reduce(
    (sum, cell) => sum + cell.attempts.reduce((calls, attempt) => calls + attempt.calls.length, 0),
    0,
  );
  const variant = "variant" in step ? step.variant : (plan.variants[0]?.name ?? "");
  return {
    phase: waitingFor === undefined ? phaseOf(step) : "wait",
    doing:
      waitingFor !== undefined
        ? `for process ${waitingFor}, another run on this machine, to end`
        : running === null
          ? ofVariant(state, variant, describe(step))
          : labelOf(state, running),
    finished: finished === null ? null : finishedOf(state, finished),
    variant,
    start:
      live === null
        ? null
        : {
            number: live.phase === "probe" ? 1 : measuredStarts(state),
            of: live.phase === "probe" ? 1 : startsAtMost(state),
            kind: live.phase,
          },
    pair: pairOf(state),
    round:
      step.kind === "measure" && !step.warmup
        ? { number: step.round + 1, of: roundsShown(state) }
        : null,
    requests: { done, planned: done + requestsLeft(state) },
    elapsedMs: state.elapsedMs,
    remainingMs: remainingMs(state),
    ...(plan.comparison == null ? {} : { remainingAtMostMs: remainingAtMostMs(state) }),
    cells: cells.map((cell) => toCell(state, cell, running)),
    simulated: plan.variants.some((each) => each.engine.kind === "sim"),
    synthetic: plan.variants.some(isSynthetic),
  };
}

function finishedOf(state: RunState, id: string): Progress["finished"] {
  const attempt = state.cells.get(id)?.attempts.at(-1);
  if (attempt === undefined) return null;
  const tookMs = turnMsOf(attempt);
  return { label: labelOf(state, id), outcome: attempt.finding.kind, tookMs };
}

function phaseOf(step: Step): ProgressPhase {
  return step.kind === "done" ? "report" : step.kind;
}

function describe(step: Step): string {
  switch (step.kind) {
    case "provision":
      return "preparing engine and model";
    case "start":
      return "starting the engine";
    case "settle":
      return "waiting for the engine to be idle again";
    case "measure":
      return step.warmup ? "warm-up" : "measuring";
    case "calibrate":
      return "counting tokens";
    case "confirm":
      return "asking again by OpenClaw's command line";
    case "look":
      return `asking a prompt of about ${step.rung} tokens, to see what fits`;
    case "replay":
      return "sending ourselves what OpenClaw sends";
    case "rung":
      return step.part === "capture"
        ? "climbing the ladder of remedies: capturing a shorter prompt from OpenClaw"
        : "climbing the ladder of remedies";
    case "crosscheck":
      return "comparing what the server's routes count";
    case "stop":
      return "stopping the engine";
    case "done":
      return "writing the report";
    default:
      return step.kind;
  }
}

function labelOf(state: RunState, id: string): string {
  const cell = state.cells.get(id)?.spec;
  if (cell === undefined) return id;
  const parts = [
    cell.scenario,
    name(shownCombination(cell)).replaceAll(",", " "),
    nameOfLoad(cell.load ?? ALONE),
  ];
  return ofVariant(state, cell.variant, parts.filter((part) => part !== "").join(" "));
}

/** Whose it is, where there are two. */
function ofVariant({ plan }: RunState, variant: string, text: string): string {
  return plan.comparison == null || variant === "" ? text : `${variant}: ${text}`;
}

/** Blocks of running servers have a round each, which is counted over all of them. */
function roundsShown({ plan, starts }: RunState): number {
  return areBlocks(plan) ? pairsAtMost(plan) : (starts.at(-1)?.rounds ?? plan.rounds);
}

/** In a comparison they are counted in pairs, confirming ones apart. */
function startsAtMost({ plan }: RunState): number {
  return plan.comparison == null ? plan.starts : pairsAtMost(plan);
}

function measuredStarts(state: RunState): number {
  const last = state.starts.at(-1);
  if (last?.pair != null) {
    return madePairs(state).filter(({ confirming }) => confirming === last.confirming).length;
  }
  return Math.min(
    state.plan.starts,
    state.starts.filter((start) => start.phase === "measure").length || 1,
  );
}

function toCell(state: RunState, cell: CellState, running: string | null): ProgressCell {
  const measured = attemptsOf(cell, "measure");
  const planned = plannedRounds(state, cell);
  const latest = cell.attempts.at(-1);
  return {
    id: cell.spec.id,
    scenario: ofVariant(state, cell.spec.variant, cell.spec.scenario),
    combination: [
      name(shownCombination(cell.spec)).replaceAll(",", " "),
      nameOfLoad(cell.spec.load ?? ALONE),
    ]
      .filter((part) => part !== "")
      .join(" "),
    state: cellState(cell, running, planned > 0 && measured.length >= planned),
    outcome: latest?.finding.kind ?? null,
    measured: measured.length,
    planned,
    ttftMs: medianOf(cell, "ttftMs"),
    turnMs: medianOf(cell, "turnMs"),
  };
}

function plannedRounds(state: RunState, cell: CellState): number {
  const { plan } = state;
  if (plan.comparison == null) return plan.starts * plan.rounds;
  if (!cellsInPairs(state, cell.spec.variant).includes(cell)) return 0;
  const { atMost, rounds } = aheadIn(state);
  return atMost * rounds;
}

function cellState(cell: CellState, running: string | null, done: boolean): ProgressCell["state"] {
  if (cell.spec.id === running) return "running";
  if (isRetired(cell)) return "retired";
  if (done) return "done";
  return cell.attempts.length === 0 ? "waiting" : "passing";
}

function medianOf(cell: CellState, metric: MetricName): number | null {
  const values = attemptsOf(cell, "measure")
    .filter((attempt) => attempt.finding.kind === "pass")
    .map((attempt) => metricsOfOne(attempt).get(metric))
    .filter((value): value is number => value !== undefined);
  return values.length === 0 ? null : median(values);
}
