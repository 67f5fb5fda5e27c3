/** What decided a comparison, and what would, in sentences. Pure. */

import type { RunState } from "../../journal/state.ts";
import { capital, list, plural } from "../../report/format.ts";
import type { ComparedMetric, ComparedSuccess, Comparison } from "../../result.ts";
import { FEWEST_PAIRS } from "../verdict/looks.ts";
import { nameOfCell } from "./cell-name.ts";
import type { Judged } from "./judge.ts";
import { nearestFirst } from "./nearest.ts";

/** What the sentences are made from. */
export interface Told extends Pick<Comparison, "metrics" | "success" | "pairs"> {
  state: RunState;
  judged: Pick<Judged, "verdict" | "withheld" | "design" | "unsent">;
}

/** One sentence: what decided. */
export function becauseOf(told: Told): string {
  const { judged, metrics, success, pairs, state } = told;
  const { verdict, withheld, design, unsent } = judged;
  const broken = success.filter((each) => each.state === "broken");
  const fails = [...new Set(broken.map(({ sentence }) => sentence))]
    .map((sentence) => {
      const same = broken.filter((each) => each.sentence === sentence);
      return `${list(same.map(({ cell }) => nameIn(state, cell)))}: ${sentence}`;
    })
    .join(" ");
  if (verdict === "broken") return [fails, withheld ?? ""].filter((part) => part !== "").join(" ");
  if (withheld !== null) return [withheld, fails].filter((part) => part !== "").join(" ");
  if (design === "attached") {
    return "Engines that were running before and can't be restarted are only described: what their one start owes to luck can't be told from a change.";
  }
  const primary = metrics.filter((each) => each.primary);
  const of = (wanted: ComparedMetric["verdict"]) =>
    primary.filter((each) => each.verdict === wanted);
  const judgedOn = `by ${plural(pairs.judged, "pair")} of starts`;
  const changed = (which: ComparedMetric[]) =>
    list(which.map((each) => `${titleOf(state, each)} ${changeOf(each)}`));
  if (verdict === "regression") return `${capital(changed(of("regression")))}, ${judgedOn}.`;
  if (verdict === "improvement") {
    return `${capital(changed(of("improvement")))}, and nothing primary is slower, ${judgedOn}.`;
  }
  if (verdict === "no-regression") {
    const nearest = changed(nearestFirst(primary).slice(0, 1));
    return `No primary metric is worse by its threshold, ${judgedOn}; nearest to it is ${nearest.replace(" is ", ", ")}.`;
  }
  const waiting = success.filter((each) => each.state === "confirm").map(({ cell }) => cell);
  if (waiting.length > 0) {
    return `Head failed where base passes (${list(waiting.map((id) => nameIn(state, id)))}), and the fresh starts that would tell whether it does so each time were not all made.`;
  }
  const gone = unmeasurable(state);
  if (gone !== null) return `${gone}.`;
  if (primary.length === 0) {
    return "Nothing that base passed could be measured on both sides.";
  }
  if (unsent.length > 0 && of("inconclusive").length === 0) {
    return `Nothing that was measured is worse, but ${list(unsent.map((id) => nameIn(state, id)))} was not sent on head, as its prompt doesn't fit there; on base it does.`;
  }
  if (pairs.judged === 0) {
    return `${plural(pairs.made, "pair")} of starts ${pairs.made === 1 ? "was" : "were"} made; nothing is decided before ${plural(Math.min(...pairs.looks, FEWEST_PAIRS), "pair")}.`;
  }
  const names = list(of("inconclusive").map((each) => titleOf(state, each)));
  return `Not decided ${judgedOn}: ${names}.`;
}

/** What to do about an inconclusive run. */
export function adviceOf(told: Told): string[] {
  const { judged, metrics, pairs, state } = told;
  const { verdict, withheld, design, unsent } = judged;
  if (verdict !== "inconclusive") return [];
  if (withheld !== null) {
    return [
      "Make base and head equal in what was not meant to differ, or name it with --base if it is what you want to compare.",
    ];
  }
  if (design === "attached") {
    return [
      "Let this tool start the engines, or give the command that restarts each of them (restart-command): only fresh starts on both sides make a verdict.",
    ];
  }
  const unfit = unsent.map(
    (id) => `A machine with more memory would tell of ${nameIn(state, id)} on head.`,
  );
  if (pairs.judged === 0) return [...unfit, tooFew(told)];
  return [
    ...unfit,
    ...metrics
      .filter((each) => each.primary && each.verdict === "inconclusive")
      .map((each) => adviceFor(each, told)),
  ];
}

/** A variant that could not be had or started; null: both could. */
function unmeasurable({ variants }: RunState): string | null {
  const [found] = [...variants].filter(([, { failure }]) => failure !== null);
  return found === undefined ? null : `${found[0]} could not be measured: ${found[1].failure}`;
}

function tooFew({ pairs: { made, planned, ended, looks }, state }: Told): string {
  const first = looks[0] ?? FEWEST_PAIRS;
  const wanted = `${plural(first, "pair")} of starts instead of ${made}`;
  if (planned < FEWEST_PAIRS) {
    return `At least ${FEWEST_PAIRS} pairs of starts are needed for a verdict: --starts ${FEWEST_PAIRS}, better 8 or more, instead of ${planned}.`;
  }
  if (ended === "time-budget") return `A larger --time-budget: ${wanted} would allow a first look.`;
  if (ended === "interrupted") return `Let it run on: ${wanted} would allow a first look.`;
  if (unmeasurable(state) !== null) return "Mend what kept it from being measured, then run again.";
  return `The starts that failed are to be mended first: ${wanted} would allow a first look.`;
}

