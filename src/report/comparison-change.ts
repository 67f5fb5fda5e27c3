/** How a metric changed, in words that nobody needs a direction for. Pure. */
import type { Because, ComparedMetric, Result, Verdict } from "../result.ts";
import { list, plural, UNKNOWN } from "./format.ts";
import { figure } from "./history.ts";

export const VERDICT_WORDS: Record<Verdict, string> = {
  broken: "Broken",
  regression: "Regression",
  inconclusive: "Inconclusive",
  improvement: "Improvement",
  "no-regression": "No regression",
};

export const VERDICT_SIGNS: Record<Verdict, string> = {
  broken: "❌",
  regression: "❌",
  inconclusive: "⚠️",
  improvement: "✅",
  "no-regression": "✅",
};

/** Why a metric isn't decided, in the words of a table. */
const UNDECIDED: Partial<Record<Because, string>> = {
  "may-be-an-improvement": "no regression, and perhaps faster",
  "not-settled": "the noise is too large",
  "level-out-of-reach": "more pairs needed for so many metrics",
  "too-few-pairs": "fewer than 6 pairs",
  "too-few-figures": "no number in most pairs",
  "replies-differ": "head's replies have another length",
  "rounds-left-out": "too many rounds were read too late",
};

/** `12.1%`, `0.4%`, `130%`. */
export function share(value: number): string {
  const percent = Math.abs(value) * 100;
  return `${percent < 99.95 ? Number(percent.toFixed(1)) : Math.round(percent)}%`;
}

/** Every metric is a time or a rate, so worse is slower. Below 0.05% there is nothing to name. */
function side(ratio: number, better: ComparedMetric["better"]): "slower" | "faster" | null {
  if (Math.abs(ratio - 1) < 0.0005) return null;
  return ratio > 1 === (better === "lower") ? "slower" : "faster";
}

/** Head against base by its estimate: `12.1% slower`, `1.3% faster`, `as fast`. */
export function changeText({ ratio, better, head, base }: ComparedMetric): string {
  if (ratio === null) return UNKNOWN;
  if (ratio.estimate === null) {
    if (head === null && base !== null) return "fails in most starts";
    return base === null && head !== null ? "base fails in most starts" : "both fail";
  }
  const word = side(ratio.estimate, better);
  return word === null ? "as fast" : `${share(ratio.estimate - 1)} ${word}`;
}

/** Share by which head is slower, negative where it is faster; null: there is no number. */
export function slowerBy({ ratio, better }: ComparedMetric): number | null {
  if (ratio === null || ratio.estimate === null) return null;
  return better === "lower" ? ratio.estimate - 1 : 1 - ratio.estimate;
}

/** From the best to the worst that it may be: `9.8% to 14.2% slower`, `3.1% faster to 4% slower`. */
export function intervalText({ ratio, better }: ComparedMetric): string | null {
  if (ratio === null || ratio.level === null) return null;
  const [best, worst] = better === "lower" ? [ratio.low, ratio.high] : [ratio.high, ratio.low];
  if (best === null && worst === null) return null;
  const [one, two] = [best, worst].map((end) => (end === null ? null : side(end, better)));
  const text = (end: number) => share(end - 1);
  if (best === null) return `up to ${text(worst ?? 1)} ${two ?? "slower"}`;
  if (worst === null) return `${text(best)} ${one ?? "slower"} to failing`;
  if (one === two && one !== null) {
    // The smaller one first, as in any range.
    const ends = one === "faster" ? [worst, best] : [best, worst];
    return `${ends.map(text).join(" to ")} ${one}`;
  }
  return `${text(best)} ${one ?? two ?? "slower"} to ${text(worst)} ${two ?? one ?? "slower"}`;
}

/**
 * The interval is two-sided and wider than what a one-sided test rules out: where its end lies beyond
 * the threshold, the test is named instead, so that nobody reads the one as contradicting the other.
 * @returns null where the interval says it by itself
 */
export function ruledOutText({ ratio, better, threshold, p }: ComparedMetric): string | null {
  if (ratio === null || p === null) return null;
  const worst = better === "lower" ? ratio.high : ratio.low === null ? null : 1 / ratio.low;
  if (worst !== null && worst <= 1 + threshold) return null;
  return `${share(threshold)} slower is ruled out, p = ${p.noRegression.toPrecision(2)}`;
}

