/** What the Markdown of a comparison and its text for a terminal have in common. Pure. */
import { name, shownCombination } from "../plan/matrix.ts";
import type { ComparedMetric, ComparedSuccess, Comparison, Result } from "../result.ts";
import { share } from "./comparison-change.ts";
import { scenarioOf, titles, worstFirst } from "./comparison-words.ts";
import { list, percent, plural } from "./format.ts";

export function primaryMetrics({ metrics }: Comparison): ComparedMetric[] {
  return metrics.filter(({ primary }) => primary);
}

/** The metric whose pairs tell the verdict: of those that led to it the worst, or the best. */
export function tellingMetric({ comparison, verdict }: Result): ComparedMetric | null {
  const primary = comparison === null ? [] : primaryMetrics(comparison);
  const led = worstFirst(primary.filter((metric) => metric.verdict === verdict));
  const all = led.length > 0 ? led : worstFirst(primary);
  return (verdict === "improvement" ? all.at(-1) : all[0]) ?? null;
}

/** Something was measured of both sides. */
export function hasFigures(comparison: Comparison): boolean {
  return comparison.metrics.some(({ pairs }) => pairs.length > 0);
}

/** How many pairs, judged when, and why it ended there: a sentence. */
export function pairsLine({ design, pairs }: Comparison): string {
  if (design === "attached") {
    return `${plural(pairs.made, "round")} of each in turn, on servers that were running before.`;
  }
  const asked = pairs.list.filter(({ confirming }) => confirming).length;
  const more = asked === 0 ? "" : ` (and ${asked} to see whether head fails again)`;
  const of = pairs.made === pairs.planned ? "" : ` of at most ${pairs.planned}`;
  const made = `${plural(pairs.made, "pair")}${of}${more}`;
  const judged =
    pairs.made === 0
      ? ""
      : pairs.judged === 0
        ? `, too few to be judged, which takes ${pairs.looks[0] ?? 6}`
        : pairs.judged === pairs.made
          ? ", all judged"
          : `, the first ${pairs.judged} judged`;
  return `${made}${judged}; ${ENDED[pairs.ended]}.`;
}

const ENDED: Record<Comparison["pairs"]["ended"], string> = {
  settled: "it ended there because the verdict stood",
  "all-made": "those were all that were planned",
  "time-budget": "the time budget ended it there",
  interrupted: "it was stopped there",
  failed: "it failed there",
};

/** Cells that head breaks, that base fails too, or that failed now and then: each sentence once. */
export function successLines(result: Result): string[] {
  const all = result.comparison?.success ?? [];
  const told = all.filter(
    ({ state, failures }) => state !== "works" || failures.base > 0 || failures.head > 0,
  );
  const groups = new Map<string, ComparedSuccess[]>();
  for (const each of told) {
    const { sentence, failures } = each;
    const shares = `failed requests: base ${percent(failures.base)}, head ${percent(failures.head)}`;
    // Some sentences have the shares already.
    const more = failures.base + failures.head > 0 && !sentence.includes("%") ? ` (${shares})` : "";
    const text = `${sentence.replace(/\.$/, "")}${more}.`;
    const key = `${scenarioOf(result, each.cell)}: ${text}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  const lines = [...groups].map(([text, cells]) => {
    const [first] = cells;
    if (first === undefined) return text;
    const scenario = scenarioOf(result, first.cell);
    const others = all.filter(({ cell }) => scenarioOf(result, cell) === scenario);
    if (cells.length === others.length) return text;
    return text.replace(scenario, () => `${scenario} (${whichOf(result, cells)})`);
  });
  if (told.length === 0) return all.length === 0 ? [] : ["No request failed, on either side."];
  const works = all.length - told.length;
  if (works === 0) return lines;
  return [...lines, `Nothing failed on either side in ${plural(works, "other cell")}.`];
}

function whichOf(result: Result, cells: readonly ComparedSuccess[]): string {
  const [first] = cells;
  const cell = result.cells.find(({ id }) => id === first?.cell);
  return cells.length > 1 || cell === undefined
    ? plural(cells.length, "combination")
    : name(shownCombination(cell)).replaceAll(",", ", ");
}

/** `5%, agent-turn TTFT 10%`: what is most common goes without a name. */
export function thresholdsText(result: Result): string {
  const metrics = result.comparison === null ? [] : primaryMetrics(result.comparison);
  const counts = new Map<number, number>();
  for (const { threshold } of metrics) counts.set(threshold, (counts.get(threshold) ?? 0) + 1);
  const [usual] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [0];
  const title = titles(result);
  const others = metrics.filter(({ threshold }) => threshold !== usual);
  return [share(usual), ...others.map((each) => `${title(each)} ${share(each.threshold)}`)].join(
    ", ",
  );
}

/** What an A/A comparison says of the machine, the primary metrics first. */
export function sensitivityLines(result: Result): { primary: string[]; rest: string[] } {
  const seen = result.comparison?.sensitivity ?? [];
  const title = titles(result);
  const lines = { primary: [] as string[], rest: [] as string[] };
  for (const each of seen) {
    const metric = result.comparison?.metrics.find(
      ({ cell, metric: name }) => cell === each.cell && name === each.metric,
    );
    const visible = each.plans.flatMap(({ pairs, visibleChange }) =>
      visibleChange === null ? [] : [`${share(visibleChange)} with ${pairs} pairs`],
    );
    const sees =
      visible.length === 0
        ? "this machine would see no change of any size with the pairs planned"
        : `this machine would see a change of ${list(visible, "or")}`;
    const { change, pairs, between } = each.wanted;
    const range =
      between[0] === between[1]
        ? ""
        : `, between ${between[0] ?? "150"} and ${between[1] ?? "more than 150"}`;
    const needs =
      pairs === null
        ? `to see ${share(change)} takes more than 150 pairs`
        : `to see ${share(change)} takes ${pairs} pairs${range}`;
    const name = metric === undefined ? each.metric : title(metric);
    const line = `${name}: ${sees}; ${needs}. Pairs scatter by ${share(each.spread)}.`;
    (metric?.primary === true ? lines.primary : lines.rest).push(line);
  }
  return lines;
}

/** What an A/A comparison promises. */
export const SENSITIVITY_NOTE = "Each in four of five runs, on a machine as noisy as now.";
