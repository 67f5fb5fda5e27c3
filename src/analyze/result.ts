/** State to Result. Pure: a run that was killed and one that ended are told by the same code. */
import { createHash } from "node:crypto";
import {
  type Attempt,
  attemptsOf,
  type CellState,
  hasPassed,
  type RunState,
} from "../journal/state.ts";
import { ALONE, keyWithoutLoad, lightest } from "../plan/load.ts";
import { variationOfTurn } from "../plan/variation.ts";
import {
  type Compat,
  METRIC_NAMES,
  type Memory,
  type MetricName,
  type NotRunReason,
  type Outcome,
  type OutcomeKind,
  RESULT_SCHEMA_ID,
  type Result,
  type ResultCell,
  type Sample,
} from "../result.ts";
import { type Calibration, type CountedTokens, countTokens } from "./calibrate.ts";
import { classifyExit, memoryKiller } from "./death.ts";
import { refusal } from "./fit/gate.ts";
import { fitOf } from "./fit/result.ts";
import { calibrationOf } from "./knowledge.ts";
import { machineWarnings, platformOfRun } from "./machine-warnings.ts";
import type { Call } from "./metrics.ts";
import { OUTCOMES } from "./outcomes.ts";
import { overheadOf } from "./overhead.ts";
import { recommend } from "./recommend.ts";
import { climbedRecommendation, laddersOf } from "./remedies/result.ts";
import { samplingOf } from "./sampling.ts";
import { summarize } from "./statistics.ts";
import { metricsOfOne, metricsOfTurns } from "./turn-metrics.ts";
import { derivedWarnings, unmeasured } from "./warnings.ts";

export interface ResultContext {
  /** The settings as JSON5, for the recommended combination. */
  renderConfig: (compat: Compat, settings: ResultCell["settings"]) => string;
  /** The compat flags of the guide's own config. */
  guideCompat: Compat;
  /** The provider's `timeoutSeconds`, as ms; null: the client's own default holds. */
  clientTimeoutMs?: number | null;
}

/** What the journal adds up to, also when it breaks off in the middle. */
export function toResult(state: RunState, context: ResultContext): Result {
  const cells = [...state.cells.values()].map((cell) => toCell(state, cell));
  const planned = cells.filter(({ rung }) => rung === undefined);
  const chosen = recommend(lightest(planned), context.guideCompat);
  const exit = exitOf(state, cells);
  return {
    schema: RESULT_SCHEMA_ID,
    ...exit,
    tool: state.tool,
    startedAt: state.startedAt,
    durationMs: state.elapsedMs,
    simulated: state.plan.variants.some((variant) => variant.engine.kind === "sim"),
    synthetic: state.plan.variants.some((variant) => variant.model.kind === "synthetic"),
    environment: state.environment,
    platform: platformOfRun(state),
    plan: {
      turn: state.plan.turn ?? "scripted",
      rounds: state.plan.rounds,
      starts: state.plan.starts,
      maxTokens: state.plan.maxTokens,
      timeoutMs: state.plan.timeoutMs,
      seed: state.plan.seed,
      memoryLimitBytes: state.plan.memoryLimitBytes,
      estimateMs: state.estimateMs,
    },
    requests: countRequests(state),
    variants: [...state.variants.values()].flatMap(({ provisioned }) =>
      provisioned === null ? [] : [provisioned],
    ),
    starts: state.starts.map((start) => ({
      variant: start.variant,
      start: start.start,
      phase: start.phase,
      readyMs: start.readyMs,
      peakMemory: start.peak ?? start.exit?.peak ?? null,
      peakVramBytes: start.exit?.peakVramBytes ?? null,
      portsTaken: start.portsTaken,
      failure:
        start.failure === null
          ? null
          : { kind: start.failure.kind, evidence: start.failure.evidence },
      end: endOf(start),
    })),
    guard: state.guard && { limitBytes: state.plan.memoryLimitBytes, ...state.guard },
    memorySampling: samplingOf(state.starts),
    lockWaitMs: state.lockWaitMs,
    crosschecks: [...state.variants].flatMap(([variant, { crosscheck }]) =>
      crosscheck === null ? [] : [{ variant, ...crosscheck }],
    ),
    overhead: overheadOf(state),
    cells,
    recommendation:
      climbedRecommendation(state, cells, context.renderConfig) ??
      (chosen === null
        ? null
        : {
            ...chosen,
            settings: Object.entries(chosen.settings).flatMap(([path, value]) =>
              value === null
                ? []
                : [
                    {
                      path,
                      value,
                      because: "the combination that works has it",
                      cost: "",
                    },
                  ],
            ),
            openclawConfig: context.renderConfig(chosen.compat, chosen.settings),
          }),
    ladder: laddersOf(state, cells),
    fit: fitOf(state, cells, context.clientTimeoutMs ?? null),
    comparison: null,
    verdict: null,
    warnings: [...state.warnings, ...machineWarnings(state), ...derivedWarnings(state, cells)],
  };
}

