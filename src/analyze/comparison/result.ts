/** A run of two variants to the comparison in its Result. Pure. */
import type { RunState } from "../../journal/state.ts";
import { type MadePair, madePairs } from "../../plan/pairs/made.ts";
import { pairsAtMost } from "../../plan/pairs/planned.ts";
import { BASE, HEAD } from "../../plan/types.ts";
import type {
  ComparedMetric,
  ComparedSuccess,
  Comparison,
  ResultCell,
  Verdict,
} from "../../result.ts";
import type { MetricDecision } from "../verdict/decide.ts";
import { lookSchedule } from "../verdict/looks.ts";
import { startValue, withFigures } from "../verdict/pairs.ts";
import { sensitivity } from "../verdict/sensitivity.ts";
import type { SuccessDecision } from "../verdict/success.ts";
import { walshAverages, walshInterval } from "../verdict/walsh.ts";
import { whatWouldDecide } from "../verdict/what-would-decide.ts";
import { shownDifferences } from "./differs.ts";
import { type Judged, judge, plannedLooks } from "./judge.ts";
import type { PairedMetric } from "./metrics.ts";
import { loadFailure } from "./success.ts";
import { adviceOf, becauseOf, successSentence } from "./words.ts";

/** @returns null where one variant was measured */
export function compareVariants(
  state: RunState,
  cells: readonly ResultCell[],
): { comparison: Comparison; verdict: Verdict } | null {
  const { comparison: plan } = state.plan;
  if (plan == null) return null;
  const judged = judge(state);
  const { verdict, decision, design, withheld } = judged;
  const metrics = judged.metrics.flatMap((metric, index) => {
    const of = decision.metrics[index];
    return of === undefined ? [] : [toMetric(metric, of, judged)];
  });
  const success = decision.success.map((each) => toSuccess(state, each, cells));
  const pairs: Comparison["pairs"] = {
    planned: pairsAtMost(state.plan),
    made: judged.pairs.length,
    judged: decision.look?.pairs ?? 0,
    looks: lookSchedule(plannedLooks(state)),
    ended: judged.ended,
    list: madePairs(state).map(toListed),
  };
  const told = { state, judged, metrics, success, pairs };
  return {
    verdict,
    comparison: {
      base: BASE,
      head: HEAD,
      kind: plan.kind,
      design,
      differs: shownDifferences(state),
      withheld,
      pairs,
      because: becauseOf(told),
      advice: adviceOf(told),
      metrics,
      success,
      sensitivity: plan.kind === "self" && design !== "attached" ? seen(judged, state) : null,
    },
  };
}

function toListed({ pair, first, base, head, confirming, rounds }: MadePair) {
  return {
    pair,
    first: first === BASE ? BASE : HEAD,
    baseStart: base?.start ?? null,
    headStart: head?.start ?? null,
    confirming,
    rounds,
  } satisfies Comparison["pairs"]["list"][number];
}

function toMetric(metric: PairedMetric, decision: MetricDecision, judged: Judged): ComparedMetric {
  const { design, withheld } = judged;
  const described = design === "attached";
  const count = decision.differences.length;
  const family = judged.metrics.filter(({ primary }) => primary).length;
  const side = (of: "base" | "head") => {
    const figures = withFigures(metric.pairs, metric.better).slice(0, count);
    const values = (figures.length === 0 ? metric.pairs : figures).map((pair) =>
      startValue(pair[of], metric.better),
    );
    return values.length === 0 ? null : finite(startValue(values, metric.better));
  };
  const quiet = described || withheld !== null;
  // More pairs would not decide what no pair tells.
  const moot = ["too-few-figures", "replies-differ", "rounds-left-out"].includes(decision.because);
  const would = quiet || moot ? null : whatWouldDecide(decision, Math.max(1, family));
  return {
    ...metric.of,
    better: metric.better,
    primary: metric.primary,
    threshold: metric.delta,
    base: side("base"),
    head: side("head"),
    ratio: described ? describedRatio(decision) : ratioOf(decision),
    verdict: quiet ? "inconclusive" : decision.verdict,
    because: withheld !== null ? "withheld" : described ? "descriptive" : decision.because,
    method: decision.method,
    p: decision.p,
    level: decision.level,
    adjusted: decision.adjusted,
    leftOut: metric.leftOut,
    pairs: metric.pairs.map(({ pair, base, head }) => ({
      pair,
      base: finite(startValue(base, metric.better)),
      head: finite(startValue(head, metric.better)),
    })),
    wouldDecide: would && {
      towards: would.towards,
      pairs: would.pairs,
      spread: { now: finite(would.spread.now), needed: finiteOrNull(would.spread.needed) },
      threshold: would.threshold,
    },
  };
}

function ratioOf({ ratio, interval }: MetricDecision): ComparedMetric["ratio"] {
  return (
    ratio && {
      estimate: positive(ratio.estimate),
      low: positive(ratio.low),
      high: positive(ratio.high),
      level: interval?.level ?? null,
    }
  );
}

/** Alternating rounds of running servers: what they show of these two lives, and no more. */
function describedRatio(decision: MetricDecision): ComparedMetric["ratio"] {
  const { ratio, differences, better } = decision;
  if (ratio === null) return null;
  const interval = walshInterval(walshAverages(differences), differences.length, 0.95);
  const sign = better === "lower" ? 1 : -1;
  const ends = interval === null ? [] : [interval.low, interval.high];
  const [low, high] = ends.map((end) => Math.exp(sign * end)).sort((a, b) => a - b);
  return {
    estimate: positive(ratio.estimate),
    low: positive(low ?? null),
    high: positive(high ?? null),
    level: interval === null ? null : 0.95,
  };
}

/** A side that failed makes a ratio of 0 or infinity, which is no number to give. */
function positive(value: number | null): number | null {
  return value !== null && value > 0 ? finite(value) : null;
}

function finiteOrNull(value: number | null): number | null {
  return value === null ? null : finite(value);
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function toSuccess(
  state: RunState,
  decision: SuccessDecision,
  cells: readonly ResultCell[],
): ComparedSuccess {
  const baseCell = state.cells.get(decision.cell)?.spec.base ?? "";
  const kindOf = (id: string) => cells.find((cell) => cell.id === id)?.outcome.kind ?? "not-run";
  const of = {
    state: decision.state,
    because: decision.state === "broken" ? decision.because : null,
    // It was probed, and is in no pair.
    failures:
      decision.failures.starts === null
        ? { ...decision.failures, p: null, level: null }
        : decision.failures,
    base: kindOf(baseCell),
    head: kindOf(decision.cell),
  };
  const sentence = successSentence({
    ...of,
    kind: "kind" in decision ? decision.kind : null,
    pairs: "pairs" in decision ? decision.pairs : null,
    load: loadFailure(state),
  });
  return { cell: decision.cell, baseCell, ...of, sentence };
}

/** Of metrics whose starts all gave a number. */
function seen({ metrics }: Judged, state: RunState): Comparison["sensitivity"] {
  return sensitivity(metrics, { maxStarts: plannedLooks(state) }).flatMap((each) => {
    const metric = metrics.find(({ metric: name }) => name === each.metric);
    if (metric === undefined || !Number.isFinite(each.spread)) return [];
    const [low, high] = each.spreadInterval;
    return [
      {
        ...each,
        cell: metric.of.cell,
        metric: metric.of.metric,
        spreadInterval: [low, finite(high)] as [number, number | null],
      },
    ];
  });
}
