/** What the pairs say about one metric: estimate, interval and p-values, before any decision. */
import { FEWEST_FOR_RANKS, FEWEST_PAIRS, type Look } from "./looks.ts";
import { differences, type PairedStarts } from "./pairs.ts";
import { type OneSided, signedRank } from "./signed-rank.ts";
import { type StudentMean, studentInterval, studentMean, studentTest } from "./student.ts";
import { tost } from "./tost.ts";
import { hodgesLehmann, walshAverages, walshInterval } from "./walsh.ts";

export type Method = "signed-rank" | "student-t" | "too-few-pairs";

export interface Evidence {
  method: Method;
  /** One per pair judged, as ln(head / base), positive is worse. */
  differences: number[];
  /** Their centre (Hodges-Lehmann; the mean for Student's t); null without a pair. */
  centre: number | null;
  /**
   * Repeated confidence interval (Jennison & Turnbull 2000, chapter 9): at the level of this look,
   * so that those of all looks together cover 95%. Of this metric by itself, not of the family.
   */
  interval: { low: number; high: number; level: number } | null;
  p: {
    worse: number;
    better: number;
    twoSided: number;
    /** That the change is not below delta. */
    noRegression: number;
    /** That it is not within delta on either side (TOST). */
    equivalent: number;
  } | null;
}

/** The judged pairs are the look's; before the first look all that are there, without tests. */
export function evidenceOf(metric: PairedStarts, look: Look | null): Evidence {
  const judged = differences(metric).slice(0, look?.pairs);
  const mean = studentMean(judged);
  const n = judged.length;
  if (look === null || n < FEWEST_PAIRS) return describe(judged);
  // A failed start has a rank, but no part in a mean.
  const ranks = n >= FEWEST_FOR_RANKS || mean === null;
  const test = ranks
    ? (shift: number) => signedRank(judged, shift)
    : (shift: number) => studentTest(mean, shift);
  const level = 1 - look.difference(1);
  return {
    method: ranks ? "signed-rank" : "student-t",
    differences: judged,
    ...(ranks ? byRanks(judged, level) : byMean(mean, level)),
    p: pValues(test, Math.log1p(metric.delta)),
  };
}

function pValues(test: (shift: number) => OneSided, threshold: number): NonNullable<Evidence["p"]> {
  const { worse, better } = test(0);
  return {
    worse,
    better,
    twoSided: Math.min(1, 2 * Math.min(worse, better)),
    noRegression: test(threshold).better,
    equivalent: tost(test, -threshold, threshold),
  };
}

function byRanks(judged: number[], level: number): Pick<Evidence, "centre" | "interval"> {
  const averages = walshAverages(judged);
  const interval = walshInterval(averages, judged.length, level);
  return {
    centre: hodgesLehmann(averages),
    interval: interval && { low: interval.low, high: interval.high, level },
  };
}

function byMean(mean: StudentMean, level: number): Pick<Evidence, "centre" | "interval"> {
  const [low, high] = studentInterval(mean, level);
  return { centre: mean.mean, interval: { low, high, level } };
}

function describe(judged: number[]): Evidence {
  return {
    method: "too-few-pairs",
    differences: judged,
    centre: judged.length === 0 ? null : hodgesLehmann(walshAverages(judged)),
    interval: null,
    p: null,
  };
}
