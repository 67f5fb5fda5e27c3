/**
 * Memory and prefill time by prompt length, from a handful of prompts, with honest intervals. Pure, and
 * the same for the same points: what looks like chance here is seeded.
 *
 * Which shape the curve has and how large the noise is can't be told from five points, so neither is
 * chosen: every shape (curves.ts) with every size of noise is fitted, and all are averaged by how well
 * they explain the points (Hoeting et al. 1999, Bayesian Model Averaging: A Tutorial, Statistical
 * Science 14). A shape with a coefficient more must earn it: the marginal likelihood sees to that
 * (MacKay 1992, Bayesian Interpolation). The interval is that of the predictive distribution, the
 * noise of the next measurement included.
 */
import { seededRandom } from "../../plan/random.ts";
import type { CurveKind } from "../../result.ts";
import { columnsOf, type Shape, shapesFor } from "./curves.ts";
import { normalQuantile } from "./normal.ts";
import { drawPosterior } from "./posterior.ts";

/** One prompt that was measured. */
export interface FitPoint {
  promptTokens: number;
  /** Time until the prompt was read (TTFT), ms; null where it isn't known. */
  ms: number | null;
  /** Highest memory until then in this life of the engine; null where it isn't known. */
  peakBytes: number | null;
}

/** One curve that may be the true one, as likely as any other of the fit. */
interface Draw {
  shape: Shape;
  coefficients: number[];
  /** Noise: a share of what grows, and a fixed part. */
  relative: number;
  absolute: number;
  /** How lucky the next measurement is, in standard deviations. */
  luck: number;
}

export interface Curve {
  kind: CurveKind;
  /** At no tokens. */
  base: number;
  /** Per token. */
  linear: number;
  /** Per token squared. */
  quadratic: number;
  /** Of `stepped`: its height, and the tokens that share one. */
  step: { tokens: number; height: number } | null;
  /** How likely each shape is, by the points alone. */
  weights: Record<CurveKind, number>;
}

export interface Fit {
  /** Bytes or ms by tokens, in ascending order. */
  points: { tokens: number; value: number }[];
  curve: Curve;
  draws: Draw[];
}

/** A figure with its 90% interval. */
export interface Forecast {
  value: number;
  low: number;
  high: number;
}

/** With fewer prompts of different length nothing is foretold. */
export const LEAST_POINTS = 3;
/** The interval's share. */
export const LEVEL = 0.9;
const DRAWS = 1000;
/** Of each shape with each noise: there are many steps, and few others. */
const DRAWS_OF_EACH = { smooth: 24, stepped: 4 };

interface Noise {
  /** Shares of what grows. */
  relative: readonly number[];
  /** Shares of the highest value. */
  absolute: readonly number[];
}
/** Allocators round up and keep what they had; the base doesn't move, so the shares are small. */
const MEMORY_NOISE: Noise = {
  relative: [0.003, 0.01, 0.03, 0.08],
  absolute: [0.0003, 0.001, 0.003, 0.01, 0.03],
};
/** A shared machine's times differ by a tenth (DESIGN section 8). */
const TIME_NOISE: Noise = {
  relative: [0.01, 0.03, 0.06, 0.12, 0.25],
  absolute: [0.0005, 0.002, 0.01, 0.03],
};

/** @returns null with fewer than {@link LEAST_POINTS} prompts whose memory is known */
export function fitMemory(points: readonly FitPoint[]): Fit | null {
  const known = points.flatMap(({ promptTokens, peakBytes }) =>
    peakBytes === null ? [] : [{ tokens: promptTokens, value: peakBytes }],
  );
  // A peak is the highest so far: a shorter prompt than the one before it would say too much.
  const ascending = known.filter(({ tokens }, index) =>
    known.slice(0, index).every((before) => before.tokens < tokens),
  );
  return fit(ascending, MEMORY_NOISE, true);
}

/** @returns null with fewer than {@link LEAST_POINTS} prompts whose time is known */
export function fitTime(points: readonly FitPoint[]): Fit | null {
  const known = points.flatMap(({ promptTokens, ms }) =>
    ms === null ? [] : [{ tokens: promptTokens, value: ms }],
  );
  return fit(
    known.toSorted((a, b) => a.tokens - b.tokens),
    TIME_NOISE,
    false,
  );
}

function fit(points: Fit["points"], noise: Noise, stepped: boolean): Fit | null {
  const lengths = new Set(points.map(({ tokens }) => tokens));
  if (lengths.size < LEAST_POINTS || points.some(({ value }) => !(value > 0))) return null;
  const random = seededRandom(1);
  const values = points.map(({ value }) => value);
  const longest = Math.max(...lengths);
  const highest = Math.max(...values);
  const lowest = Math.min(...values);
  const floor = stepped && takesPieces(points) ? PIECE_BYTES / 2 : 0;
  const candidates: { draw: Draw; logWeight: number }[] = [];
  for (const shape of shapesFor(longest, stepped)) {
    const columns = points.map(({ tokens }) => columnsOf(shape, tokens));
    const [, ...grown] = columnsOf(shape, longest);
    for (const relative of noise.relative) {
      for (const share of noise.absolute) {
        const absolute = Math.max(floor, share * highest);
        const sd = values.map((value) => Math.hypot(relative * (value - lowest), absolute));
        // What could grow by the longest prompt: what was seen to, or what noise may hide.
        const growth = Math.max(highest - lowest, 2 * absolute);
        const scales = [2 * highest, ...grown.map((most) => (1.5 * growth) / most)];
        const count = DRAWS_OF_EACH[shape.kind === "stepped" ? "stepped" : "smooth"];
        const drawn = drawPosterior({ columns, y: values, sd, scales }, count, random);
        for (const { coefficients, logWeight } of drawn) {
          const draw = { shape, coefficients, relative, absolute, luck: 0 };
          candidates.push({ draw, logWeight: logWeight + Math.log(shape.prior) });
        }
      }
    }
  }
  const draws = resample(candidates, random);
  return { points, draws, curve: curveOf(draws) };
}

