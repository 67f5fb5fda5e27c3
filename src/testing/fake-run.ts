/** Plays a whole run through the scheduler and the fold, without a process, a socket or a clock. */
import type { Exchange } from "../drive/types.ts";
import type { EngineExit, StartFailure } from "../engine/types.ts";
import type { AttemptPhase, JournalEntry, JournalEvent } from "../journal/events.ts";
import { foldEntry } from "../journal/fold.ts";
import type { RunState } from "../journal/state.ts";
import { buildPlan } from "../plan/build.ts";
import { combinations } from "../plan/matrix.ts";
import { next, type Step } from "../plan/next.ts";
import type { Judge } from "../plan/pairs/end.ts";
import type { Scenario } from "../plan/scenario.ts";
import { BASE, type CellSpec, type ComparisonPlan, HEAD, type Plan } from "../plan/types.ts";
import { variationOf } from "../plan/variation.ts";
import { NOTHING_CHOSEN, type ResultVariant } from "../result.ts";

/** What one attempt meets. */
export type Fate =
  | "pass"
  | "refused-400"
  | "fails-500"
  | "truncated"
  | "timeout"
  | "hangs"
  | "dies"
  | "out-of-memory"
  /** The answer is there, and this tool was too late to time it. */
  | "lagged";

export interface FakeAttempt {
  cell: string;
  phase: AttemptPhase;
  start: number;
  /** How many attempts this cell has had before. */
  nth: number;
  round: number;
}

export function fakeScenario(name: string, over: Partial<Scenario> = {}): Scenario {
  return {
    name,
    title: name,
    description: "",
    combinations: true,
    needsTools: false,
    vary: true,
    maxTokens: 8,
    scale: 1,
    system: [],
    context: null,
    tools: [],
    steps: [{ kind: "send", messages: [{ role: "user", content: "Hi" }], stream: true }],
    turns: [],
    workspace: {},
    digest: `digest-${name}`,
    ...over,
  };
}

export function fakePlan(over: Partial<Parameters<typeof buildPlan>[0]> = {}): Plan {
  return buildPlan({
    variants: [
      {
        name: "head",
        engine: { kind: "sim", knobs: [] },
        model: { kind: "hub", id: "fake" },
        device: "auto",
        serverArgs: [],
      },
    ],
    scenarios: [fakeScenario("chat"), fakeScenario("agent-turn")],
    combinations: combinations(
      [
        { flag: "requiresStringContent", values: [true, false] },
        { flag: "supportsTools", values: [true, false] },
      ],
      [],
      [],
    ),
    baseCompat: {},
    loads: [{ kind: "closed", concurrency: 1 }],
    starts: 2,
    rounds: 3,
    maxTokens: null,
    timeoutMs: 1000,
    timeBudgetMs: null,
    memoryLimitBytes: null,
    seed: 1,
    keepBodies: false,
    ...over,
  });
}

/** A comparison of two simulators: head's cells know base's. */
export function fakeComparison(
  over: Partial<Parameters<typeof buildPlan>[0]> = {},
  comparison: Partial<ComparisonPlan> = {},
): Plan {
  const [head] = fakePlan(over).variants;
  const variants = over.variants ?? (head ? [{ ...head, name: BASE }, head] : []);
  const plan = fakePlan({
    starts: 8,
    ...over,
    variants,
    comparison: {
      ...{ kind: "variants", intended: [], thresholds: { default: 0.05 }, rounds: null },
      ...comparison,
    },
  });
  return { ...plan, cells: withTwins(plan.cells) };
}

/** Head's cells with those of base that they are compared with. */
export function withTwins(cells: readonly CellSpec[]): CellSpec[] {
  return cells.map((cell) =>
    cell.variant === HEAD ? { ...cell, base: `${BASE}${cell.id.slice(HEAD.length)}` } : cell,
  );
}

export interface FakeRun {
  state: RunState;
  steps: Step[];
  entries: JournalEntry[];
  attempts: FakeAttempt[];
}

