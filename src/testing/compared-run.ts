/** Whole comparisons, simulated from drawn times: through scheduler, fold, standing and Result. */
import { type Standing, standingOf } from "../analyze/comparison/standing.ts";
import { toResult } from "../analyze/result.ts";
import type { PairedStarts } from "../analyze/verdict/pairs.ts";
import type { RunState } from "../journal/state.ts";
import { seededRandom } from "../plan/random.ts";
import { HEAD } from "../plan/types.ts";
import { type Result, resultSchema } from "../result.ts";
import {
  type FakeRun,
  type FakeTiming,
  type FakeWorld,
  type Fate,
  fakeComparison,
  fakeRun,
} from "./fake-run.ts";
import { drawFrom } from "./statistics/world.ts";

export const CHAT = "chat/requiresStringContent=true,supportsTools=true";
export const TURN = "agent-turn/requiresStringContent=true,supportsTools=true";

export interface Machine {
  seed?: number;
  /** Standard deviations of what a start and a request owe to chance. */
  luck?: number;
  noise?: number;
  /** How much longer head takes: 1.1 is 10%. */
  worse?: { ttft?: number; decode?: number };
}

export interface ComparedRun extends FakeRun {
  result: Result;
  /** What was drawn, by `variant/scenario/… start round`. */
  drawn: Map<string, FakeTiming>;
}

type Plan = Parameters<typeof fakeComparison>;

export function comparedRun(
  machine: Machine = {},
  fate: (attempt: {
    cell: string;
    phase: string;
    start: number;
    nth: number;
    round: number;
  }) => Fate = () => "pass",
  {
    over = {},
    comparison = {},
    world = {},
  }: {
    over?: Plan[0];
    comparison?: Plan[1];
    world?: FakeWorld;
  } = {},
): ComparedRun {
  const { seed = 1, luck = 0.02, noise = 0.03, worse = {} } = machine;
  const draw = drawFrom(seededRandom(seed));
  const lucks = new Map<string, number>();
  const drawn = new Map<string, FakeTiming>();
  const plan = fakeComparison(
    { starts: 20, ...over },
    { thresholds: { ttftMs: 0.1, default: 0.05 }, ...comparison },
  );
  const run = fakeRun(plan, fate, 20_000, undefined, {
    timing: ({ cell, variant, start, round, phase }) => {
      const life = `${variant} ${start}`;
      const lucky = lucks.get(life) ?? draw.normal() * luck;
      lucks.set(life, lucky);
      const takes = (usualMs: number, by = 1) =>
        usualMs * Math.exp(lucky + draw.normal() * noise) * (variant === HEAD ? by : 1);
      const timing = { ttftMs: takes(400, worse.ttft), decodeMs: takes(1000, worse.decode) };
      if (phase === "measure") drawn.set(`${cell} ${start} ${round}`, timing);
      return timing;
    },
    readyMs: () => 900 * Math.exp(draw.normal() * luck),
    ...world,
  });
  return { ...run, drawn, result: resultOf(run.state) };
}

export function resultOf(state: RunState): Result {
  const context = { renderConfig: () => "{}", guideCompat: { requiresStringContent: true } };
  return resultSchema.parse(toResult(state, context));
}

/** The drawn numbers as pairs, without a word of what measured them. */
export function generated(run: ComparedRun): PairedStarts[] {
  const list = (run.result.comparison?.pairs.list ?? []).filter(({ confirming }) => !confirming);
  const of = (scenario: string, value: (timing: FakeTiming) => number) =>
    list.flatMap((pair) => {
      const side = (variant: "base" | "head", start: number | null) =>
        Array.from({ length: pair.rounds }, (_, round) =>
          run.drawn.get(`${variant}/${scenario} ${start} ${round}`),
        );
      const [base, head] = [side("base", pair.baseStart), side("head", pair.headStart)];
      if ([...base, ...head].includes(undefined)) return [];
      const numbers = (timings: (FakeTiming | undefined)[]) =>
        timings.flatMap((timing) => (timing === undefined ? [] : [value(timing)]));
      return [{ base: numbers(base), head: numbers(head) }];
    });
  return [TURN, CHAT].flatMap((scenario): PairedStarts[] => [
    {
      ...{ metric: `${scenario} ttftMs`, better: "lower", primary: true, delta: 0.1 },
      pairs: of(scenario, ({ ttftMs }) => ttftMs),
    },
    {
      ...{
        metric: `${scenario} decodeTokensPerSecond`,
        better: "higher",
        primary: true,
        delta: 0.05,
      },
      pairs: of(scenario, ({ decodeMs }) => 2000 / decodeMs),
    },
    {
      ...{ metric: `${scenario} turnMs`, better: "lower", primary: true, delta: 0.05 },
      pairs: of(scenario, ({ ttftMs, decodeMs }) => ttftMs + decodeMs),
    },
  ]);
}

/** Where it stood at each question, beside the answer. */
export function watched(): { judge: (state: RunState) => Standing; asked: Standing[] } {
  const asked: Standing[] = [];
  return {
    asked,
    judge: (state) => {
      const standing = standingOf(state);
      asked.push(standing);
      return standing;
    },
  };
}
