/** The decision rule: from pairs of starts to a verdict for each metric and for the run. */
import { type Evidence, evidenceOf } from "./evidence.ts";
import { type Ended, FEWEST_PAIRS, type Look, lookAt } from "./looks.ts";
import { benjaminiHochberg, holm } from "./multiplicity.ts";
import { differences, type PairedStarts } from "./pairs.ts";
import type { SuccessDecision } from "./success.ts";

export type MetricVerdict = "regression" | "improvement" | "no-regression" | "inconclusive";
export type RunVerdict = MetricVerdict | "broken";

/** Why a metric's verdict is what it is. */
export type Because =
  | "worse-by-more-than-delta"
  | "better-by-more-than-delta"
  | "change-is-below-delta"
  /** Different from base for sure, and for sure by less than delta. */
  | "worse-by-less-than-delta"
  /** It can't be a regression; whether it is an improvement, the last look may tell. */
  | "may-be-an-improvement"
  | "not-settled"
  /** So few pairs can't reach the level that so many metrics need, whatever they show. */
  | "level-out-of-reach"
  | "too-few-pairs"
  /** In most of the pairs that were made there is no number on both sides. */
  | "too-few-figures"
  /** Head's replies have another length: a whole turn is other work than base's. */
  | "replies-differ"
  /** Of too many rounds this tool was too late to tell what they took. */
  | "rounds-left-out";

export interface MetricDecision extends Evidence {
  metric: string;
  better: "lower" | "higher";
  primary: boolean;
  delta: number;
  verdict: MetricVerdict;
  because: Because;
  /** Head / base in the metric's own unit, with the interval; above 1 is more, not worse. */
  ratio: { estimate: number; low: number | null; high: number | null } | null;
  /**
   * What the p-values were compared with: of a primary metric `difference` by Holm at this look; of
   * the others the level of their Benjamini-Hochberg adjusted p-value. Null before the first look.
   */
  level: { difference: number; noRegression: number } | null;
  /** Adjusted p-value of a metric outside the family, which is advisory. */
  adjusted: number | null;
}

export interface Decision {
  verdict: RunVerdict;
  /** Stop: the verdict stands, more starts would not be used. */
  settled: boolean;
  look: { pairs: number; counts: number[]; last: boolean } | null;
  metrics: MetricDecision[];
  success: SuccessDecision[];
}

export interface DecideOptions {
  /** Pairs planned at most, from which the looks follow. */
  maxStarts: number;
  /** Complete pairs, those in which a metric has no figure among them; absent: as many as metrics have. */
  made?: number;
  /** Set when no more pairs will come although fewer than planned are there. */
  ended?: Ended | null;
  /** What `decideSuccess` said, of each cell. */
  success?: readonly SuccessDecision[];
}

/**
 * A pure function of the pairs: the same at any time, on any machine, and symmetric in base and
 * head. Only what the last permitted look had is judged, and it is judged afresh at each look: a
 * verdict of an earlier one doesn't bind (the levels hold for crossing at any look, so at the
 * current one alone all the more).
 */
export function decide(metrics: readonly PairedStarts[], options: DecideOptions): Decision {
  const { maxStarts, ended = null, success = [] } = options;
  const family = metrics.some((metric) => metric.primary)
    ? metrics.filter((metric) => metric.primary)
    : metrics;
  const pairs = Math.max(0, ...family.map((metric) => differences(metric).length));
  const look = lookAt(maxStarts, pairs, ended);
  const made = options.made ?? Math.max(0, ...metrics.map((metric) => metric.pairs.length));
  const decisions = decideMetrics(metrics, look, made);
  const verdict = runVerdict(decisions, success);
  const confirming = success.some((one) => one.state === "confirm");
  const decided = verdict !== "inconclusive" || (look?.last ?? false);
  return {
    verdict,
    settled: verdict === "broken" || (decided && !confirming),
    look: look && { pairs: look.pairs, counts: look.counts, last: look.last },
    metrics: decisions,
    success: [...success],
  };
}

