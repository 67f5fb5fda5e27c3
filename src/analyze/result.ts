/** State to Result. Pure: a run that was killed and one that ended are told by the same code. */
import { createHash } from "node:crypto";
import {
  type Attempt,
  attemptsOf,
  type CellState,
  hasPassed,
  type RunState,
} from "../journal/state.ts";
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
  type Warning,
} from "../result.ts";
import { type Calibration, type CountedTokens, countTokens } from "./calibrate.ts";
import { classifyExit } from "./classify.ts";
import { attemptMetrics } from "./metrics.ts";
import { OUTCOMES } from "./outcomes.ts";
import { recommend } from "./recommend.ts";
import { summarize } from "./statistics.ts";

export interface ResultContext {
  /** The settings as JSON5, for the recommended combination. */
  renderConfig: (compat: Compat) => string;
  /** The compat flags of the guide's own config. */
  guideCompat: Compat;
}

/** What the journal adds up to, also when it breaks off in the middle. */
export function toResult(state: RunState, context: ResultContext): Result {
  const cells = [...state.cells.values()].map((cell) => toCell(state, cell));
  const chosen = recommend(cells, context.guideCompat);
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
    plan: {
      rounds: state.plan.rounds,
      starts: state.plan.starts,
      maxTokens: state.plan.maxTokens,
      timeoutMs: state.plan.timeoutMs,
      seed: state.plan.seed,
      memoryLimitBytes: state.plan.memoryLimitBytes,
      estimateMs: state.estimateMs,
    },
    requests: countRequests(state),
    variants: [...state.variants.values()].flatMap((variant) => variant.provisioned ?? []),
    starts: state.starts.map((start) => ({
      variant: start.variant,
      start: start.start,
      phase: start.phase,
      readyMs: start.readyMs,
      peakMemory: start.peak ?? start.exit?.peak ?? null,
      end: endOf(start),
    })),
    cells,
    recommendation:
      chosen === null
        ? null
        : { ...chosen, settings: [], openclawConfig: context.renderConfig(chosen.compat) },
    fit: null,
    comparison: null,
    verdict: null,
    warnings: [...state.warnings, ...derivedWarnings(state, cells)],
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
  const partial =
    unmeasured(state).length > 0 ||
    cells.some((cell) => cell.outcome.reason === "budget" || cell.outcome.reason === "engine-gone");
  const status = partial || state.stopped !== null ? "partial" : "complete";
  if (asked.length > 0 && cells.every((cell) => cell.outcome.kind !== "pass")) {
    const detail = `nothing works: all ${asked.length} cells that were asked failed`;
    return { status, exitReason: "all-failed", exitDetail: detail };
  }
  return { status, exitReason: "ok", exitDetail: null };
}

/** Cells that passed their probes and did not get all their rounds. */
function unmeasured(state: RunState): CellState[] {
  const rounds = state.plan.starts * state.plan.rounds;
  return [...state.cells.values()].filter(
    (cell) => hasPassed(cell) && attemptsOf(cell, "measure").length < rounds,
  );
}

function countRequests(state: RunState): Result["requests"] {
  const counts = { probe: 0, calibrate: 0, warmup: 0, measure: 0, settle: state.settleRequests };
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
  return { kind, exitCode: exit.exitCode, signal: exit.signal, logTail };
}

function toCell(state: RunState, cell: CellState): ResultCell {
  const scenario = state.plan.scenarios.find((each) => each.name === cell.spec.scenario);
  const calibration = calibrationOf(state, cell);
  const measured = attemptsOf(cell, "measure");
  const passed = measured.filter((attempt) => attempt.finding.kind === "pass");
  const shown = passed.at(-1) ?? cell.attempts.find((attempt) => attempt.finding.kind === "pass");
  const tokens = tokensOf(shown ?? cell.attempts.at(-1), calibration);
  return {
    id: cell.spec.id,
    variant: cell.spec.variant,
    scenario: cell.spec.scenario,
    scenarioDigest: scenario?.digest ?? "",
    scale: scenario?.scale ?? 1,
    compat: cell.spec.compat,
    settings: {},
    outcome: outcomeOf(state, cell),
    tokens: {
      prompt: tokens?.prompt ?? null,
      promptSource: tokens?.promptSource ?? null,
      output: tokens?.output ?? null,
      outputSource: tokens?.outputSource ?? null,
    },
    requestBytes: largestRequest(cell),
    metrics: metricsOf(passed, calibration),
    peakMemory: largestPeak(cell.attempts),
    requestDigest: digestOf(cell),
  };
}

