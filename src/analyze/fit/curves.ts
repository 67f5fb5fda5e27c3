/** The shapes that memory or time may have by prompt length. Pure. */
import type { CurveKind } from "../../result.ts";

/** One member of the family: y(n) = sum of coefficient x column(n), no coefficient below 0. */
export interface Shape {
  kind: CurveKind;
  /** Of `stepped`: tokens that share a step, and by how many of them the first is shorter; else null. */
  step: { tokens: number; offset: number } | null;
  /** How likely it is before anything was measured; those of all shapes add up to 1. */
  prior: number;
}

/** The columns of a shape at n tokens: the base, then what grows. */
export function columnsOf({ kind, step }: Shape, tokens: number): number[] {
  switch (kind) {
    case "linear":
      return [1, tokens];
    case "quadratic":
      return [1, tokens ** 2];
    case "linear+quadratic":
      return [1, tokens, tokens ** 2];
    case "stepped":
      return [1, Math.ceil((tokens + (step?.offset ?? 0)) / (step?.tokens ?? 1))];
  }
}

const SMOOTH: readonly CurveKind[] = ["linear", "quadratic", "linear+quadratic"];
const LEAST_STEP = 128;

/**
 * Weights of the cache and its copies grow with n, attention scores with n²; buffers of a fixed size
 * make steps. Before anything is seen all four are taken for equally likely.
 * @param longest tokens of the longest prompt measured: a longer step can't be seen
 */
export function shapesFor(longest: number, stepped: boolean): Shape[] {
  const steps = stepped ? stepsUpTo(longest) : [];
  const kinds = SMOOTH.length + (steps.length > 0 ? 1 : 0);
  const all = steps.reduce((sum, { weight }) => sum + weight, 0);
  return [
    ...SMOOTH.map((kind) => ({ kind, step: null, prior: 1 / kinds })),
    ...steps.map(({ weight, ...step }) => ({
      kind: "stepped" as const,
      step,
      prior: weight / all / kinds,
    })),
  ];
}

/** Between two powers of two, with the weight of each. */
const SIZES = [
  [1, 1],
  [1.25, 0.25],
  [1.5, 0.25],
  [1.75, 0.25],
] as const;
/** What the model itself needs may have filled a part of the first. */
const OFFSETS = [
  [0, 1],
  [0.25, 0.1],
  [0.5, 0.1],
  [0.75, 0.1],
] as const;

/** Buffers are mostly sized by powers of two; what lies between is left possible. */
function stepsUpTo(longest: number): { tokens: number; offset: number; weight: number }[] {
  const steps: { tokens: number; offset: number; weight: number }[] = [];
  for (let power = LEAST_STEP; power < longest; power *= 2) {
    for (const [times, likely] of SIZES) {
      for (const [share, as] of OFFSETS) {
        const tokens = power * times;
        const offset = tokens * share;
        if (tokens - offset < longest) steps.push({ tokens, offset, weight: likely * as });
      }
    }
  }
  return steps;
}
