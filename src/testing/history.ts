/** Runs and their lines for the tests of the history. */
import { toHistoryLine } from "../analyze/history/from-result.ts";
import type { HistoryLine } from "../analyze/history/line.ts";
import type { Metric, Result } from "../result.ts";
import { sampleCell, sampleMetric, sampleResult } from "./github/result.ts";

/** Samples of measured starts 1, 2, …: a list of values for each. */
export function metricOf(starts: number[][]): Metric {
  const samples = starts.flatMap((values, start) =>
    values.map((value, round) => ({ start: start + 1, round, value })),
  );
  return { ...sampleMetric(samples[0]?.value ?? 0), n: samples.length, samples };
}

/** An agent turn with these figures in its two starts. */
export function runOf(
  turnMs: number,
  over: Partial<Result> = {},
  ttftMs = turnMs / 2,
  decode = 20,
): Result {
  const both = (value: number) => metricOf([[value], [value]]);
  const cell = sampleCell({
    metrics: {
      ttftMs: both(ttftMs),
      turnMs: both(turnMs),
      decodeTokensPerSecond: both(decode),
    },
  });
  const { plan } = sampleResult();
  return sampleResult({ cells: [cell], plan: { ...plan, starts: 2 }, ...over });
}

/** A day each from 2026-01-01 on. */
export function dayOf(index: number): string {
  return new Date(Date.UTC(2026, 0, 1 + index)).toISOString();
}

export function lineOf(turnMs: number, day: number, over: Partial<Result> = {}): HistoryLine {
  const commit = day.toString(16).padStart(40, "0");
  return toHistoryLine(runOf(turnMs, over), { commit, at: dayOf(day) });
}

/** As many runs, each a little different from the others. */
export function linesOf(count: number, turnMs = 1000, over: Partial<Result> = {}): HistoryLine[] {
  return Array.from({ length: count }, (_, day) =>
    lineOf(turnMs * (1 + 0.01 * Math.sin(day * 2.4)), day, over),
  );
}
