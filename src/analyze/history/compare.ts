/** A run beside the earlier ones of the same key: advice, never a verdict. Pure. */
import { PART_LABELS } from "./key.ts";
import { type HistoryLine, type HistorySeries, inOrder, seriesId } from "./line.ts";
import { FEWEST_POINTS, MOST_POINTS, predictionInterval } from "./predict.ts";

/** Of all judged figures together: so often one of an unchanged run lies outside. */
const FAMILY_ERROR = 0.05;
/** Lines hold six digits: where all values are equal, the interval is finer than that. */
const RESOLUTION = 1e-5;

export interface HistoryMetric {
  name: string;
  unit: string;
  better: HistorySeries["better"];
  value: number;
  /** Earlier values that count; `expected` is null with fewer than 10. */
  points: number;
  expected: [low: number, high: number] | null;
  outside: "worse" | "better" | null;
}

export interface Difference {
  what: string;
  before: string;
  now: string;
}

export interface HistoryComparison {
  /** It never decides anything: one run on one day, beside others on other days. */
  advisory: true;
  key: string | null;
  /** Earlier runs with this key. */
  points: number;
  /** With nothing of the same key: the latest run before, and in what this one differs from it. */
  changed: { at: string; commit: string | null; differences: Difference[] } | null;
  metrics: HistoryMetric[];
  /** Cells that fail now and passed in the run before, with the same key. */
  newlyFailing: string[];
  /** What it comes to, a sentence each. */
  words: string[];
}

/**
 * Compares with the last 30 runs that have the same key, by a prediction interval for each primary
 * metric, once there are 10. The intervals' level is adjusted for their number (Bonferroni), so that
 * an unchanged run has a figure outside in about one of 20 cases, however many figures there are.
 *
 * @param lines in any order, more than once or not; the run itself may be among them
 */
export function compareWithHistory(
  line: HistoryLine,
  lines: readonly HistoryLine[],
): HistoryComparison {
  const others = inOrder(lines).filter(({ id }) => id !== line.id);
  const same = line.key === null ? [] : others.filter(({ key }) => key === line.key);
  const recent = same.slice(-MOST_POINTS);
  const primary = line.series.filter((series) => series.primary);
  const level = 1 - FAMILY_ERROR / Math.max(1, primary.length);
  const metrics = primary.map((series) => judge(series, recent, level));
  const before = same.length > 0 ? null : latestOwn(others);
  const comparison = {
    advisory: true,
    key: line.key,
    points: same.length,
    changed:
      before === null
        ? null
        : { at: before.at, commit: before.commit, differences: differencesOf(before, line) },
    metrics,
    newlyFailing: newlyFailing(line, same.filter(({ outcomes }) => outcomes.length > 0).at(-1)),
  } as const;
  return { ...comparison, words: words(comparison) };
}

function judge(series: HistorySeries, lines: readonly HistoryLine[], level: number): HistoryMetric {
  const { name, unit, better, value } = series;
  const values = valuesOf(series, lines);
  const expected = values.length < FEWEST_POINTS ? null : predictionInterval(values, level);
  return { name, unit, better, value, points: values.length, expected, outside: side() };

  function side(): HistoryMetric["outside"] {
    if (expected === null) return null;
    if (value > expected[1] * (1 + RESOLUTION)) return better === "smaller" ? "worse" : "better";
    if (value < expected[0] * (1 - RESOLUTION)) return better === "smaller" ? "better" : "worse";
    return null;
  }
}

function valuesOf(series: HistorySeries, lines: readonly HistoryLine[]): number[] {
  const id = seriesId(series);
  return lines.flatMap(({ series: all }) => {
    const value = all.find((each) => seriesId(each) === id)?.value;
    return value !== undefined && value > 0 ? [value] : [];
  });
}

function latestOwn(lines: readonly HistoryLine[]): HistoryLine | null {
  return lines.filter(({ parts }) => Object.keys(parts).length > 0).at(-1) ?? null;
}