function exitOf(
  state: RunState,
  cells: ResultCell[],
): Pick<Result, "status" | "exitReason" | "exitDetail"> {
  const setup = [...state.variants.values()].find((variant) => variant.failure !== null);
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
  if (setup !== undefined && asked.length === 0) {
    return { status: "failed", exitReason: "setup-failed", exitDetail: setup.failure };
  }
  if (state.stopped === "time-budget" && asked.length === 0) {
    const seconds = Number(((state.plan.timeBudgetMs ?? 0) / 1000).toFixed(1));
    const detail = `--time-budget: got "${seconds}"; expected enough for the engine to start and answer, but the time was over before anything could be asked. Give a larger --time-budget (fetching and waiting for another run aren't counted).`;
    return { status: "failed", exitReason: "setup-failed", exitDetail: detail };
  }
  const partial =
    unmeasured(state).length > 0 ||
    cells.some((cell) => cell.outcome.reason === "budget" || cell.outcome.reason === "engine-gone");
  const status = partial || state.stopped !== null ? "partial" : "complete";
  const refused = cells.filter((cell) => cell.outcome.reason === "doesnt-fit");
  if (asked.length + refused.length > 0 && cells.every((cell) => cell.outcome.kind !== "pass")) {
    const unsent = refused.length === 0 ? "" : `, ${refused.length} do not fit and were not sent`;
    const detail = `nothing works: all ${asked.length} cells that were asked failed${unsent}`;
    return { status, exitReason: "all-failed", exitDetail: detail };
  }
  return { status, exitReason: "ok", exitDetail: null };
}

function countRequests(state: RunState): Result["requests"] {
  const { crosscheckRequests: crosscheck, settleRequests: settle } = state;
  const look = [...state.variants.values()].reduce((sum, { looks }) => sum + looks.length, 0);
  const counts = { probe: 0, calibrate: 0, crosscheck, look, warmup: 0, measure: 0, settle };
  for (const cell of state.cells.values()) {
    for (const attempt of cell.attempts) counts[attempt.phase] += attempt.calls.length;
  }
  return counts;
}

function endOf(start: RunState["starts"][number]): Result["starts"][number]["end"] {
  if (start.exit === null) return null;
  const { exit } = start;
  const memory = classifyExit(exit).kind === "out-of-memory";
  const kind =
    exit.by === "us"
      ? start.failure === null
        ? "stopped"
        : "start-failed"
      : memory
        ? "out-of-memory"
        : "crashed";
  const logTail = kind === "stopped" ? [] : exit.logTail;
  const killer = kind === "out-of-memory" ? memoryKiller(exit) : null;
  return { kind, exitCode: exit.exitCode, signal: exit.signal, memoryKiller: killer, logTail };
}