function decideMetrics(
  metrics: readonly PairedStarts[],
  look: Look | null,
  made: number,
): MetricDecision[] {
  const evidence = metrics.map((metric) => evidenceOf(metric, look));
  const indexes = metrics.map((_, index) => index);
  const family = indexes.filter((index) => metrics[index]?.primary);
  const others = indexes.filter((index) => !metrics[index]?.primary);
  const p = (index: number) => evidence[index]?.p?.twoSided ?? 1;
  const steps = holm(family.map(p), (left) => look?.difference(left) ?? 0);
  const adjusted = benjaminiHochberg(others.map(p));
  const advisoryLevel = look?.difference(1) ?? 0;
  return metrics.map((metric, index) => {
    const of = evidence[index] ?? evidenceOf(metric, look);
    const step = steps[family.indexOf(index)];
    const other = adjusted[others.indexOf(index)] ?? null;
    const rejected = step?.rejected ?? (other !== null && other <= advisoryLevel);
    const difference = step?.level ?? advisoryLevel;
    const level = look && { difference, noRegression: look.noRegression };
    return {
      ...of,
      metric: metric.metric,
      better: metric.better,
      primary: metric.primary,
      delta: metric.delta,
      ...judge(of, Math.log1p(metric.delta), {
        ...{ rejected, level, last: look?.last ?? false },
        undecidable: metric.undecidable,
        unmeasured:
          made >= FEWEST_PAIRS && 2 * differences(metric).filter(Number.isFinite).length <= made,
      }),
      ratio: ratioOf(of, metric.better),
      level,
      adjusted: look && other,
    };
  });
}

interface Judged {
  /** Holm (or Benjamini-Hochberg) says that head differs from base. */
  rejected: boolean;
  level: { difference: number; noRegression: number } | null;
  last: boolean;
  /** Most of the pairs made have no number on both sides. */
  unmeasured: boolean;
  undecidable: PairedStarts["undecidable"];
}

function judge(
  { p, centre, differences }: Evidence,
  threshold: number,
  { rejected, level, last, unmeasured, undecidable }: Judged,
): { verdict: MetricVerdict; because: Because } {
  if (p === null || centre === null || level === null) {
    return { verdict: "inconclusive", because: unmeasured ? "too-few-figures" : "too-few-pairs" };
  }
  if (undecidable !== undefined) return { verdict: "inconclusive", because: undecidable };
  if (rejected && centre > threshold) {
    return { verdict: "regression", because: "worse-by-more-than-delta" };
  }
  // Nothing good is said of what was hardly ever seen.
  if (unmeasured) return { verdict: "inconclusive", because: "too-few-figures" };
  if (rejected && centre < -threshold) {
    return { verdict: "improvement", because: "better-by-more-than-delta" };
  }
  if (p.noRegression <= level.noRegression) {
    if (centre < -threshold && !last) {
      return { verdict: "inconclusive", because: "may-be-an-improvement" };
    }
    const worse = rejected && centre > 0;
    return {
      verdict: "no-regression",
      because: worse ? "worse-by-less-than-delta" : "change-is-below-delta",
    };
  }
  const reachable = 2 * 2 ** -differences.length <= level.difference;
  return { verdict: "inconclusive", because: reachable ? "not-settled" : "level-out-of-reach" };
}

function runVerdict(
  metrics: readonly MetricDecision[],
  success: readonly SuccessDecision[],
): RunVerdict {
  const family = metrics.filter((metric) => metric.primary);
  const any = (verdict: MetricVerdict) => family.some((metric) => metric.verdict === verdict);
  if (success.some((one) => one.state === "broken")) return "broken";
  if (any("regression")) return "regression";
  const open = success.some((one) => one.state === "confirm");
  if (family.length === 0 || open || any("inconclusive")) return "inconclusive";
  return any("improvement") ? "improvement" : "no-regression";
}

function ratioOf({ centre, interval }: Evidence, better: "lower" | "higher") {
  if (centre === null) return null;
  const { low, high } = interval ?? { low: null, high: null };
  const sign = better === "lower" ? 1 : -1;
  const ratio = (difference: number | null) =>
    difference === null ? null : Math.exp(sign * difference);
  const [first, second] = sign === 1 ? [low, high] : [high, low];
  return { estimate: Math.exp(sign * centre), low: ratio(first), high: ratio(second) };
}