/** Which parts of the key differ; of the machine, what is known of it. */
export function differencesOf(
  before: Pick<HistoryLine, "parts" | "about">,
  now: Pick<HistoryLine, "parts" | "about">,
): Difference[] {
  const parts = changedIn(before.parts, now.parts);
  return parts.flatMap((part) => {
    const what = PART_LABELS[part as keyof typeof PART_LABELS] ?? part;
    const { [part]: was = "none" } = before.parts;
    const { [part]: is = "none" } = now.parts;
    if (part !== "machine") return [{ what, ...whereTheyDiffer(was, is) }];
    const known = ["os", "cpu", "cpu governor", "memory", "gpus"];
    const details = changedIn(before.about, now.about).filter((each) => known.includes(each));
    if (details.length === 0) return [{ what, before: was, now: is }];
    return details.map((each) => ({
      what: `${what}: ${each}`,
      before: before.about[each] ?? "none",
      now: now.about[each] ?? "none",
    }));
  });
}

/** Of two lists (knobs, flags, scenarios) the items that are in one alone; else both texts whole. */
function whereTheyDiffer(before: string, now: string): Omit<Difference, "what"> {
  const separator = before.includes(", ") || now.includes(", ") ? ", " : " ";
  const [was, is] = [before.split(separator), now.split(separator)];
  if (!was.some((item) => is.includes(item))) return { before, now };
  const left = (items: string[], others: string[]) =>
    items.filter((item) => !others.includes(item)).join(separator) || "without";
  return { before: left(was, is), now: left(is, was) };
}

function changedIn(before: Record<string, string>, now: Record<string, string>): string[] {
  return [...new Set([...Object.keys(now), ...Object.keys(before)])].filter(
    (name) => before[name] !== now[name],
  );
}

function newlyFailing(line: HistoryLine, before: HistoryLine | undefined): string[] {
  const passed = new Set(
    before?.outcomes.filter(({ kind }) => kind === "pass").map(({ cell }) => cell),
  );
  return line.outcomes
    .filter(({ cell, kind }) => kind !== "pass" && kind !== "not-run" && passed.has(cell))
    .map(({ cell, kind }) => `${cell}: ${kind}`);
}

function words(of: Omit<HistoryComparison, "words">): string[] {
  const said: string[] = [];
  if (of.newlyFailing.length > 0) {
    said.push(
      `Passed in the run before and fails now: ${of.newlyFailing.join("; ")}. Measure again before you act on it.`,
    );
  }
  if (of.metrics.length === 0) {
    return [...said, "Nothing to compare: no combination works, or not all of it was measured."];
  }
  if (of.points === 0) {
    if (of.changed === null) return [...said, "This is the first run in the history."];
    const what = [...new Set(of.changed.differences.map((each) => each.what))].join(", ");
    return [
      ...said,
      `A new line begins: no earlier run has the same key. Against the latest one (${of.changed.at.slice(0, 10)}) it differs in: ${what}.`,
    ];
  }
  const judged = of.metrics.filter(({ expected }) => expected !== null);
  if (judged.length === 0) {
    const have = Math.max(...of.metrics.map(({ points }) => points));
    return [
      ...said,
      `Too early to tell: ${have} of the ${FEWEST_POINTS} earlier runs that it takes have this key and these figures.`,
    ];
  }
  const outside = (side: "worse" | "better") =>
    judged.filter((metric) => metric.outside === side).map(({ name }) => name);
  const worse = outside("worse");
  const better = outside("better");
  if (worse.length > 0) said.push(`Worse than earlier runs foretell: ${worse.join(", ")}.`);
  if (better.length > 0) said.push(`Better than earlier runs foretell: ${better.join(", ")}.`);
  if (worse.length + better.length === 0) said.push("As the earlier runs foretell.");
  if (judged.length < of.metrics.length) {
    const short = of.metrics.filter(({ expected }) => expected === null).map(({ name }) => name);
    said.push(`Too few earlier values to judge ${short.join(", ")}.`);
  }
  said.push(
    "This is advice, not a verdict: the runs are of different days. Base and head measured together decide (--base).",
  );
  return said;
}
