/**
 * Whether a turn of OpenClaw fits: the ladder of short prompts that every run climbs, in a journal
 * that is kept in memory only, and what it foretells of the turn and of each rung.
 */
import { fitOf } from "../analyze/fit/result.ts";
import { type AskedTurn, fitTurns } from "../analyze/fit/turns.ts";
import type { PromptSize } from "../analyze/remedies/climb.ts";
import { ClientPool } from "../drive/pool.ts";
import type { RunningEngine } from "../engine/engine.ts";
import { serverProcess } from "../host/listener.ts";
import { commandOf } from "../host/proc.ts";
import type { JournalEvent } from "../journal/events.ts";
import { foldEntry } from "../journal/fold.ts";
import type { RunState } from "../journal/state.ts";
import { perform, type World } from "../perform.ts";
import { nextLook } from "../plan/ladder.ts";
import type { Plan, VariantSpec } from "../plan/types.ts";
import { duration, list } from "../report/format.ts";
import type { Environment, FitTurn, VariantFit } from "../result.ts";
import type { Asker } from "./asker.ts";
import type { Subject } from "./options.ts";
import { type DoctorStep, failed, passed, skipped } from "./steps.ts";

export const AS_CONFIGURED = "OpenClaw's turn as configured";

export interface FitFacts {
  subject: Subject;
  asker: Asker;
  environment: Environment;
  /** The turn's request as configured: its text is what the ladder's prompts are made of. */
  turnBody: string;
  /** The provider's timeoutSeconds, ms; null: not set. */
  clientTimeoutMs: number | null;
  signal: AbortSignal;
  /** False: its streams were seen to carry no counts, so they aren't tried. */
  streamsCount: boolean;
  /** Told before each prompt. */
  onLook(tokens: number): void;
}

export class DoctorFit {
  readonly data: VariantFit;
  /** What listens may be a forwarder, or hold its model elsewhere: then its memory says nothing. */
  readonly memoryKnown: boolean;
  readonly #attached: boolean;

  constructor(data: VariantFit, memoryKnown: boolean, attached: boolean) {
    this.data = data;
    this.memoryKnown = memoryKnown;
    this.#attached = attached;
  }

  /** Tokens for each byte of the turn's text. */
  get tokensPerByte(): number | null {
    const counted = this.data.points.findLast(({ promptTokens }) => promptTokens !== null);
    return counted == null ? null : (counted.promptTokens ?? 0) / counted.requestBytes;
  }

  turn(name: string, size: PromptSize): FitTurn | null {
    const tokens = size.tokens ?? this.#tokensOf(size.bytes);
    if (tokens === null) return null;
    const asked: AskedTurn = {
      ...{ name, requestBytes: size.bytes, promptTokens: tokens },
      tokensSource: "estimated",
    };
    return fitTurns(this.data, [asked]).turns.at(-1) ?? null;
  }