/** What is claimed of a change: where noise wins no direction, and no number that looks like one. */
export function claimText(metric: ComparedMetric): string {
  return isNoise(metric) && intervalText(metric) !== null ? NOISE : changeText(metric);
}

/** As {@link claimText}, with the interval: `~ (1.6% faster to 0.5% slower)`. */
export function claimWithInterval(metric: ComparedMetric): string {
  const interval = intervalText(metric);
  return isNoise(metric) && interval !== null
    ? `${NOISE} (${interval})`
    : changeWithInterval(metric);
}

/** Noise would show as much. */
export const NOISE = "~";

/** How sure an interval is: each look at the pairs takes its share, so that all of them together keep it. */
export const INTERVAL_SURE = "95% over all looks, of each metric by itself";

/** Why base, head and the change beside them need not fit together to the last digit. */
export const CHANGE_NOTE =
  "Change: head against base over the pairs of starts, so it needn't be the ratio of the two medians beside it";

/** `12.1% slower (9.8% to 14.2%)`: a word that both have is said once. */
export function changeWithInterval(metric: ComparedMetric): string {
  const change = changeText(metric);
  const interval = intervalText(metric);
  return interval === null ? change : `${change} (${within(change, interval)})`;
}

/** The interval without the word that the change before it has, too. */
export function within(change: string, interval: string): string {
  const word = / (slower|faster)$/.exec(change)?.[1];
  const [same] =
    word === undefined ? [] : [new RegExp(`^([\\d.%]+ to [\\d.%]+) ${word}$`).exec(interval)];
  return same?.[1] ?? interval;
}

/** Noise would show as much: no direction is claimed. */
export function isNoise(metric: ComparedMetric): boolean {
  const { p, level, primary, adjusted, ratio, because } = metric;
  // Nothing is claimed of it in any case.
  if (because === "descriptive") return ratio?.level != null && spansNoChange(ratio);
  if (p === null || level === null || ratio === null) return true;
  return (primary ? p.twoSided : (adjusted ?? 1)) > level.difference;
}

function spansNoChange({ low, high }: NonNullable<ComparedMetric["ratio"]>): boolean {
  return (low ?? 0) <= 1 && (high ?? Number.POSITIVE_INFINITY) >= 1;
}

/** What is said of a metric, without a sign; advice never looks like a verdict. */
export function verdictWord(metric: ComparedMetric, { comparison, verdict }: Result): string {
  if (metric.because === "descriptive") return "only described";
  if (comparison?.withheld != null) return "withheld";
  if (!metric.primary) {
    if (isNoise(metric) || metric.ratio?.estimate == null) return "~";
    return side(metric.ratio.estimate, metric.better) ?? "~";
  }
  return verdict === "broken" ? "doesn't count" : VERDICT_WORDS[metric.verdict].toLowerCase();
}

/** The sign of a verdict, where there is one. */
export function verdictSign(metric: ComparedMetric, result: Result): string | null {
  const judged = verdictWord(metric, result) === VERDICT_WORDS[metric.verdict].toLowerCase();
  return judged ? VERDICT_SIGNS[metric.verdict] : null;
}

/** Why it isn't decided; null where nothing is to be said of it. */
export function undecidedText(metric: ComparedMetric, result: Result): string | null {
  const { verdict, because, primary } = metric;
  const told = result.comparison?.withheld == null && result.verdict !== "broken";
  return primary && told && verdict === "inconclusive" ? (UNDECIDED[because] ?? null) : null;
}

/** Rounds whose figures are not known, because this tool was late: `2 rounds of head read too late`. */
export function leftOutText({ leftOut }: ComparedMetric): string | null {
  const sides = (["base", "head"] as const).flatMap((side) => {
    const count = leftOut?.[side] ?? 0;
    return count === 0 ? [] : [`${plural(count, "round")} of ${side}`];
  });
  return sides.length === 0 ? null : `${list(sides)} read too late`;
}

/** `24.1 tok/s`; `failed` where most of the starts did. */
export function valueText({ pairs }: ComparedMetric, value: number | null, unit: string): string {
  if (pairs.length === 0) return UNKNOWN;
  return value === null ? "failed" : figure(value, unit);
}
