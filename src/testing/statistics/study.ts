/** A study: one world, one change, many runs, counted. It is data, so that a worker can be sent it. */
import { type Decision, decide } from "../../analyze/verdict/decide.ts";
import { lookAt, lookSchedule } from "../../analyze/verdict/looks.ts";
import type { PairedStarts } from "../../analyze/verdict/pairs.ts";
import { spreadOf } from "../../analyze/verdict/spread.ts";
import { type Attempts, decideSuccess } from "../../analyze/verdict/success.ts";
import { seededRandom } from "../../plan/random.ts";
import { RIVALS, rivalAlarms } from "./rivals.ts";
import { type Draw, drawFrom, type MetricSpec, pairedRun, ROUNDS, type World } from "./world.ts";

export interface Study {
  name: string;
  kind: "rule" | "rivals" | "failures";
  world: World;
  metrics: MetricSpec[];
  /** Share of requests that fail; in a study of failures alone. */
  failing?: { base: number; head: number };
  maxStarts: number;
  runs: number;
  seed: number;
}

export interface Tally {
  runs: number;
  /** How often each thing was so. */
  counts: Record<string, number>;
  /** Sums over runs: of the pairs of starts used, and of the spread as estimated at the end. */
  pairs: number;
  spread: number;
}

export function carryOut(study: Study): Tally {
  const draw = drawFrom(seededRandom(study.seed));
  const tally: Tally = { runs: study.runs, counts: {}, pairs: 0, spread: 0 };
  const count = (what: string, so: boolean) => {
    tally.counts[what] = (tally.counts[what] ?? 0) + (so ? 1 : 0);
  };
  for (let run = 0; run < study.runs; run++) {
    if (study.kind === "rivals") {
      const alarms = rivalAlarms(study.world, study.metrics, draw);
      for (const [i, name] of RIVALS.entries()) count(name, alarms[i] ?? false);
    } else if (study.kind === "failures") {
      count("broken", broken(study, draw));
    } else {
      const used = ruleRun(study, draw, count);
      tally.pairs += used.pairs;
      tally.spread += used.spread;
    }
  }
  return tally;
}

/** The run as the tool makes it: look, and go on until the verdict stands. */
function ruleRun(study: Study, draw: Draw, count: (what: string, so: boolean) => void) {
  const { maxStarts, metrics } = study;
  const all = pairedRun(study.world, metrics, maxStarts, draw);
  let decision: Decision | null = null;
  for (const pairs of lookSchedule(maxStarts)) {
    decision = decide(upTo(all, pairs), { maxStarts });
    if (decision.settled) break;
  }
  if (decision?.look == null) throw new Error("a study without a look");
  const { verdict, look } = decision;
  const by = (...verdicts: string[]) =>
    decision.metrics.some((metric) => verdicts.includes(metric.verdict));
  for (const one of ["regression", "improvement", "no-regression", "inconclusive"]) {
    count(one, verdict === one);
  }
  count("regression by 12", verdict === "regression" && look.pairs <= 12);
  count("any metric called changed", by("regression", "improvement"));
  const first = decision.metrics[0];
  const truth = Math.log(metrics[0]?.worse ?? 1);
  const { low, high } = first?.interval ?? { low: -Infinity, high: Infinity };
  count("covered", low <= truth && truth <= high);
  return { pairs: look.pairs, spread: spreadOf(first?.differences ?? []) ?? 0 };
}

function upTo(metrics: readonly PairedStarts[], pairs: number): PairedStarts[] {
  return metrics.map((metric) => ({ ...metric, pairs: metric.pairs.slice(0, pairs) }));
}

/** Only what failed: measured pairs until the end, and the confirming ones where they are asked for. */
function broken({ failing, maxStarts }: Study, draw: Draw): boolean {
  const share = failing ?? { base: 0, head: 0 };
  const start = (side: "base" | "head"): Attempts => {
    const lost = Array.from({ length: ROUNDS }, () => draw.uniform() < share[side]);
    const failed = lost.filter(Boolean).length;
    return { ok: ROUNDS - failed, failed };
  };
  const pair = () => ({ base: start("base"), head: start("head") });
  const pairs = Array.from({ length: maxStarts }, pair);
  const passed = (attempts: Attempts) => attempts.ok > attempts.failed;
  const confirmation = Array.from({ length: 3 }, pair).map(({ base, head }) => ({
    base: passed(base),
    head: passed(head),
  }));
  return lookSchedule(maxStarts).some((count) => {
    const evidence = {
      cell: "agent-turn",
      basePassed: true,
      headFailedProbe: false,
      deterministic: null,
      pairs: pairs.slice(0, count),
      confirmation,
    };
    return decideSuccess(evidence, lookAt(maxStarts, count)).state === "broken";
  });
}