  /** On somebody's running server what can't be told for sure doesn't fit. */
  fits({ bytes, tokens }: PromptSize): boolean | null {
    const counted = tokens ?? this.#tokensOf(bytes);
    // Texts differ in how many bytes a token of theirs has.
    const most = counted === null ? null : Math.ceil(counted * (this.#attached ? 1 + SPREAD : 1));
    const turn = this.turn("", { bytes, tokens: most });
    if (turn === null) return null;
    if (turn.fitsWindow === false) return false;
    if (!this.memoryKnown || turn.fitsHere === null) return null;
    if (turn.fitsHere === "uncertain") return !this.#attached;
    return turn.fitsHere === "yes";
  }

  /** Lower bound of the longest prompt that fits; null: not known. */
  get longestTokens(): number | null {
    const { longest } = this.data;
    if (longest === null || (longest.limitedBy === "memory" && !this.memoryKnown)) return null;
    return longest.low;
  }

  /** Upper bound, ms. */
  prefillMs(tokens: number): number | null {
    return this.turn("", { bytes: 0, tokens })?.prefillMs?.high ?? null;
  }

  /** With these turns beside the one as configured. */
  withTurns(turns: readonly { name: string; size: PromptSize }[]): VariantFit {
    const asked = turns.flatMap(({ name, size }): AskedTurn[] => {
      const promptTokens = size.tokens ?? this.#tokensOf(size.bytes);
      return promptTokens === null
        ? []
        : [{ name, requestBytes: size.bytes, promptTokens, tokensSource: "estimated" }];
    });
    return fitTurns(this.data, asked);
  }

  #tokensOf(bytes: number): number | null {
    const each = this.tokensPerByte;
    return each === null ? null : Math.ceil(bytes * each);
  }
}

/** Grown by less than this from the shortest prompt to the longest, memory says nothing. */
const LEAST_GROWTH = 1.01;
/** As the fit's own. */
const SPREAD = 0.15;
const VARIANT = "doctor";
const CELL = "doctor/turn";

export async function fit(facts: FitFacts): Promise<{ step: DoctorStep; fit: DoctorFit | null }> {
  const { asker, subject } = facts;
  const from = performance.now();
  const state = begin(facts);
  let seq = 1;
  const { world, close } = worldOf(facts, (event) => {
    foldEntry(state, { seq: seq++, tMs: performance.now() - from, ...event });
  });
  try {
    for (;;) {
      const planned = nextLook(state, VARIANT);
      if (planned === null || planned.kind === "over" || facts.signal.aborted) break;
      const next = { ...planned, stream: planned.stream && facts.streamsCount };
      facts.onLook(next.rung);
      asker.begin({
        words: `a prompt of about ${next.rung} tokens`,
        ...{ promptTokens: next.rung, maxTokens: 1, stream: next.stream },
      });
      await perform({ ...next, variant: VARIANT, start: 0 }, state, world);
      if (facts.signal.aborted) break;
      asker.end();
    }
  } finally {
    await close();
  }
  const [data] = fitOf(state, [], facts.clientTimeoutMs) ?? [];
  const tookMs = performance.now() - from;
  if (data === undefined) return { step: skipped("fit", "no prompt was asked"), fit: null };
  const attached = subject.kind === "attached";
  const found = new DoctorFit(data, isKnown(data, subject, asker.engine), attached);
  return { step: stepOf(found, tookMs), fit: found };
}

function stepOf(found: DoctorFit, tookMs: number): DoctorStep {
  const { data } = found;
  const longest = data.points.at(-1);
  const sent = `prompts of ${list([...new Set(data.points.map(({ rung }) => String(rung)))])} tokens, one token each`;
  const bad = data.points.find(({ outcome }) => outcome !== "pass" && outcome !== "empty-reply");
  if (data.ladder.end === "died" || (data.ladder.end === "failed" && bad !== undefined)) {
    const kind = bad?.outcome ?? "engine-crashed";
    const came = `a prompt of ${longest?.rung} tokens: ${bad?.evidence ?? "the server died"}`;
    return failed("fit", kind, { sent, came, tookMs, evidence: bad?.evidence ?? null });
  }
  const turn = data.turns[0] ?? null;
  if (data.memory === null && data.time === null) {
    const few = `too few prompts were counted in ${duration(tookMs)} to foretell anything (--fit-budget SECONDS gives it more)`;
    return skipped("fit", few, { sent, tookMs });
  }
  const words = data.sentence ?? "No limit is known.";
  const unknown = found.memoryKnown
    ? ""
    : " How much memory a prompt takes can't be told from here.";
  const told = { sent, came: `${words}${unknown}`, tookMs };
  if (turn === null) return passed("fit", told);
  if (turn.fitsWindow === false) return failed("fit", "context-length-exceeded", told);
  const size = { bytes: turn.requestBytes ?? 0, tokens: turn.promptTokens };
  if (found.fits(size) === false) {
    const meaning =
      "A turn as configured needs more memory than there is: it would end the server.";
    return failed("fit", "out-of-memory", { ...told, meaning });
  }
  if (turn.fitsTime === "no") return failed("fit", "client-timeout", told);
  return passed("fit", told);
}

/** inferrs keeps its model in its own memory; of others only what grows with the prompt is theirs. */
function isKnown(data: VariantFit, subject: Subject, engine: RunningEngine): boolean {
  if (data.memory === null) return false;
  if (subject.kind === "own" || data.memory.kind === "simulated") return true;
  const pid = serverProcess(engine.baseUrl);
  if (pid !== null && /^inferrs/.test(commandOf(pid) ?? "")) return true;
  const peaks = data.points.flatMap(({ peakBytes }) => (peakBytes === null ? [] : [peakBytes]));
  return (peaks.at(-1) ?? 0) > LEAST_GROWTH * (peaks[0] ?? 0);
}

function begin({ subject, environment, turnBody, asker }: FitFacts): RunState {
  const { options } = subject;
  const variant: VariantSpec = {
    name: VARIANT,
    engine:
      subject.kind === "attached"
        ? { kind: "external", baseUrl: subject.baseUrl, apiKeyEnv: null }
        : options.engine,
    model: options.model,
    device: options.device,
    serverArgs: options.serverArgs,
  };
  const plan: Plan = {
    variants: [variant],
    scenarios: [],
    cells: [
      {
        ...{ id: CELL, variant: VARIANT, scenario: AS_CONFIGURED, compat: {}, applicable: true },
        requestBytes: Buffer.byteLength(turnBody),
      },
    ],
    ...{ starts: 1, rounds: 1, maxTokens: 1, timeBudgetMs: null, seed: options.seed },
    ...{ timeoutMs: options.timeoutMs, memoryLimitBytes: options.memoryLimitBytes },
    ...{ look: options.look, maxRestarts: 0, keepBodies: false },
  };
  const state = foldEntry(null, {
    type: "run-started",
    seq: 0,
    tMs: 0,
    at: new Date().toISOString(),
    tool: { version: "" },
    plan,
    environment,
    estimateMs: null,
    openclawConfig: null,
  });
  if (state === null) throw new Error("a journal that begins is no state");
  const known = state.variants.get(VARIANT);
  if (known !== undefined) known.windowTokens = asker.engine.windowTokens;
  return state;
}

/** As much of a run's world as a look needs. */
function worldOf(facts: FitFacts, append: (event: JournalEvent) => void) {
  const { asker, turnBody, signal } = facts;
  const { engine } = asker;
  const pool = new ClientPool(engine.baseUrl, engine.apiKey);
  const began = performance.now();
  const world: Pick<World, "append" | "signal" | "up" | "now" | "requestsOf"> = {
    ...{ append, signal, up: { engine, pool } },
    now: () => performance.now() - began,
    requestsOf: () => [
      {
        ...{ method: "POST", path: "/v1/chat/completions", body: turnBody, kind: "generate" },
        ...{ stream: true, step: 0, maxTokens: 1 },
      },
    ],
  };
  return { world: world as World, close: () => pool.close() };
}
