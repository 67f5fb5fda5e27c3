/**
 * Each pair of starts in order: what came first, and by how much head was slower or faster. Anyone
 * sees drift, luck and failures that a verdict sums up. Plain text for a code block or a terminal,
 * narrow enough for a phone. Pure.
 */
import type { ComparedMetric, Comparison, EngineStart, Result } from "../result.ts";
import { clip, plain } from "./escape.ts";

type Pair = Comparison["pairs"]["list"][number];

type PairSeen =
  /** `slower`: share by which head was slower; negative: faster. */
  | { kind: "change"; slower: number }
  | { kind: "failed"; text: string }
  | { kind: "missing"; text: string };

/** Columns of a bar on each side of the axis. */
const HALF = 6;
const FIGURE = 13;
/** What stands before the bars: number of the pair, and which side came first. */
const LEAD = 10;
/** Of one metric: both sides, the axis, the figure. */
const BARS = HALF + 1 + HALF + FIGURE;
const GAP = 2;
/** More pairs than anybody reads: the first ones are in the result. */
const MOST_ROWS = 60;

/** So many columns one metric takes. */
export const STRIP_COLUMNS = LEAD + BARS;

/** How many metrics stand side by side. */
export function metricsAbreast(columns: number): number {
  return Math.max(1, Math.floor((columns - LEAD + GAP) / (BARS + GAP)));
}

/**
 * Rows for one or more metrics side by side, with a head; empty without a pair.
 * @param heads a title over each metric; none for one metric that is named elsewhere
 */
export function strip(
  result: Result,
  metrics: readonly ComparedMetric[],
  heads: readonly string[] = [],
): string[] {
  const { comparison } = result;
  const list = [...(comparison?.pairs.list ?? [])].sort((a, b) => a.pair - b.pair);
  if (comparison === null || list.length === 0 || metrics.length === 0) return [];
  const scales = metrics.map((metric) => scaleOf(metric));
  const cells = (texts: readonly string[]) =>
    texts.map((text) => clip(text, BARS).padEnd(BARS)).join(" ".repeat(GAP));
  const rows = list.map((pair) => {
    const number = `${pair.pair + 1}${pair.confirming ? "*" : " "}`.padStart(4);
    const seen = metrics.map((metric, i) =>
      drawn(seenOf(result, metric, pair), metric.threshold, scales[i] ?? 1),
    );
    return `${number} ${pair.first} ${cells(seen)}`.trimEnd();
  });
  const judged = lastJudged(comparison, list);
  if (judged !== null) rows.splice(judged + 1, 0, NOT_JUDGED);
  const left = rows.length - MOST_ROWS;
  const shown = left > 0 ? [`  the first ${left} are in result.json`, ...rows.slice(left)] : rows;
  const axis = `${"faster".padStart(HALF)}│${"slower".padEnd(HALF)}`;
  return [
    ...(heads.length === 0 ? [] : [`${" ".repeat(LEAD)}${cells(heads.map(plain))}`.trimEnd()]),
    `${"pair 1st".padEnd(LEAD)}${cells(metrics.map(() => axis))}`.trimEnd(),
    ...shown,
  ];
}

const NOT_JUDGED = "  after the last look, not judged:";

/** What the marks mean, in a sentence or two. */
export function stripLegend({ comparison }: Result): string {
  const confirming = comparison?.pairs.list.some((pair) => pair.confirming) === true;
  return [
    `A row is one ${comparison?.design === "attached" ? "round" : "start"} of each, one after the other; a bar to the right: head was slower in it. ┊ is the threshold.`,
    confirming ? "*: made to see whether head fails again, no part of the figures." : null,
  ]
    .filter((part) => part !== null)
    .join(" ");
}

/** Index of the last judged pair where others come after it, else null. */
function lastJudged({ pairs }: Comparison, list: readonly Pair[]): number | null {
  let count = 0;
  if (pairs.judged === 0) return null;
  const last = list.findIndex((pair) => !pair.confirming && ++count === pairs.judged);
  const after = list.slice(last + 1).some((pair) => !pair.confirming);
  return last >= 0 && after ? last : null;
}

