/** Pairs of starts to the numbers that are judged. Pure. */
import type { CellState, RunState, StartState } from "../../journal/state.ts";
import { type ComparedCells, twinsOf } from "../../plan/pairs/cells.ts";
import { type MadePair, madePairs } from "../../plan/pairs/made.ts";
import { isAttached } from "../../plan/types.ts";
import type { ComparedMetric, MetricName } from "../../result.ts";
import { figuresIn } from "../figures.ts";
import { FOLLOWED } from "../history/from-result.ts";
import { calibrationOf } from "../knowledge.ts";
import type { PairedStarts, StartPair } from "../verdict/pairs.ts";
import { familyOf } from "./family.ts";
import { pairOfValues, roundsOf, valuesOf } from "./rounds.ts";

/** One metric of a cell and its twin, in the pairs in which both sides have it. */
export interface PairedMetric extends PairedStarts {
  of: Pick<ComparedMetric, "cell" | "baseCell" | "metric" | "label" | "unit">;
  pairs: readonly (StartPair & { pair: number })[];
  /** Rounds that this tool was too late to tell the metric of. */
  leftOut: { base: number; head: number };
}

/** More rounds than this share of a side left out, and what is left is a choice of them. */
const MOST_LEFT_OUT = 0.2;

const LOAD = { label: "load time", unit: "ms", better: "lower" } as const;

/** Complete pairs in order, without those made to confirm a failure: what may be judged. */
export function measuredPairs(state: RunState): MadePair[] {
  return madePairs(state).filter(({ complete, confirming }) => complete && !confirming);
}

/** Primary metrics first, in the family's order; of the others those that have a figure. */
export function pairedMetrics(
  state: RunState,
  pairs: readonly MadePair[] = measuredPairs(state),
): PairedMetric[] {
  const family = familyOf(state);
  const primary = family.map(({ cells, metric }) => ofCell(state, cells, pairs)(metric, true));
  const others = twinsOf(state).flatMap((cells) => {
    const metric = ofCell(state, cells, pairs);
    return (Object.keys(FOLLOWED) as MetricName[])
      .filter((name) => !family.some((each) => each.metric === name && isSame(each.cells, cells)))
      .map((name) => metric(name, false))
      .filter(hasFigures);
  });
  return [...primary, ...others, ...loadMetric(state, pairs).filter(hasFigures)];
}

/** The primary ones alone: what the verdict is about. */
export function primaryMetrics(state: RunState, pairs: readonly MadePair[]): PairedMetric[] {
  return familyOf(state).map(({ cells, metric }) => ofCell(state, cells, pairs)(metric, true));
}

function isSame(one: ComparedCells, other: ComparedCells): boolean {
  return one.head.spec.id === other.head.spec.id;
}

function hasFigures({ pairs }: PairedMetric): boolean {
  return pairs.some(({ base, head }) => [...base, ...head].some(Number.isFinite));
}

function ofCell(state: RunState, { base, head }: ComparedCells, pairs: readonly MadePair[]) {
  const sides = [sideOf(state, base), sideOf(state, head)] as const;
  return (metric: MetricName, primary: boolean): PairedMetric => {
    const { label, unit, better } = FOLLOWED[metric] ?? { label: metric, unit: "", better: "" };
    const [one, two] = sides.map((side) => side(metric));
    const values = pairs.map((made) => {
      const [base, head] = [one?.(made.base) ?? [], two?.(made.head) ?? []];
      return {
        made,
        rounds: { base: base.length, head: head.length },
        ...pairOfValues(base, head),
      };
    });
    const total = (of: (each: (typeof values)[number]) => number) =>
      values.reduce((sum, each) => sum + of(each), 0);
    const leftOut = (side: "base" | "head") => total((each) => each.leftOut[side]);
    const tooMany = (["base", "head"] as const).some(
      (side) => leftOut(side) > MOST_LEFT_OUT * total(({ rounds }) => rounds[side]),
    );
    return {
      metric: `${head.spec.id} ${metric}`,
      better: better === "bigger" ? "higher" : "lower",
      primary,
      delta: thresholdOf(state, metric),
      of: { cell: head.spec.id, baseCell: base.spec.id, metric, label, unit },
      ...(tooMany ? { undecidable: "rounds-left-out" as const } : {}),
      leftOut: { base: leftOut("base"), head: leftOut("head") },
      pairs: values.flatMap(({ made, base, head }) => paired(made, base, head)),
    };
  };
}

function sideOf(state: RunState, cell: CellState) {
  const figures = figuresIn(state, cell, calibrationOf(state.cells.values(), cell));
  return (metric: MetricName) => (start: StartState | null) => {
    const rounds = start === null ? null : roundsOf(state, cell, start);
    return rounds === null ? [] : valuesOf(rounds, metric, figures);
  };
}

function paired({ pair }: MadePair, base: number[], head: number[]) {
  return base.length === 0 || head.length === 0 ? [] : [{ pair, base, head }];
}

/** How long an engine took until it answered: a figure of the start itself. */
function loadMetric(state: RunState, pairs: readonly MadePair[]): PairedMetric[] {
  // A server that was up before has nothing to load.
  if (state.plan.variants.some((one) => isAttached(one) && one.restartCommand == null)) return [];
  const loadMs = (start: StartState | null): number[] => {
    if (start === null || start.failure?.kind === "port-taken") return [];
    return [start.readyMs ?? Number.POSITIVE_INFINITY];
  };
  return [
    {
      metric: "loadMs",
      better: LOAD.better,
      primary: false,
      delta: thresholdOf(state, "loadMs"),
      of: { cell: null, baseCell: null, metric: "loadMs", label: LOAD.label, unit: LOAD.unit },
      leftOut: { base: 0, head: 0 },
      pairs: pairs.flatMap((made) => paired(made, loadMs(made.base), loadMs(made.head))),
    },
  ];
}

function thresholdOf({ plan }: RunState, metric: MetricName | "loadMs"): number {
  const thresholds = plan.comparison?.thresholds;
  return thresholds?.[metric] ?? thresholds?.default ?? 0.05;
}
