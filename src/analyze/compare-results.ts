/** Two results side by side. They come from separate runs: it can only be described. Pure. */
import type { MetricName, Result, ResultCell, Verdict } from "../result.ts";
import { type Difference, differencesOf } from "./history/compare.ts";
import { cellName, FOLLOWED, startMedians } from "./history/from-result.ts";
import { aboutOf, type KeyPart, keyParts, PART_LABELS } from "./history/key.ts";
import type { Better } from "./history/line.ts";
import { mainVariant, recommendedCells } from "./recommended-cells.ts";
import { median } from "./statistics.ts";

export interface ComparedMetric {
  /** `agent-turn [requiresStringContent=true]`. */
  cell: string;
  metric: MetricName | "loadMs";
  label: string;
  unit: string;
  better: Better;
  /** Of base's recommended combination: TTFT, decode, turn. */
  primary: boolean;
  /** Medians of the starts' medians; null where that run has none. */
  base: number | null;
  head: number | null;
  /** head / base. */
  ratio: number | null;
  /**
   * Of separate runs: the starts' medians of the two overlap, or there are not two on each side. Of
   * pairs: the interval of the ratio holds 1, or there is none.
   */
  mayBeNoise: boolean;
}

export interface ComparedResults {
  /** What may differ: the engine's version and file, this tool's version, what is recommended. */
  tested: Difference[];
  /** What decides the figures and differs; `intended`: it was named as the thing under test. */
  differs: (Difference & { part: KeyPart | null; intended: boolean })[];
  /** Why nothing may be concluded from the figures; null: what differs was meant to. */
  withheld: string | null;
  /** Never more than `inconclusive` from separate runs; null where it is withheld. */
  verdict: Verdict | null;
  because: string;
  /** What would decide it; only of pairs of starts. */
  advice?: string[];
  outcomes: { cell: string; base: string; head: string }[];
  metrics: ComparedMetric[];
}

/** Which combination is recommended comes of the figures, and cells are compared with their like. */
export const COMPARED_PARTS = (Object.keys(PART_LABELS) as KeyPart[]).filter(
  (part) => part !== "combination",
);

/**
 * @param intended parts of the key that were changed on purpose; the engine's version and file are
 *   under test anyway
 */
export function compareResults(
  base: Result,
  head: Result,
  intended: readonly KeyPart[] = [],
): ComparedResults {
  const parts = { base: keyParts(base), head: keyParts(head) };
  const about = { base: aboutOf(base), head: aboutOf(head) };
  const differs = COMPARED_PARTS.flatMap((part) =>
    differencesOf(
      { parts: { [part]: parts.base[part] }, about: about.base },
      { parts: { [part]: parts.head[part] }, about: about.head },
    ).map((difference) => ({ ...difference, part, intended: intended.includes(part) })),
  );
  const unmeant = [...new Set(differs.filter((each) => !each.intended).map(({ what }) => what))];
  const withheld =
    unmeant.length === 0
      ? null
      : `The two runs differ in what decides the figures: ${unmeant.join(", ")}. Which of it made a difference can't be told.`;
  return {
    tested: testedOf(
      { ...about.base, [PART_LABELS.combination]: parts.base.combination },
      { ...about.head, [PART_LABELS.combination]: parts.head.combination },
    ),
    differs,
    withheld,
    verdict: withheld === null ? "inconclusive" : null,
    because:
      withheld ??
      "Two separate runs: from start to start and from hour to hour a machine's speed changes by some per cent, and nothing tells that from a change of the code. Measure base and head in one run, in alternating starts, for a verdict.",
    outcomes: outcomesOf(base, head),
    metrics: metricsOf(base, head),
  };
}

/** Everything about the machine is part of the key. */
function testedOf(base: Record<string, string>, head: Record<string, string>): Difference[] {
  return ["engine version", "engine SHA-256", "tool", PART_LABELS.combination]
    .filter((name) => base[name] !== head[name])
    .map((what) => ({ what, before: base[what] ?? "unknown", now: head[what] ?? "unknown" }));
}

function cellsOf(result: Result): Map<string, ResultCell> {
  const variant = mainVariant(result)?.name;
  const cells = result.cells.filter((cell) => cell.variant === variant);
  return new Map(cells.map((cell) => [cellName(cell), cell]));
}

/** Cells that are in both and came out otherwise. */
function outcomesOf(base: Result, head: Result): ComparedResults["outcomes"] {
  const after = cellsOf(head);
  return [...cellsOf(base)].flatMap(([cell, before]) => {
    const kind = after.get(cell)?.outcome.kind;
    if (kind === undefined || kind === before.outcome.kind) return [];
    return { cell, base: before.outcome.kind, head: kind };
  });
}

function metricsOf(base: Result, head: Result): ComparedMetric[] {
  const recommended = new Set(recommendedCells(base).map(cellName));
  const after = cellsOf(head);
  const rows = [...cellsOf(base)].flatMap(([cell, before]) =>
    Object.entries(FOLLOWED).flatMap(([name, { label, unit, better, primary }]) => {
      const metric = name as MetricName;
      const one = startsOf(before, metric);
      const two = startsOf(after.get(cell), metric);
      if (one.length === 0 && two.length === 0) return [];
      const [was, is] = [one, two].map((starts) => (starts.length === 0 ? null : median(starts)));
      return {
        cell,
        metric,
        label,
        unit,
        better,
        primary: primary && recommended.has(cell),
        base: was ?? null,
        head: is ?? null,
        ratio: was == null || is == null || was === 0 ? null : is / was,
        mayBeNoise: overlap(one, two),
      };
    }),
  );
  return rows.sort((a, b) => Number(b.primary) - Number(a.primary));
}

function startsOf(cell: ResultCell | undefined, name: MetricName): number[] {
  const metric = cell?.outcome.kind === "pass" ? cell.metrics[name] : undefined;
  return metric === undefined ? [] : startMedians(metric);
}

function overlap(one: readonly number[], two: readonly number[]): boolean {
  if (one.length < 2 || two.length < 2) return true;
  return Math.max(...one) >= Math.min(...two) && Math.max(...two) >= Math.min(...one);
}
