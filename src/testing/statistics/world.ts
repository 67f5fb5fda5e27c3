/** Simulated machines: pairs of engine starts with luck, noise and what else befalls a benchmark. */
import type { PairedStarts, StartPair } from "../../analyze/verdict/pairs.ts";

export type Disturbance =
  | "none"
  /** 3% of requests take 1.3 to 3 times as long; 5% of starts are slower by 15%. */
  | "outliers"
  /** 10% slower from the first start to the last, with a wave of 3%. */
  | "drift"
  /** From a random moment on, all is slower by 10%. */
  | "jumps"
  /** The second start of each pair is slower by 4%: the machine is warm. */
  | "second slower"
  /** Each run gets a runner of one of two kinds, one slower by 35% and half again as noisy. */
  | "two kinds of runner"
  /** Requests and luck have Student's t of 3 degrees of freedom. */
  | "heavy tails"
  /** Three of ten starts, of either side, are slower by 15%: memory fell another way. */
  | "two modes";

export interface World {
  /** Standard deviation of what a start's speed owes to chance: 0.02 is 2%. */
  luck: number;
  /** Of each request, beside that. */
  noise: number;
  disturbance: Disturbance;
  /** Share of requests that fail, of both sides. */
  flake?: number;
  /** Of head alone: a share of its starts is worse by a factor. */
  sometimes?: { share: number; worse: number };
}

export interface MetricSpec {
  metric: string;
  better: "lower" | "higher";
  delta: number;
  /** How much worse head truly is: 1.1 is 10%. */
  worse: number;
}

export const ROUNDS = 3;
/** Metrics of one cell move together by half of their variance. */
const SHARED = Math.sqrt(0.5);

export interface Draw {
  uniform(): number;
  normal(): number;
}

export function drawFrom(uniform: () => number): Draw {
  let spare: number | null = null;
  return {
    uniform,
    /** Box & Muller 1958. */
    normal() {
      if (spare !== null) {
        const value = spare;
        spare = null;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}

/** One machine for the length of one run. */
export interface Machine {
  /** Starts an engine; `at` is how much of the run is over, 0 to 1. */
  start(at: number, second: boolean): Start;
}

/** Log-cost of one request of each metric, the change of head not included. */
type Start = () => number[];

export function machine(world: World, metrics: number, draw: Draw): Machine {
  const slow = world.disturbance === "two kinds of runner" && draw.uniform() < 0.5;
  const [base, noisier] = slow ? [Math.log(1.35), 1.5] : [0, 1];
  const jumpAt = draw.uniform();
  const phase = draw.uniform() * 2 * Math.PI;
  const deviate = () => (world.disturbance === "heavy tails" ? heavy(draw) : draw.normal());
  const together = (size: number) => {
    const shared = deviate() * SHARED;
    return Array.from({ length: metrics }, () => size * (shared + deviate() * SHARED));
  };
  const state = (at: number, second: boolean): number => {
    if (world.disturbance === "drift") return 0.1 * at + 0.03 * Math.sin(12 * at + phase);
    if (world.disturbance === "jumps") return at >= jumpAt ? 0.1 : 0;
    if (world.disturbance === "second slower") return second ? 0.04 : 0;
    if (world.disturbance === "outliers") return draw.uniform() < 0.05 ? Math.log(1.15) : 0;
    if (world.disturbance === "two modes") return draw.uniform() < 0.3 ? Math.log(1.15) : 0;
    return 0;
  };
  return {
    start(at, second) {
      const level = base + state(at, second);
      const luck = together(world.luck * noisier);
      return () => {
        const hit = world.disturbance === "outliers" && draw.uniform() < 0.03;
        const extra = hit ? Math.log(1.3 + 1.7 * draw.uniform()) : 0;
        const noise = together(world.noise * noisier);
        return luck.map((of, i) => level + of + (noise[i] ?? 0) + extra);
      };
    },
  };
}

/** Student's t of 3 degrees of freedom, scaled to a variance of 1. */
function heavy(draw: Draw): number {
  const squares = draw.normal() ** 2 + draw.normal() ** 2 + draw.normal() ** 2;
  return draw.normal() / Math.sqrt(squares);
}

/** Pairs of starts as the tool makes them: fresh engines, counterbalanced order, three rounds. */
export function pairedRun(
  world: World,
  metrics: readonly MetricSpec[],
  starts: number,
  draw: Draw,
): PairedStarts[] {
  const on = machine(world, metrics.length, draw);
  const pairs: StartPair[][] = metrics.map(() => []);
  let headFirst = false;
  for (let pair = 0; pair < starts; pair++) {
    // Of every two pairs one has head first; which, is drawn.
    headFirst = pair % 2 === 0 ? draw.uniform() < 0.5 : !headFirst;
    const one = rounds(on.start((2 * pair) / (2 * starts), false), metrics.length);
    const two = rounds(on.start((2 * pair + 1) / (2 * starts), true), metrics.length);
    const [base, head] = headFirst ? [two, one] : [one, two];
    const { share, worse } = world.sometimes ?? { share: 0, worse: 1 };
    const now = share > 0 && draw.uniform() < share ? worse : 1;
    for (const [i, spec] of metrics.entries()) {
      const value = (cost: number, worse: number) => {
        if (world.flake !== undefined && draw.uniform() < world.flake) return Infinity;
        return 1000 * Math.exp((spec.better === "lower" ? 1 : -1) * (cost + Math.log(worse)));
      };
      pairs[i]?.push({
        base: (base[i] ?? []).map((cost) => value(cost, 1)),
        head: (head[i] ?? []).map((cost) => value(cost, spec.worse * now)),
      });
    }
  }
  return metrics.map(({ metric, better, delta }, i) => ({
    metric,
    better,
    delta,
    primary: true,
    pairs: pairs[i] ?? [],
  }));
}

/** Log-costs of one start's rounds, by metric. */
function rounds(start: Start, metrics: number): number[][] {
  const taken = Array.from({ length: ROUNDS }, () => start());
  return Array.from({ length: metrics }, (_, i) => taken.map((round) => round[i] ?? 0));
}