/** What a fake run may meet beside its attempts. */
export interface FakeWorld {
  /** Where a comparison stands; absent: as its verdict says. */
  judge?: Judge;
  /** Starts that come to nothing. */
  startFails?: (step: Step & { kind: "start" }) => StartFailure["kind"] | null;
  /** Variants that can't be provisioned. */
  missing?: readonly string[];
  /** Told before each step: an event of the outside, a signal for instance. */
  before?: (state: RunState) => JournalEvent | null;
  /** How fast a streamed reply comes; absent: at once. */
  timing?: (attempt: FakeAttempt & { variant: string }) => FakeTiming;
  readyMs?: (step: Step & { kind: "start" }) => number;
  /** What a variant turned out to be. */
  provisioned?: (variant: ResultVariant) => ResultVariant;
}

/** Of a streamed reply of three chunks, whose tokens the server counts. */
export interface FakeTiming {
  ttftMs: number;
  /** From the first chunk to the last. */
  decodeMs: number;
  tokens?: number;
}

/**
 * Runs the plan to its end.
 * @param fate decides what each attempt meets
 * @param stepsAtMost a scheduler that goes on for ever is a failed test
 */
export function fakeRun(
  plan: Plan,
  fate: (attempt: FakeAttempt) => Fate = () => "pass",
  stepsAtMost = 2000,
  /** Bytes of a cell's prompt as it would be captured; null: it can't be. */
  sizeOf: (cell: CellSpec) => number | null = () => null,
  world: FakeWorld = {},
): FakeRun {
  const entries: JournalEntry[] = [];
  // What pairs cost is told by time: an attempt's is less than that between two events.
  const tick = plan.comparison == null ? 1 : 10;
  let state: RunState | null = null;
  const append = (event: JournalEvent) => {
    const entry: JournalEntry = { seq: entries.length, tMs: entries.length * tick, ...event };
    entries.push(entry);
    state = foldEntry(state, entry);
  };
  append({
    type: "run-started",
    at: "2026-01-01T00:00:00.000Z",
    tool: { version: "0.0.0" },
    plan,
    environment: {
      fingerprint: "f",
      os: { platform: "linux", release: "6", arch: "x64", image: "Fake 1" },
      cpu: { model: "fake", cores: 2, limitCores: null, governor: null },
      memoryBytes: 8e9,
      memoryLimitBytes: null,
      swapBytes: 0,
      runner: null,
      gpus: [],
      node: "v24.0.0",
    },
    estimateMs: 1000,
    openclawConfig: {},
  });
  const attempts: FakeAttempt[] = [];
  const steps: Step[] = [];
  /** The allocator keeps what the ladder's longest prompt took. */
  const peakAfter = (start: number) => {
    const looks = entries.flatMap((each) => (each.type === "looked" ? [each] : []));
    if (looks.length === 0) return null;
    const kept = looks.filter((each) => each.start === start).at(-1)?.peak?.bytes ?? 61e6;
    return { bytes: kept, kind: "simulated" as const, swapBytes: null };
  };
  const sends = (id: string) => {
    const spec = now(state).cells.get(id)?.spec;
    const scenario = plan.scenarios.find((each) => each.name === spec?.scenario);
    return plan.turn !== undefined || scenario?.steps.length !== 0;
  };
  const ask = (
    cell: string,
    phase: AttemptPhase,
    start: number,
    round: number,
    variant: string,
    variation = phase === "calibrate" ? 0 : variationOf(phase, round),
    limit: number | null = null,
  ) => {
    const before = now(state).cells.get(cell)?.attempts.length ?? 0;
    const attempt = { cell, phase, start, nth: before, round };
    attempts.push(attempt);
    const met = fate(attempt);
    const exit = met === "dies" || met === "out-of-memory" ? fakeExit(met) : null;
    append({
      type: "attempt",
      phase,
      cell,
      variant,
      start,
      round,
      variation,
      limit,
      ...(plan.comparison == null ? {} : { atMs: entries.length * tick }),
      exchanges: sends(cell)
        ? [
            fakeExchange(
              `${cell} ${variation}`,
              met,
              phase !== "calibrate",
              world.timing?.({ ...attempt, variant }),
            ),
          ]
        : [],
      loggedPromptTokens: [12],
      exit,
      silentCpuMs: met === "hangs" ? 0 : null,
      peak: peakAfter(start),
      ...(met === "lagged" ? { client: { cpuMs: 1, loopDelayMs: 900, tookMs: 1000 } } : {}),
    });
    if (exit !== null) append({ type: "engine-died", variant, start, exit });
  };
  for (let count = 0; count < stepsAtMost; count++) {
    const event = world.before?.(now(state)) ?? null;
    if (event !== null) append(event);
    const step = next(now(state), world.judge);
    steps.push(step);
    if (step.kind === "done") {
      append({ type: "run-ended" });
      return { state: now(state), steps, entries, attempts };
    }
    const { variant } = step;
    if (step.kind === "provision") {
      const cells = plan.cells.flatMap((cell) => {
        const requestBytes = sizeOf(cell);
        return requestBytes === null ? [] : [{ cell: cell.id, requestBytes }];
      });
      if (cells.length > 0) append({ type: "captured", cells });
      if (world.missing?.includes(variant)) {
        append({ type: "provision-failed", variant, message: "not to be had" });
        continue;
      }
      const described = fakeVariant(variant);
      append({ type: "provisioned", variant: world.provisioned?.(described) ?? described });
    } else if (step.kind === "rung") {
      const { part, cell } = step;
      if (part === "capture") {
        const requestBytes = sizeOf(cell);
        const rungs = cell.rung?.rungs ?? [];
        append({ type: "rung-captured", variant, rungs, requestBytes, why: null });
      } else append({ type: "rung-tried", variant, cell, refused: null });
    } else if (step.kind === "start") {
      const { start, phase } = step;
      append({ type: "start-begun", variant, start, phase, ...step.pair });
      const kind = world.startFails?.(step) ?? null;
      if (kind !== null) {
        const failure = { kind, evidence: "it would not", exit: fakeExit("us") };
        append({ type: "start-failed", variant, start, failure });
        continue;
      }
      const readyMs = world.readyMs?.(step) ?? 5;
      append({ type: "start-ready", variant, start, readyMs, servedId: "fake", version: null });
    } else if (step.kind === "settle") {
      append({ type: "settled", variant, start: step.start, idle: true, requests: 1, tookMs: 1 });
    } else if (step.kind === "stop") {
      append({ type: "start-ended", variant, start: step.start, exit: fakeExit("us"), peak: null });
    } else if (step.kind === "measure") {
      for (const cell of step.cells) {
        ask(cell, step.warmup ? "warmup" : "measure", step.start, step.round, variant);
        if (now(state).live === null || now(state).live?.unsettled || now(state).live?.hung) break;
      }
    } else if (step.kind === "probe") ask(step.cell, "probe", step.start, step.round, variant);
    else if (step.kind === "crosscheck") {
      const checked = { exchanges: [], loggedPromptTokens: [], exit: null };
      append({
        type: "crosschecked",
        variant,
        start: step.start,
        atMs: entries.length,
        ...checked,
      });
    } else if (step.kind === "replay") {
      const { cell, start } = step;
      const nothing = { exchanges: [], loggedPromptTokens: [], exit: null, silentCpuMs: null };
      append({ type: "replayed", cell, variant, start, atMs: entries.length, ...nothing });
    } else if (step.kind === "confirm") {
      const { cell, start } = step;
      append({
        type: "confirmed",
        cell,
        variant,
        start,
        atMs: entries.length,
        runs: [],
        exit: null,
      });
    } else if (step.kind === "look") {
      append({ type: "looked", variant, atMs: entries.length, ...fakeLook(step) });
    } else {
      const { variation, limit } = step;
      ask(step.cell, "calibrate", step.start, 0, variant, variation, limit);
    }
  }
  throw new Error(`no end after ${stepsAtMost} steps`);
}

