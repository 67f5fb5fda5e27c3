/** What the ladder's prompts taught: points for the fit, bytes per token, what room there is. Pure. */
import type { Look, RunState } from "../../journal/state.ts";
import type { VariantFit } from "../../result.ts";
import { type Fit, type FitPoint, fitMemory, fitTime } from "./fit.ts";

export type MemoryKind = NonNullable<VariantFit["memory"]>["kind"];

export interface Fits {
  memory: Fit | null;
  time: Fit | null;
}

/** An answer without text is one: the prompt was read. */
export function wasRead(look: Look): boolean {
  return look.finding.kind === "pass" || look.finding.kind === "empty-reply";
}

export function diedOfMemory(look: Look): boolean {
  return look.died && look.finding.kind === "out-of-memory";
}

/** Memory of the GPU where every prompt's is known: that is where the model lives then. */
export function memoryKind(looks: readonly Look[]): MemoryKind | null {
  const read = looks.filter(wasRead);
  if (read.length > 0 && read.every((look) => look.peakVramBytes !== null)) return "vram";
  return read.find((look) => look.peak !== null)?.peak?.kind ?? null;
}

/** In the order in which they were asked, of those whose tokens are known. */
export function pointsOf(looks: readonly Look[]): FitPoint[] {
  const vram = memoryKind(looks) === "vram";
  return looks.flatMap((look): FitPoint[] => {
    const { promptTokens, ms, peak, peakVramBytes } = look;
    if (!wasRead(look) || promptTokens === null) return [];
    return [{ promptTokens, ms, peakBytes: vram ? peakVramBytes : (peak?.bytes ?? null) }];
  });
}

export function fitsOf(looks: readonly Look[]): Fits {
  const points = pointsOf(looks);
  return { memory: fitMemory(points), time: fitTime(points) };
}

/** What the engine may use: the limit, or what was free where that is less; null where unknown. */
export function roomBytes(state: RunState, looks: readonly Look[]): number | null {
  const { plan, environment } = state;
  const kind = memoryKind(looks);
  if (kind === null) return null;
  if (kind === "vram") return environment.gpus[0]?.memoryBytes ?? null;
  const limit = plan.memoryLimitBytes ?? environment.memoryBytes;
  const free = looks.at(-1)?.roomBytes ?? limit;
  // Where it died of memory there was no more, whatever the limit says.
  const fatal = looks.find(diedOfMemory)?.peak?.bytes ?? limit;
  return Math.min(limit, free, fatal);
}

/** A body's envelope: model, role, limits. */
const ENVELOPE_BYTES = 200;
/** English prose and JSON, before anything was counted. */
const BYTES_PER_TOKEN = 3.5;
/** Texts differ in how many bytes a token of theirs has. */
const SPREAD = 0.15;

/**
 * Bytes per token of the longest prompt that was counted, and what the chat's own marks add; the
 * ladder's texts are all of one mixture, so the longest knows best.
 */
function scaleOf(looks: readonly Look[]): { bytesPerToken: number; extraTokens: number } {
  const counted = looks.flatMap(({ promptTokens, requestBytes }) =>
    promptTokens === null || promptTokens === 0
      ? []
      : [{ tokens: promptTokens, bytes: requestBytes - ENVELOPE_BYTES }],
  );
  const longest = counted.at(-1);
  const [first] = counted;
  if (longest === undefined || first === undefined || longest.bytes <= 0) {
    return { bytesPerToken: BYTES_PER_TOKEN, extraTokens: 0 };
  }
  const bytesPerToken = longest.bytes / longest.tokens;
  return { bytesPerToken, extraTokens: Math.max(0, first.tokens - first.bytes / bytesPerToken) };
}

/** How large a body must be for so many prompt tokens. */
export function bytesFor(looks: readonly Look[], tokens: number): number {
  return Math.round(ENVELOPE_BYTES + tokens * scaleOf(looks).bytesPerToken);
}

/** How many prompt tokens a body of so many bytes has, by about 15%. */
export function tokensIn(
  looks: readonly Look[],
  requestBytes: number,
): { value: number; low: number; high: number } {
  const { bytesPerToken, extraTokens } = scaleOf(looks);
  const text = Math.max(0, requestBytes - ENVELOPE_BYTES) / bytesPerToken;
  const value = Math.max(1, Math.round(text + extraTokens));
  return { value, low: Math.round(value * (1 - SPREAD)), high: Math.round(value * (1 + SPREAD)) };
}
