/** What a climb is decided by: sizes of prompts, what fits, and the figures that follow. Pure. */
import { forecast } from "../../analyze/fit/fit.ts";
import { tooLarge } from "../../analyze/fit/gate.ts";
import { longestPrompt } from "../../analyze/fit/longest.ts";
import { roomBytes, tokensIn } from "../../analyze/fit/looks.ts";
import { type PromptSize, sizeKey } from "../../analyze/remedies/climb.ts";
import { type Fitting, fittingOf, sessionFits } from "../../analyze/remedies/fitting.ts";
import {
  type LadderContext,
  modelPath,
  providerPath,
  type Rung,
} from "../../analyze/remedies/rungs.ts";
import type { CellState, RunState } from "../../journal/state.ts";
import type { OutcomeKind } from "../../result.ts";
import { clientWaitsMs } from "../client-limits.ts";
import { settledAs } from "../settled.ts";
import type { RemedyPlan } from "../types.ts";
import { FILLED_WINDOW } from "./cells.ts";

export interface Facts {
  state: RunState;
  remedies: RemedyPlan;
  from: CellState;
  context: LadderContext;
  whole: Rung[];
  sizeOf(rungs: readonly string[]): PromptSize | null;
  /** That fits here; null: not known. */
  longestTokens: number | null;
  roomWanted: boolean;
}

export function capturedWith(
  state: RunState,
  variant: string,
  whole: Rung[],
  rungs: readonly string[],
) {
  const key = sizeKey(whole, rungs);
  return state.variants.get(variant)?.rungSizes.find((each) => sizeKey(whole, each.rungs) === key);
}

export function sizeWith(
  state: RunState,
  from: CellState,
  whole: Rung[],
  rungs: readonly string[],
): PromptSize | null {
  const captured =
    sizeKey(whole, rungs) === ""
      ? from.spec.requestBytes
      : capturedWith(state, from.spec.variant, whole, rungs)?.bytes;
  if (captured == null) return null;
  return { bytes: captured, tokens: tokensFor(state, from, captured) };
}

/** By the ladder of prompts; without one, by the turns that were counted. */
function tokensFor(state: RunState, from: CellState, bytes: number): number | null {
  const looks = state.variants.get(from.spec.variant)?.looks ?? [];
  if (looks.some(({ promptTokens }) => promptTokens !== null)) return tokensIn(looks, bytes).value;
  for (const { attempts } of state.cells.values()) {
    for (const { exchange, tokens } of attempts.flatMap(({ calls }) => calls)) {
      if (tokens.prompt !== null && exchange.requestBytes > 0) {
        return Math.ceil((bytes * tokens.prompt) / exchange.requestBytes);
      }
    }
  }
  return null;
}

const TOO_SLOW: readonly OutcomeKind[] = ["timeout", "client-timeout"];

/** Whether such a prompt fits: in memory, in the window, in the client's patience. */
export function fitsAlone(facts: Facts, { bytes, tokens }: PromptSize): boolean | null {
  const { state, from } = facts;
  const { variant } = from.spec;
  const known = state.variants.get(variant);
  if (tooLarge(state, variant, bytes) !== null) return false;
  if (tokens === null || known === undefined) return null;
  if (known.windowTokens !== null && tokens >= known.windowTokens) return false;
  const late = TOO_SLOW.includes(settledAs(state, from) ?? "not-run");
  const time = late && known.fits.time !== null ? forecast(known.fits.time, tokens) : null;
  if (time !== null && time.low > patienceMs(facts)) return false;
  return known.fits.memory === null && time === null ? null : true;
}

/** Whether a session can grow from such a prompt until it is compacted. */
export function fits(facts: Facts, size: PromptSize): boolean | null {
  const { remedies, longestTokens } = facts;
  const alone = (each: PromptSize) => fitsAlone(facts, each);
  if (!facts.roomWanted) return alone(size);
  const window = remedies.current[`${modelPath(facts.context)}.contextWindow`];
  const told = { longestTokens, bytesPerToken: bytesPerToken(facts, size) };
  return sessionFits({ fits: alone, ...told }, size, typeof window === "number" ? window : null);
}

/** How long a silent server is waited for. */
function patienceMs({ state, from, remedies, context }: Facts): number {
  const path = `${providerPath(context.provider)}.timeoutSeconds`;
  const set = from.spec.settings?.[path] ?? remedies.current[path];
  const client =
    typeof set === "number" ? set * 1000 : clientWaitsMs(state.plan, from.spec.variant);
  return Math.min(client, state.plan.timeoutMs);
}

export function longest(state: RunState, from: CellState): number | null {
  const { variant } = from.spec;
  const known = state.variants.get(variant);
  if (known === undefined) return null;
  const { fits, looks, windowTokens } = known;
  const limits = { limitBytes: roomBytes(state, looks), windowTokens, timeLimitMs: null };
  // A session goes up to it again and again: it must be sure.
  const foretold = longestPrompt(fits, limits)?.low ?? Infinity;
  const least = Math.min(foretold, (fatalTokens(state, from) ?? Infinity) - 1);
  return Number.isFinite(least) ? least : null;
}

const FATAL: readonly OutcomeKind[] = ["out-of-memory", "engine-crashed"];

/** Of the shortest prompt that the engine died of, whatever was foretold; null: it died of none. */
function fatalTokens(state: RunState, from: CellState): number | null {
  const sizes = [...state.cells.values()].flatMap(({ spec, attempts }) =>
    attempts.flatMap(({ finding, calls }) => {
      const last = calls.at(-1)?.exchange.requestBytes;
      const fatal = spec.variant === from.spec.variant && FATAL.includes(finding.kind);
      return fatal && last !== undefined ? [tokensFor(state, from, last)] : [];
    }),
  );
  const known = sizes.filter((tokens) => tokens !== null);
  return known.length === 0 ? null : Math.min(...known);
}

export function fittingFor(facts: Facts, rungs: readonly string[]): Fitting {
  const { state, from, context, sizeOf, longestTokens } = facts;
  const time = state.variants.get(from.spec.variant)?.fits.time ?? null;
  const model = modelPath(context);
  const size = sizeOf(rungs);
  const number = (path: string) => {
    const value = context.current(path);
    return typeof value === "number" ? value : null;
  };
  return fittingOf({
    provider: context.provider,
    modelIndex: 0,
    longestTokens,
    promptTokens: size?.tokens ?? null,
    bytesPerToken: size === null ? null : bytesPerToken(facts, size),
    prefillMs: (tokens) => (time === null ? null : forecast(time, tokens).high),
    contextWindow: number(`${model}.contextWindow`),
    maxTokens: number(`${model}.maxTokens`),
    timeoutSeconds: number(`${providerPath(context.provider)}.timeoutSeconds`),
    defaultTimeoutSeconds: clientWaitsMs(state.plan, from.spec.variant) / 1000,
    // What the engine died of is no forecast: only what a session is seen to survive is recommended.
    mostWindow: fatalTokens(state, from) === null ? null : FILLED_WINDOW,
  });
}

/** Null where the streams say how many tokens a prompt has: the client needn't estimate then. */
function bytesPerToken({ state, from }: Facts, { bytes, tokens }: PromptSize): number | null {
  const told = [...state.cells.values()].some(
    ({ spec, attempts }) =>
      spec.variant === from.spec.variant &&
      attempts.some(({ calls }) => calls.some(({ trace }) => trace.usage !== null)),
  );
  return told || tokens === null || tokens === 0 ? null : bytes / tokens;
}