function now(state: RunState | null): RunState {
  if (state === null) throw new Error("not begun");
  return state;
}

/** Linear memory and time: 16 KiB and 1 ms a token. */
function fakeLook({ start, rung, requestBytes, stream, tools }: Step & { kind: "look" }) {
  const exchange = fakeExchange(`look-${rung}`, "pass", stream);
  const segments = exchange.segments.map((each) => ({ ...each, tNs: rung * 1e6 }));
  const end = { kind: "closed" as const, tNs: rung * 1e6 + 1e6 };
  return {
    ...{
      start,
      rung,
      tools,
      loggedPromptTokens: [rung],
      exit: null,
      silentCpuMs: null,
      roomBytes: null,
    },
    exchanges: [{ ...exchange, requestBytes, segments, end }],
    peak: { bytes: 6e7 + rung * 16_384, kind: "simulated" as const, swapBytes: null },
  };
}

function fakeVariant(name: string): ResultVariant {
  return {
    name,
    engine: { kind: "sim", version: null, sha256: null, source: null, baseUrl: null, knobs: {} },
    model: { kind: "hub", id: "fake", servedId: null, digest: null, provenance: null },
    server: { device: null, deviceSeen: null, args: [], chosen: NOTHING_CHOSEN },
    openclaw: { client: "bench", version: null, integrity: null, node: null, configDigest: "c" },
  };
}