function tokensOf(
  attempt: Attempt | undefined,
  calibration: Calibration | null,
): CountedTokens | null {
  const call = attempt?.calls[0];
  return call === undefined ? null : countTokens(call, 0, calibration);
}

function largestRequest(cell: CellState): number | null {
  const sizes = cell.attempts.flatMap((attempt) =>
    attempt.calls.map((call) => call.exchange.requestBytes),
  );
  return sizes.length === 0 ? null : Math.max(...sizes);
}

function largestPeak(attempts: readonly Attempt[]): Memory | null {
  return attempts.reduce<Memory | null>(
    (most, { peak }) => (peak !== null && peak.bytes > (most?.bytes ?? -1) ? peak : most),
    null,
  );
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

/** The cell's own calibration, or that of a cell of the same variant that sends the same bytes. */
function calibrationOf(state: RunState, cell: CellState): Calibration | null {
  const passedProbe = (each: CellState) =>
    attemptsOf(each, "probe").find((probe) => probe.finding.kind === "pass");
  const probe = passedProbe(cell);
  if (probe === undefined) return null;
  const twins = [...state.cells.values()].filter(
    (each) =>
      each.spec.variant === cell.spec.variant &&
      passedProbe(each)?.requestDigest === probe.requestDigest,
  );
  const plain = twins
    .flatMap((each) => attemptsOf(each, "calibrate"))
    .find((attempt) => attempt.finding.kind === "pass");
  if (plain === undefined) return null;
  return {
    calls: plain.calls.map(({ trace }) => ({
      promptTokens: trace.usage?.promptTokens ?? null,
      outputTokens: trace.usage?.outputTokens ?? null,
      text: trace.text,
    })),
    streamed: probe.calls.map(({ trace }) => ({ chunks: trace.chunkMs.length, text: trace.text })),
  };
}

function metricsOf(passed: Attempt[], calibration: Calibration | null): ResultCell["metrics"] {
  const samples = new Map<MetricName, Sample[]>();
  for (const attempt of passed) {
    const calls = attempt.calls.map((call, index) => ({
      ...call,
      tokens: countTokens(call, index, calibration),
    }));
    for (const [name, value] of attemptMetrics(calls)) {
      const list = samples.get(name) ?? [];
      list.push({ start: attempt.start, round: attempt.round, value });
      samples.set(name, list);
    }
  }
  const metrics: ResultCell["metrics"] = {};
  for (const name of METRIC_NAMES) {
    const summary = summarize(samples.get(name) ?? []);
    if (summary !== null) metrics[name] = summary;
  }
  return metrics;
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
  return { ...row("not-run", notRunReason(state, cell)), evidence: null, attempts, failures };
}

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
  if (!cell.spec.applicable) return "not-applicable";
  if (state.stopped === "time-budget") return "budget";
  if (state.interrupted !== null || !state.ended) return "interrupted";
  return "engine-gone";
}

function derivedWarnings(state: RunState, cells: ResultCell[]): Warning[] {
  const warnings: Warning[] = [];
  const flaky = cells.filter(
    (cell) => cell.outcome.kind === "pass" && cell.outcome.attempts.failed > 0,
  );
  if (flaky.length > 0) {
    const names = flaky.map((cell) => cell.id).join("; ");
    warnings.push({ code: "flaky", text: `Works, but not every time: ${names}.` });
  }
  const guessed = cells.filter(
    (cell) => cell.outcome.kind === "pass" && cell.tokens.outputSource === "chunks",
  );
  if (guessed.length > 0) {
    const text = `Output tokens of ${guessed.length} cells are counted by chunks, one token each: the server gave no count, so tokens/s may be too low.`;
    warnings.push({ code: "tokens-by-chunks", text });
  }
  if (state.stopped === "time-budget") {
    const text = "The time budget ended the run before every round was measured.";
    warnings.push({ code: "time-budget", text });
  }
  const short =
    state.ended && state.stopped === null && state.interrupted === null ? unmeasured(state) : [];
  if (short.length > 0) {
    const names = short.map((cell) => cell.spec.id).join("; ");
    const text = `Not every round could be measured, because the engine died or hung too often: ${names}.`;
    warnings.push({ code: "rounds-missing", text });
  }
  const gone = cells.filter((cell) => cell.outcome.reason === "engine-gone");
  if (gone.length > 0) {
    const cause = [...state.variants.values()].find((each) => each.failure !== null)?.failure;
    const text = `${gone.length} cells were not run: ${cause ?? "the engine died too often"}.`;
    warnings.push({ code: "engine-gone", text });
  }
  return warnings;
}
