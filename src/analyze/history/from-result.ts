/** A run's result to its line in the history. Pure. */
import { createHash } from "node:crypto";
import { nameOfLoad } from "../../plan/load.ts";
import { name as nameOfCompat } from "../../plan/matrix.ts";
import type { Metric, MetricName, Result, ResultCell } from "../../result.ts";
import { mainVariant, recommendedCells } from "../recommended-cells.ts";
import { median } from "../statistics.ts";
import { aboutOf, keyOf, keyParts } from "./key.ts";
import { type Better, HISTORY_SCHEMA_ID, type HistoryLine, type HistorySeries } from "./line.ts";

interface Followed {
  label: string;
  unit: string;
  better: Better;
  /** In the family that is judged. */
  primary: boolean;
}

/** Figures that are followed over time, in the order in which they are shown. */
export const FOLLOWED: Partial<Record<MetricName, Followed>> = {
  ttftMs: { label: "TTFT", unit: "ms", better: "smaller", primary: true },
  decodeTokensPerSecond: { label: "decode", unit: "tok/s", better: "bigger", primary: true },
  turnMs: { label: "turn", unit: "ms", better: "smaller", primary: true },
  prefillTokensPerSecond: { label: "prefill", unit: "tok/s", better: "bigger", primary: false },
  toolCallMs: { label: "tool call", unit: "ms", better: "smaller", primary: false },
  throughputTokensPerSecond: {
    label: "throughput",
    unit: "tok/s",
    better: "bigger",
    primary: false,
  },
};

/**
 * @param of.commit of the code that was measured; null: not known
 * @param of.at when it was measured (ISO 8601, UTC)
 */
export function toHistoryLine(
  result: Result,
  of: { commit: string | null; at: string },
): HistoryLine {
  const parts = keyParts(result);
  const variant = mainVariant(result);
  const cells = result.cells.filter((cell) => cell.variant === variant?.name);
  const followed = followedCells(result, cells);
  // A comparison stops when it is decided: it has as many starts as it needed.
  const starts = result.comparison?.pairs.made ?? result.plan.starts;
  const line = {
    schema: HISTORY_SCHEMA_ID,
    at: new Date(of.at).toISOString(),
    commit: of.commit,
    source: "inferrs-bench",
    key: keyOf(parts),
    parts,
    about: aboutOf(result),
    series: cells.flatMap((cell) => seriesOf(cell, followed.has(cell), starts)),
    outcomes: cells
      .filter((cell) => cell.outcome.reason !== "not-applicable")
      .map((cell) => ({ cell: cellName(cell), kind: cell.outcome.kind })),
  } as const;
  return { ...line, id: idOf(line) };
}

/** A scenario without combinations (a smoke test) is followed only where there is no other. */
function followedCells(result: Result, cells: readonly ResultCell[]): ReadonlySet<ResultCell> {
  const flagged = (cell: ResultCell) => Object.keys(cell.compat).length > 0;
  return new Set(cells.some(flagged) ? recommendedCells(result).filter(flagged) : cells);
}

/** The same for the same content, so that a line that was sent twice is one. */
export function idOf(line: Omit<HistoryLine, "id">): string {
  return createHash("sha256").update(JSON.stringify(line)).digest("hex").slice(0, 20);
}

/** A cell without its variant: `agent-turn [requiresStringContent=true] concurrency=4`. */
export function cellName({
  scenario,
  compat,
  settings,
  load,
}: Pick<ResultCell, "scenario" | "compat" | "settings" | "load">): string {
  const flags = nameOfCompat(compat);
  const paths = Object.entries(settings).map(([path, value]) => `${path}=${JSON.stringify(value)}`);
  const combination = [flags, ...paths].filter((part) => part !== "").join(",");
  return [scenario, combination === "" ? "" : `[${combination}]`, nameOfLoad(load)]
    .filter((part) => part !== "")
    .join(" ");
}

/** The name of a followed figure doesn't say its combination, the recommended one: the key does. */
function seriesOf(cell: ResultCell, followed: boolean, starts: number): HistorySeries[] {
  if (cell.outcome.kind !== "pass") return [];
  const prefix = followed
    ? [cell.scenario, nameOfLoad(cell.load)].filter((part) => part !== "").join(" ")
    : cellName(cell);
  return Object.entries(FOLLOWED).flatMap(([name, { label, unit, better, primary }]) => {
    const metric = cell.metrics[name as MetricName];
    const medians = metric === undefined ? [] : startMedians(metric);
    // Fewer starts than planned (a time budget, an engine that died): another spread, another figure.
    if (medians.length === 0 || medians.length < starts) return [];
    return {
      name: `${prefix} ${label}`,
      unit,
      better,
      primary: followed && primary,
      value: rounded(median(medians)),
      starts: medians.map(rounded),
    };
  });
}

/** The median within each measured start, in the order of the starts. */
export function startMedians(metric: Metric): number[] {
  const starts = [...new Set(metric.samples.map(({ start }) => start))].sort((a, b) => a - b);
  return starts.map((start) =>
    median(metric.samples.filter((each) => each.start === start).map(({ value }) => value)),
  );
}

/** Six digits are more than any clock is good for, and keep the line short. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
