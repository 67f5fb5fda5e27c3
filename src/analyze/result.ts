/** State to Result. Pure: a run that was killed and one that ended are told by the same code. */
import { createHash } from "node:crypto";
import {
  type Attempt,
  attemptsOf,
  type CellState,
  hasPassed,
  type RunState,
} from "../journal/state.ts";
import { lockOfRun } from "../lock/of-run.ts";
import { ALONE, lightest } from "../plan/load.ts";
import { isSynthetic, mainVariantOf } from "../plan/types.ts";
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
import { comparisonWarnings } from "./comparison/differs.ts";
import { compareVariants } from "./comparison/result.ts";
import { classifyExit, memoryKiller } from "./death.ts";
import { exitOf } from "./exit.ts";
import { figuresIn } from "./figures.ts";
import { refusal } from "./fit/gate.ts";
import { fitOf } from "./fit/result.ts";
import { calibrationOf } from "./knowledge.ts";
import { machineWarnings, platformOfRun } from "./machine-warnings.ts";
import { OUTCOMES } from "./outcomes.ts";
import { overheadOf } from "./overhead.ts";
import { recommend } from "./recommend.ts";
import { climbedRecommendation, laddersOf } from "./remedies/result.ts";
import { samplingOf } from "./sampling.ts";
import { summarize } from "./statistics.ts";
import { metricsOfOne } from "./turn-metrics.ts";
import { derivedWarnings } from "./warnings.ts";

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
  const main = mainVariantOf(state.plan)?.name;
  // Of a comparison base is what head is measured by: what works, and what to use, is head's to say.
  const own = cells.filter(({ variant }) => variant === main);
  const planned = own.filter(({ rung }) => rung === undefined);
  const chosen = recommend(lightest(planned), context.guideCompat);
  const compared = compareVariants(state, cells);
  const exit = exitOf(state, own, compared);
  return {
    schema: RESULT_SCHEMA_ID,
    ...exit,
    tool: state.tool,
    label: state.label,
    command: state.command,
    lock: lockOfRun(state),
    startedAt: state.startedAt,
    durationMs: state.elapsedMs,
    simulated: state.plan.variants.some((variant) => variant.engine.kind === "sim"),
    synthetic: state.plan.variants.some(isSynthetic),
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
      ...(start.pair === null ? {} : { pair: start.pair }),
      readyMs: start.readyMs,
      peakMemory: start.peak ?? start.exit?.peak ?? null,
      peakVramBytes: start.exit?.peakVramBytes ?? null,
      portsTaken: start.portsTaken,
      failure:
        start.failure === null
          ? null
          : { kind: start.failure.kind, evidence: start.failure.evidence },
      end: endOf(start, isBesideFailure(state, start)),
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
    comparison: compared?.comparison ?? null,
    verdict: compared?.verdict ?? null,
    warnings: [
      ...state.warnings,
      ...machineWarnings(state),
      ...derivedWarnings(state, cells),
      ...comparisonWarnings(state),
    ],
  };
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

/** In a comparison: probes, starts made because head failed, and those whose twin did not end as asked. */
function isBesideFailure(
  { plan, starts }: RunState,
  { pair, phase, confirming }: RunState["starts"][number],
): boolean {
  if (plan.comparison == null) return false;
  const died = ({ exit, failure }: RunState["starts"][number]) =>
    failure !== null || (exit !== null && exit.by !== "us");
  const twins = pair === null ? [] : starts.filter((start) => start.pair === pair);
  return phase === "probe" || confirming || twins.some(died);
}

/** @param isBesideHead its log is wanted beside head's, which may have failed */
function endOf(
  start: RunState["starts"][number],
  isBesideHead: boolean,
): Result["starts"][number]["end"] {
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
  const logTail = kind === "stopped" && !isBesideHead ? [] : exit.logTail;
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
  const figures = figuresIn(state, cell, calibration);
  const confirming = confirmingStarts(state, cell.spec.variant);
  for (const attempt of attemptsOf(cell, "measure")) {
    if (attempt.finding.kind !== "pass" || confirming.has(attempt.start)) continue;
    const { start, round } = attempt;
    for (const metrics of figures(attempt)) {
      for (const [name, value] of metrics) add(name, { start, round, value });
    }
  }
  for (const { start, phase, confirming, first } of state.starts) {
    if (phase !== "measure" || confirming || first?.cell !== cell.spec.id) continue;
    if (first.attempt.finding.kind !== "pass") continue;
    const cold = metricsOfOne(first.attempt);
    for (const [name, metric] of COLD) {
      const value = cold.get(metric);
      if (value !== undefined) add(name, { start, round: 0, value });
    }
  }
  const metrics: ResultCell["metrics"] = {};
  for (const name of METRIC_NAMES) {
    const summary = summarize(samples.get(name) ?? []);
    if (summary !== null) metrics[name] = summary;
  }
  return metrics;
}

/** Made to see whether head fails again: what they take is in no figure. */
function confirmingStarts({ starts }: RunState, variant: string): ReadonlySet<number> {
  const own = starts.filter((start) => start.confirming && start.variant === variant);
  return new Set(own.map(({ start }) => start));
}

const COLD: readonly [MetricName, MetricName][] = [
  ["coldTtftMs", "ttftMs"],
  ["coldTurnMs", "turnMs"],
];

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