function toCell(state: RunState, cell: CellState): ResultCell {
  const scenario = state.plan.scenarios.find((each) => each.name === cell.spec.scenario);
  const calibration = calibrationOf(state.cells.values(), cell);
  const passed = attemptsOf(cell, "measure").filter((each) => each.finding.kind === "pass");
  const shown = passed.at(-1) ?? cell.attempts.find((attempt) => attempt.finding.kind === "pass");
  const tokens = tokensOf(shown ?? cell.attempts.at(-1), calibration);
  return {
    id: cell.spec.id,
    variant: cell.spec.variant,
    scenario: cell.spec.scenario,
    scenarioDigest: scenario?.digest ?? "",
    scale: scenario?.scale ?? 1,
    compat: cell.spec.compat,
    settings: (cell.spec.settings ?? {}) as ResultCell["settings"],
    load: cell.spec.load ?? ALONE,
    outcome: outcomeOf(state, cell),
    tokens: {
      prompt: tokens?.prompt ?? null,
      promptSource: tokens?.promptSource ?? null,
      output: tokens?.output ?? null,
      outputSource: tokens?.outputSource ?? null,
    },
    requestBytes: largestRequest(cell) ?? cell.spec.requestBytes ?? null,
    metrics: metricsOf(state, cell, calibration),
    peakMemory: largestPeak(unladdered(state, cell)),
    peakVramBytes: largest(unladdered(state, cell).map((attempt) => attempt.peakVramBytes)),
    requestDigest: digestOf(cell),
    ...turnOf(state),
    ...(cell.spec.rung === undefined ? {} : { rung: cell.spec.rung }),
    ...(cell.replayed === undefined
      ? {}
      : { replayed: { kind: cell.replayed.kind, evidence: cell.replayed.evidence } }),
    ...(cell.confirmed === undefined
      ? {}
      : {
          confirmed: cell.confirmed.map(({ driver, finding, turnMs, clientBeforeMs }) => ({
            driver,
            outcome: { kind: finding.kind, evidence: finding.evidence },
            turnMs,
            clientBeforeMs,
          })),
        }),
  };
}

function turnOf({ plan: { turn } }: RunState): { turn?: "replayed" | "real" } {
  return turn === "real" || turn === "replayed" ? { turn } : {};
}

function tokensOf(attempt: Attempt | undefined, calibration: Calibration): CountedTokens | null {
  const call = attempt?.calls[0];
  if (attempt === undefined || call === undefined) return null;
  return countTokens(call, 0, attempt.variation, calibration);
}

function largestRequest(cell: CellState): number | null {
  const sizes = cell.attempts.flatMap((attempt) =>
    attempt.calls.map((call) => call.exchange.requestBytes),
  );
  return sizes.length === 0 ? null : Math.max(...sizes);
}

/**
 * What an allocator keeps of the ladder's prompts would be told as a short cell's own memory: lives
 * without a ladder know better, where there are any.
 */
function unladdered(state: RunState, cell: CellState): Attempt[] {
  const looks = state.variants.get(cell.spec.variant)?.looks ?? [];
  const climbed = new Set(looks.map(({ start }) => start));
  const clean = cell.attempts.filter(({ start, peak }) => !climbed.has(start) && peak !== null);
  return clean.length > 0 ? clean : cell.attempts;
}

function largestPeak(attempts: readonly Attempt[]): Memory | null {
  return attempts.reduce<Memory | null>(
    (most, { peak }) => (peak !== null && peak.bytes > (most?.bytes ?? -1) ? peak : most),
    null,
  );
}

function largest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/** The streamed requests' digest: the calibration's plain twin is another body. */
function digestOf(cell: CellState): string | null {
  const probe = longest(attemptsOf(cell, "probe"));
  return probe === undefined
    ? null
    : createHash("sha256").update(probe.requestDigest).digest("hex");
}

function longest(attempts: Attempt[]): Attempt | undefined {
  return [...attempts].sort((a, b) => b.calls.length - a.calls.length)[0];
}