/** glibc's malloc asks the system for pieces of up to this size (mallopt(3), M_MMAP_THRESHOLD). */
const PIECE_BYTES = 32 * 2 ** 20;
/** Peaks that differ by less are the same. */
const SAME = 2e-4;

/** A longer prompt that took not a byte more: what it took fitted into what the allocator had. */
function takesPieces(points: Fit["points"]): boolean {
  return points.some(({ tokens, value }, index) => {
    const before = points[index - 1];
    return before !== undefined && tokens > before.tokens && value - before.value < SAME * value;
  });
}

/** So many equally likely ones (systematic resampling: Kitagawa 1996, appendix). */
function resample(
  candidates: readonly { draw: Draw; logWeight: number }[],
  random: () => number,
): Draw[] {
  const top = candidates.reduce((most, each) => Math.max(most, each.logWeight), -Infinity);
  const weights = candidates.map(({ logWeight }) => Math.exp(logWeight - top));
  const each = weights.reduce((sum, weight) => sum + weight, 0) / DRAWS;
  const draws: Draw[] = [];
  let sum = 0;
  let due = each * random();
  for (const [index, weight] of weights.entries()) {
    sum += weight;
    for (; due < sum && draws.length < DRAWS; due += each) {
      const { draw } = candidates[index] as { draw: Draw };
      draws.push({ ...draw, luck: 0 });
    }
  }
  // Luck is spread evenly over the draws, in an order that has nothing to do with theirs.
  const lucks = draws.map((_, index) => normalQuantile((index + 0.5) / draws.length));
  for (const draw of draws) {
    const at = Math.floor(random() * lucks.length);
    draw.luck = lucks[at] ?? 0;
    lucks.splice(at, 1);
  }
  return draws;
}

/** The likeliest shape, with the means of its coefficients. */
function curveOf(draws: readonly Draw[]): Curve {
  const kinds: CurveKind[] = ["linear", "quadratic", "linear+quadratic", "stepped"];
  const share = (kind: CurveKind) =>
    draws.filter(({ shape }) => shape.kind === kind).length / Math.max(1, draws.length);
  const weights = Object.fromEntries(kinds.map((kind) => [kind, share(kind)])) as Curve["weights"];
  const kind = kinds.reduce((best, each) => (weights[each] > weights[best] ? each : best));
  const steps = new Map<number, number>();
  for (const { shape } of draws) {
    if (shape.kind === kind && shape.step !== null)
      steps.set(shape.step.tokens, (steps.get(shape.step.tokens) ?? 0) + 1);
  }
  const stepTokens = [...steps].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
  const same = draws.filter(
    ({ shape }) => shape.kind === kind && (shape.step?.tokens ?? null) === stepTokens,
  );
  const mean = (index: number) =>
    same.reduce((sum, { coefficients }) => sum + (coefficients[index] ?? 0), 0) / same.length;
  return {
    kind,
    base: mean(0),
    linear: kind === "linear" || kind === "linear+quadratic" ? mean(1) : 0,
    quadratic: kind === "quadratic" ? mean(1) : kind === "linear+quadratic" ? mean(2) : 0,
    step: stepTokens === null ? null : { tokens: stepTokens, height: mean(1) },
    weights,
  };
}

const REMEMBERED = new WeakMap<Fit, Map<number, Forecast>>();

/** What a prompt of so many tokens would take: bytes or ms, as the fit's points. */
export function forecast(fit: Fit, tokens: number): Forecast {
  const known = REMEMBERED.get(fit) ?? new Map<number, Forecast>();
  REMEMBERED.set(fit, known);
  const before = known.get(tokens);
  if (before !== undefined) return before;
  const made = makeForecast(fit, tokens);
  known.set(tokens, made);
  return made;
}

function makeForecast(fit: Fit, tokens: number): Forecast {
  const values = fit.draws.map((draw) => valueAt(draw, tokens)).sort((a, b) => a - b);
  const at = (p: number) => values[Math.min(values.length - 1, Math.floor(p * values.length))] ?? 0;
  return { value: at(0.5), low: at((1 - LEVEL) / 2), high: at((1 + LEVEL) / 2) };
}

function valueAt({ shape, coefficients, relative, absolute, luck }: Draw, tokens: number): number {
  const [base = 0, ...rest] = coefficients;
  const [, ...columns] = columnsOf(shape, tokens);
  const grown = rest.reduce((sum, each, index) => sum + each * (columns[index] ?? 0), 0);
  return Math.max(0, base + grown + luck * Math.hypot(relative * grown, absolute));
}