function seenOf(result: Result, metric: ComparedMetric, pair: Pair): PairSeen {
  const values = metric.pairs.find((each) => each.pair === pair.pair);
  const starts = { base: startOf(result, "base", pair), head: startOf(result, "head", pair) };
  const died = (["base", "head"] as const).filter((side) => failureOf(starts[side]) !== null);
  if (values === undefined || (values.base === null && values.head === null)) {
    const [first] = died;
    if (values === undefined && first === undefined) {
      const text = pair.confirming ? "· no figures" : "– not finished";
      return { kind: "missing", text };
    }
    if (values !== undefined || died.length === 2) return { kind: "failed", text: "✗ both" };
    return { kind: "failed", text: `✗ ${first}: ${failureOf(starts[first ?? "head"])}` };
  }
  const { base, head } = values;
  if (base === null || head === null) {
    const side = head === null ? "head" : "base";
    const why =
      failureOf(starts[side]) ??
      onlyFailure(result, side === "head" ? metric.cell : metric.baseCell);
    return { kind: "failed", text: `✗ ${side}: ${why ?? "failed"}` };
  }
  if (base === 0 && head === 0) return { kind: "change", slower: 0 };
  const ratio = head / base;
  return { kind: "change", slower: metric.better === "lower" ? ratio - 1 : 1 - ratio };
}

/** The engine's start of one side of a pair. */
export function startOf(
  result: Result,
  side: "base" | "head",
  pair: Pair,
): EngineStart | undefined {
  const variant = result.comparison?.[side];
  return result.starts.find((each) => each.variant === variant && each.pair === pair.pair);
}

/** How it failed; null: it did not. */
export function failureOf(start: EngineStart | undefined): string | null {
  if (start === undefined) return null;
  if (start.failure !== null) return start.failure.kind;
  return start.end === null || start.end.kind === "stopped" ? null : start.end.kind;
}

/** Of a start whose requests failed: the kind, where the cell has met one alone. */
function onlyFailure(result: Result, id: string | null): string | null {
  const failures = result.cells.find((cell) => cell.id === id)?.outcome.failures ?? [];
  return failures.length === 1 ? (failures[0]?.kind ?? null) : null;
}

/** What the whole half stands for: never so little that noise looks large, nor for one wild pair. */
function scaleOf({ pairs, better, threshold }: ComparedMetric): number {
  const sizes = pairs
    .flatMap(({ base, head }) =>
      base === null || head === null || base === 0 ? [] : [head / base],
    )
    .map((ratio) => Math.abs(better === "lower" ? ratio - 1 : 1 - ratio))
    .sort((a, b) => a - b);
  const most = sizes.at(-1) ?? 0;
  const middle = sizes[Math.floor(sizes.length / 2)] ?? 0;
  return Math.max(2 * threshold, Math.min(most, 3 * middle));
}

function drawn(seen: PairSeen, threshold: number, scale: number): string {
  if (seen.kind !== "change") return seen.text;
  const { slower } = seen;
  const [left, right] =
    slower < 0 ? [bar(-slower, scale, "left"), ""] : ["", bar(slower, scale, "right")];
  const mark = Math.min(HALF - 1, Math.round((threshold / scale) * HALF));
  const limit = right.length <= mark ? `${right.padEnd(mark)}┊` : right;
  return `${left.padStart(HALF)}│${limit.padEnd(HALF)}${figure(slower).padStart(FIGURE)}`;
}

/** In halves of a character; what goes beyond ends in an arrow. */
function bar(size: number, scale: number, side: "left" | "right"): string {
  if (size > scale * 1.001) {
    return side === "right" ? `${"█".repeat(HALF - 1)}»` : `«${"█".repeat(HALF - 1)}`;
  }
  const halves = Math.round((size / scale) * HALF * 2);
  const whole = "█".repeat(Math.floor(halves / 2));
  if (halves % 2 === 0) return whole;
  return side === "right" ? `${whole}▌` : `▐${whole}`;
}

/** In the words of every other place: of a rate, too, no sign could tell which way is worse. */
function figure(slower: number): string {
  const percent = Math.abs(slower * 100);
  const text = percent < 99.95 ? percent.toFixed(1) : String(Math.min(9999, Math.round(percent)));
  if (Number(text) === 0) return "as fast";
  return `${text}% ${slower < 0 ? "faster" : "slower"}`;
}