/** Samples of what passed; those of the cold engine are the first attempts of its lives. */
function metricsOf(
  state: RunState,
  cell: CellState,
  calibration: Calibration,
): ResultCell["metrics"] {
  const samples = new Map<MetricName, Sample[]>();
  const add = (name: MetricName, sample: Sample) =>
    samples.set(name, [...(samples.get(name) ?? []), sample]);
  const compared = hasOtherLoads(state, cell);
  for (const attempt of attemptsOf(cell, "measure")) {
    if (attempt.finding.kind !== "pass") continue;
    const { start, round } = attempt;
    const counted = { calls: countedCalls(attempt, calibration), turns: attempt.turns };
    for (const metrics of metricsOfTurns(counted, compared)) {
      for (const [name, value] of metrics) add(name, { start, round, value });
    }
  }
  for (const { start, phase, first } of state.starts) {
    if (phase !== "measure" || first?.cell !== cell.spec.id) continue;
    if (first.attempt.finding.kind !== "pass") continue;
    const cold = metricsOfOne(first.attempt);
    for (const [name, metric] of COLD) {
      const value = cold.get(metric);
      if (value !== undefined) add(name, { start, round: 0, value });
    }
  }
  if (!usesTools(state, cell)) samples.delete("toolCallMs");
  const metrics: ResultCell["metrics"] = {};
  for (const name of METRIC_NAMES) {
    const summary = summarize(samples.get(name) ?? []);
    if (summary !== null) metrics[name] = summary;
  }
  return metrics;
}

/** Whether the same is asked under another load, too. */
function hasOtherLoads({ plan }: RunState, { spec }: CellState): boolean {
  const key = keyWithoutLoad(spec);
  return plan.cells.some((other) => other.id !== spec.id && keyWithoutLoad(other) === key);
}

const COLD: readonly [MetricName, MetricName][] = [
  ["coldTtftMs", "ttftMs"],
  ["coldTurnMs", "turnMs"],
];

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

function outcomeOf(state: RunState, cell: CellState): Outcome {
  const counted = cell.attempts.filter(
    (attempt) =>
      attempt.phase === "probe" ||
      attempt.phase === "measure" ||
      (attempt.phase === "warmup" && attempt.finding.kind !== "pass"),
  );
  const ok = counted.filter((attempt) => attempt.finding.kind === "pass").length;
  const failed = counted.filter((attempt) => attempt.finding.kind !== "pass");
  const failures = countKinds(failed);
  const attempts = { ok, failed: failed.length };
  const worst = failures[0];
  if (hasPassed(cell) && ok >= failed.length) {
    return { ...row("pass", null), evidence: flakeEvidence(failed), attempts, failures };
  }
  if (worst !== undefined) {
    const finding = failed.find((attempt) => attempt.finding.kind === worst.kind)?.finding;
    const told = row(worst.kind, null);
    const remedy = finding?.remedy ?? told.remedy;
    return { ...told, remedy, evidence: finding?.evidence ?? null, attempts, failures };
  }
  if (ok > 0) return { ...row("pass", null), evidence: null, attempts, failures };
  const refused = cell.spec.applicable ? refusal(state, cell) : null;
  if (refused !== null) {
    const { remedy } = OUTCOMES["out-of-memory"];
    const told = row("not-run", "doesnt-fit");
    return { ...told, ...DOESNT_FIT, remedy, ...refused, attempts, failures };
  }
  return { ...row("not-run", notRunReason(state, cell)), evidence: null, attempts, failures };
}

const DOESNT_FIT = {
  meaning: "It was not sent: its prompt needs more memory than there is, as shorter ones foretell.",
};

function row(kind: OutcomeKind, reason: NotRunReason | null) {
  const { meaning, remedy } = OUTCOMES[kind];
  return { kind, reason, meaning, remedy };
}

/** A passing cell that sometimes fails says so. */
function flakeEvidence(failed: Attempt[]): string | null {
  const first = failed[0];
  return first === undefined
    ? null
    : `sometimes fails: ${first.finding.kind}: ${first.finding.evidence ?? ""}`;
}

function countKinds(failed: Attempt[]): Outcome["failures"] {
  const counts = new Map<OutcomeKind, number>();
  for (const { finding } of failed) counts.set(finding.kind, (counts.get(finding.kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => ({ kind, count })).sort((a, b) => b.count - a.count);
}

function notRunReason(state: RunState, cell: CellState): NotRunReason {
  if (cell.refused !== undefined) return "retired";
  if (!cell.spec.applicable) return "not-applicable";
  if (state.stopped === "time-budget") return "budget";
  if (state.interrupted !== null || !state.ended) return "interrupted";
  return "engine-gone";
}
