/**
 * Hidden curves: the simulator's memory by prompt length, measured as a ladder would, then asked for at
 * lengths that nobody measured. How often is the truth inside the stated interval, and how wide is it?
 */
import { type FitPoint, fitMemory, forecast } from "../../analyze/fit/fit.ts";
import { median } from "../../analyze/statistics.ts";
import { seededRandom } from "../../plan/random.ts";
import { parseKnobs } from "../../sim/knobs.ts";
import { memoryFor, noisyMemoryFor } from "../../sim/memory.ts";

export const CURVES = ["linear", "quadratic", "stepped"] as const;
export type HiddenCurve = (typeof CURVES)[number];

/** What stands between the curve and what is measured. */
export interface Disturbance {
  name: string;
  /** The simulator's `memory-noise`: a share of what the prompt takes. */
  noise: number;
  /** The allocator takes from the system in such pieces. */
  pieceBytes: number;
  /** The whole, the model included, differs by this share. */
  ofAll: number;
}

export const DISTURBANCES: readonly Disturbance[] = [
  { name: "none", noise: 0, pieceBytes: 1, ofAll: 0 },
  { name: "1% of what grows", noise: 0.01, pieceBytes: 1, ofAll: 0 },
  { name: "3% of what grows", noise: 0.03, pieceBytes: 1, ofAll: 0 },
  { name: "3%, in pieces of 4 MiB", noise: 0.03, pieceBytes: 2 ** 22, ofAll: 0 },
  { name: "1%, in pieces of 32 MiB", noise: 0.01, pieceBytes: 2 ** 25, ofAll: 0 },
  { name: "0.3% of all", noise: 0, pieceBytes: 1, ofAll: 0.003 },
];

export const LADDER = [256, 512, 1024, 2048, 4096];
export const ASKED = [8192, 12_288, 16_384, 23_030, 32_768];
/** Model of 3 GB, with which the tool is asked to show itself. */
const BASE = "3GB";
/** Bytes per token, per token squared, and per 2,048 tokens: as the simulator has them by default. */
const USUAL: Record<HiddenCurve, number> = {
  linear: 16 * 2 ** 10,
  quadratic: 56,
  stepped: 256 * 2 ** 20,
};

export interface Covered {
  tokens: number;
  /** Of the draws, those with the truth inside. */
  inside: number;
  draws: number;
  /** Median of (high - low) / truth. */
  width: number;
  /** Median of |value - truth| / truth. */
  error: number;
}

/** One ladder up a hidden curve; its height is up to four times more or less than the usual. */
export function drawLadder(curve: HiddenCurve, disturbance: Disturbance, seed: number) {
  const random = seededRandom(seed * 7919 + CURVES.indexOf(curve));
  const height = USUAL[curve] * 4 ** (2 * random() - 1);
  const knobs = parseKnobs([
    `memory-base=${BASE}`,
    `memory-curve=${curve}`,
    `memory-per-token=${height}`,
    `memory-noise=${disturbance.noise}`,
    `seed=${seed}`,
  ]);
  let peak = 0;
  const points = LADDER.map((rung, index): FitPoint => {
    // Tokens of a text are only nearly what was wanted.
    const promptTokens = Math.round(rung * (0.97 + 0.08 * random()));
    const normal = random() + random() + random() + random() - 2;
    const taken = noisyMemoryFor(promptTokens, knobs, index);
    const all = taken * (1 + disturbance.ofAll * Math.sqrt(3) * normal);
    const { pieceBytes } = disturbance;
    peak = Math.max(peak, Math.ceil(all / pieceBytes) * pieceBytes);
    return { promptTokens, ms: null, peakBytes: peak };
  });
  return { points, truth: (tokens: number) => memoryFor(tokens, knobs) };
}

/** @param draws ladders up curves of this kind */
export function coverage(curve: HiddenCurve, disturbance: Disturbance, draws: number): Covered[] {
  const seen = ASKED.map(() => ({ inside: 0, widths: [] as number[], errors: [] as number[] }));
  for (let seed = 1; seed <= draws; seed++) {
    const { points, truth } = drawLadder(curve, disturbance, seed);
    const fit = fitMemory(points);
    if (fit === null) throw new Error("no fit");
    for (const [index, tokens] of ASKED.entries()) {
      const { value, low, high } = forecast(fit, tokens);
      const real = Math.ceil(truth(tokens) / disturbance.pieceBytes) * disturbance.pieceBytes;
      const row = seen[index];
      if (row === undefined) continue;
      if (low <= real && real <= high) row.inside++;
      row.widths.push((high - low) / real);
      row.errors.push(Math.abs(value - real) / real);
    }
  }
  return seen.map(({ inside, widths, errors }, index) => ({
    tokens: ASKED[index] ?? 0,
    inside,
    draws,
    width: median(widths),
    error: median(errors),
  }));
}