function fakeExit(by: "us" | "dies" | "out-of-memory"): EngineExit {
  return {
    exitCode: by === "us" ? 0 : null,
    signal: by === "us" ? null : "SIGKILL",
    by: by === "us" ? "us" : "itself",
    oomKills: by === "out-of-memory" ? 1 : 0,
    peak: { bytes: 1e9, kind: "rss", swapBytes: 0 },
    logTail: [],
    limitBytes: null,
  };
}

function fakeExchange(
  prompt: string,
  fate: Fate,
  stream: boolean,
  timing: FakeTiming | null = null,
): Exchange {
  const chunk = (content: string) =>
    `data: ${JSON.stringify({ id: "chatcmpl-1", choices: [{ delta: { content }, finish_reason: null }] })}\n\n`;
  const answer = stream
    ? `${chunk("a")}${chunk("b")}${fate === "truncated" ? "" : "data: [DONE]\n\n"}`
    : JSON.stringify({
        id: "chatcmpl-1",
        choices: [{ message: { content: "ab" }, finish_reason: "length" }],
        usage: { prompt_tokens: 12, completion_tokens: 3 },
      });
  const refused = fate === "refused-400" || fate === "fails-500";
  const timed = stream && !refused && timing !== null ? timedReply(chunk, timing) : null;
  const body = refused ? '{"error":{"message":"no"}}' : answer;
  return {
    method: "POST",
    path: "/v1/chat/completions",
    step: 0,
    kind: "generate",
    stream,
    sentNs: 0,
    requestBytes: 100,
    requestDigest: `body-of-${prompt}`,
    requestBody: null,
    connectMs: null,
    status: fate === "refused-400" ? 400 : fate === "fails-500" ? 500 : 200,
    headersNs: 1,
    headers: {
      "content-type": stream && !refused ? "text/event-stream" : "application/json",
    },
    segments:
      timed !== null && (fate === "pass" || fate === "lagged")
        ? timed.segments
        : [{ tNs: 1e6, bytes: Buffer.from(body) }],
    end:
      fate === "timeout" || fate === "hangs"
        ? { kind: "timeout", tNs: 1e9, error: "no byte for 1.0 s" }
        : fate === "dies" || fate === "out-of-memory"
          ? { kind: "reset", tNs: 1e9, error: "other side closed" }
          : { kind: "closed", tNs: timed?.endNs ?? 2e6 },
  };
}

function timedReply(chunk: (content: string) => string, timing: FakeTiming) {
  const { ttftMs, decodeMs, tokens = 3 } = timing;
  const at = (ms: number) => Math.round((ttftMs + ms) * 1e6);
  const usage = { prompt_tokens: 12, completion_tokens: tokens };
  const last = `data: ${JSON.stringify({ id: "chatcmpl-1", choices: [], usage })}\n\ndata: [DONE]\n\n`;
  const parts: [number, string][] = [
    [at(0), chunk("a")],
    [at(decodeMs / 2), chunk("b")],
    [at(decodeMs), chunk("c")],
    [at(decodeMs) + 1000, last],
  ];
  const segments = parts.map(([tNs, text]) => ({ tNs, bytes: Buffer.from(text) }));
  return { segments, endNs: at(decodeMs) + 2000 };
}