function adviceFor(metric: ComparedMetric, { pairs, state }: Told): string {
  const title = capital(titleOf(state, metric));
  const { wouldDecide, threshold } = metric;
  if (metric.because === "replies-differ") {
    return `${title}: replies of another length than base's take another time; TTFT and decode tell of the code. A turn can be compared where --max-tokens ends replies on both sides.`;
  }
  if (metric.because === "rounds-left-out") {
    return `${title}: a quieter runner, with CPU to spare for this tool; in too many rounds it was too late to tell what they took.`;
  }
  if (metric.pairs.length === 0 || metric.because === "too-few-figures") {
    return `${title} was hardly ever measured on both sides: see what its cells met.`;
  }
  if (wouldDecide === null)
    return `${title}: more pairs of starts than ${pairs.judged} would tell.`;
  const { pairs: enough, spread, threshold: settles, towards } = wouldDecide;
  const options = [
    enough === null ? null : `${enough} pairs instead of ${pairs.judged} (--starts ${enough})`,
    spread.now === null || spread.needed === null || spread.needed >= spread.now
      ? null
      : `a quieter runner (spread of the pairs ${percent(spread.needed)} instead of ${percent(spread.now)})`,
  ].filter((option) => option !== null);
  const verdict =
    towards === "no-regression" ? "no regression" : `an ${towards}`.replace("an r", "a r");
  const decide =
    options.length === 0
      ? `neither more pairs nor a quieter runner would decide it, so near is it to the threshold of ${percent(threshold)}`
      : `${list(options, "or")} would decide it, as ${verdict} if the estimate is true`;
  const more =
    settles === null ? "" : `; with a threshold of ${percent(settles)} it is no regression already`;
  return `${title}: ${decide}${more}.`;
}

/** `decode of agent-turn`, `load time`: of primary metrics the combination is base's recommended one. */
function titleOf(state: RunState, { cell, label, primary }: ComparedMetric): string {
  if (cell === null) return label;
  const spec = primary ? state.cells.get(cell)?.spec : undefined;
  const name = spec && nameOfCell({ ...spec, compat: {}, settings: {} });
  return `${label} of ${name ?? nameIn(state, cell)}`;
}

export function nameIn(state: RunState, id: string): string {
  const cell = state.cells.get(id);
  return cell === undefined ? id : nameOfCell(cell.spec);
}

/** `is 12.1% slower (+9.8% to +14.2%, threshold 5%)`: every metric is a time or a rate. */
function changeOf({ ratio, better, threshold, head, base }: ComparedMetric): string {
  const limit = `threshold ${percent(threshold)}`;
  const sign = better === "lower" ? 1 : -1;
  if (ratio?.estimate == null) {
    const whose = head === null && base !== null ? "fails in most starts" : "has no number";
    return `${whose} (${limit})`;
  }
  const worse = (value: number) => (better === "lower" ? value - 1 : 1 - value);
  const signed = (value: number | null) =>
    value === null
      ? "failing"
      : `${worse(value) < 0 ? "−" : "+"}${percent(Math.abs(worse(value)))}`;
  const ends = sign === 1 ? [ratio.low, ratio.high] : [ratio.high, ratio.low];
  const change = Math.abs(worse(ratio.estimate));
  const word = worse(ratio.estimate) > 0 ? "slower" : "faster";
  const text = change < 0.0005 ? "is as fast" : `is ${percent(change)} ${word}`;
  if (ratio.level === null) return `${text} (${limit})`;
  const [best, worst] = ends;
  return `${text} (${signed(best ?? null)} to ${signed(worst ?? null)}, ${limit})`;
}

/** Of a cell: whether head still works. */
export function successSentence({
  state,
  because,
  failures,
  base,
  head,
  kind,
  pairs,
  load,
}: Omit<ComparedSuccess, "sentence" | "cell" | "baseCell"> & {
  /** Of a deterministic failure. */
  kind: string | null;
  /** That are still to be made, or were. */
  pairs: number | null;
  /** Why head never came up; null: it did. */
  load: string | null;
}): string {
  const shares = `${percent(failures.head)} of head's requests, ${percent(failures.base)} of base's`;
  switch (state) {
    case "base-fails":
      return head === "pass"
        ? `Base fails (${base}), head works.`
        : `Base fails, too (${base}): head breaks nothing.`;
    case "confirm":
      return `Head failed where base passed; ${plural(pairs ?? 0, "fresh pair")} of starts would tell whether it does so each time.`;
    case "broken":
      if (because === "deterministic") {
        return `Head fails each time with ${kind ?? head}, and base passes.`;
      }
      if (because === "confirmed" && load !== null) {
        return `Head did not come up in ${pairs ?? 0} of ${pairs ?? 0} fresh starts (${load}), and base did in all of its.`;
      }
      return because === "confirmed"
        ? `Head failed in ${pairs ?? 0} of ${pairs ?? 0} fresh starts, and base passed in all of its.`
        : `Head fails more often than base: ${shares}.`;
    case "works":
      return failures.head + failures.base === 0
        ? "Works on both."
        : `Works on both, though not every time: ${shares} failed.`;
  }
}

/** One decimal: more would promise what no interval holds. */
function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))}%`;
}
