/** Several parts of one run as one result: all their cells, and one recommendation over them. Pure. */
import { lightest, weightOf } from "../../plan/load.ts";
import { name, shownCombination } from "../../plan/matrix.ts";
import { headOnly } from "../../report/head-only.ts";
import type { Compat, Recommendation, Result, ResultCell } from "../../result.ts";
import { recommend } from "../recommend.ts";
import { mainVariant } from "../recommended-cells.ts";
import { differInSpeed } from "./groups.ts";
import { inOneOrder } from "./order.ts";

export interface UnionContext {
  /** The compat flags of the guide's own config. */
  guideCompat: Compat;
  /** The settings as JSON5, as a run with this config would write them; null: they can't be told. */
  renderConfig: (compat: Compat, settings: ResultCell["settings"], like: Result) => string | null;
}

/**
 * Of head alone where two variants were compared: pairs of starts of different jobs are no pairs, and
 * each job's comparison stays its own. What was measured of a job's own engine (starts' memory, what
 * fits, what watching cost) is in its own result.
 */
export function unionOf(results: readonly Result[], context: UnionContext): Result {
  const [first, ...others] = results;
  if (first === undefined) throw new Error("a union of no results");
  if (others.length === 0) return first;
  const parts = withOwnStarts(results.map(headOnly));
  const cells = inOrder(parts.map((part) => part.cells));
  const whole: Result = {
    ...first,
    ...endOf(parts, cells),
    label: null,
    command: null,
    startedAt: parts.map(({ startedAt }) => startedAt).toSorted()[0] ?? first.startedAt,
    durationMs: sum(parts.map(({ durationMs }) => durationMs)),
    simulated: parts.some(({ simulated }) => simulated),
    synthetic: parts.some(({ synthetic }) => synthetic),
    requests: requestsOf(parts),
    variants: first.variants.filter((variant) => variant === mainVariant(first)),
    starts: parts.flatMap(({ starts }) => starts),
    plan: { ...first.plan, estimateMs: null },
    memorySampling: null,
    lockWaitMs: null,
    crosschecks: [],
    overhead: null,
    cells,
    recommendation: null,
    ladder: null,
    fit: null,
    comparison: null,
    verdict: null,
    warnings: distinct(parts.flatMap(({ warnings }) => warnings)),
  };
  return { ...whole, ...recommended(whole, parts, context) };
}

/** As a run does it: the ladder of remedies only where no combination works that keeps the tools. */
function recommended(
  whole: Result,
  parts: readonly Result[],
  context: UnionContext,
): Pick<Result, "recommendation" | "ladder"> {
  const climbed = parts.find(({ ladder }) => ladder?.some(({ chosen }) => chosen !== null));
  if (climbed !== undefined && !keepsTools(whole.cells)) {
    return { recommendation: climbed.recommendation, ladder: climbed.ladder };
  }
  const planned = lightest(whole.cells.filter(({ rung }) => rung === undefined));
  // Of machines of different speed only what works is told, not which is faster.
  const known = differInSpeed(parts) ? planned.map((cell) => ({ ...cell, metrics: {} })) : planned;
  const chosen = recommend(known, context.guideCompat);
  if (chosen === null) return { recommendation: null, ladder: null };
  const settings = Object.entries(chosen.settings).flatMap(([path, value]) =>
    value === null ? [] : [{ path, value, because: "the combination that works has it", cost: "" }],
  );
  const openclawConfig = configOf(chosen, parts, context);
  return { recommendation: { ...chosen, settings, openclawConfig }, ladder: null };
}

/** A combination with which everything that was asked works, with tools. */
function keepsTools(cells: readonly ResultCell[]): boolean {
  const asked = cells.filter(
    ({ rung, outcome }) => rung === undefined && outcome.reason !== "not-applicable",
  );
  const nameOfCell = (cell: ResultCell) => name(shownCombination(cell));
  return [...new Set(asked.map(nameOfCell))].some(
    (key) =>
      key !== "" &&
      asked
        .filter((cell) => nameOfCell(cell) === key)
        .every(({ compat, outcome }) => compat.supportsTools !== false && outcome.kind === "pass"),
  );
}

const ELSEWHERE =
  "// The whole entry of exactly these flags is in no job's own openclaw.json5: take one of theirs,\n// and set the flags above in it.\n";

/** A job that recommends the same has written it; else as any of them would have. */
function configOf(
  chosen: { compat: Compat; settings: ResultCell["settings"] },
  parts: readonly Result[],
  { renderConfig }: UnionContext,
): string {
  const wanted = name(shownCombination(chosen));
  const same = parts.find(
    ({ recommendation }) => recommendation !== null && nameOf(recommendation) === wanted,
  );
  const [like] = parts;
  const rendered = like === undefined ? null : renderConfig(chosen.compat, chosen.settings, like);
  return same?.recommendation?.openclawConfig ?? rendered ?? ELSEWHERE;
}

function nameOf({ compat, settings }: Recommendation): string {
  const set = Object.fromEntries(settings.map(({ path, value }) => [path, value]));
  return name(shownCombination({ compat, settings: set }));
}

/** What ended the worst of them; that a part's cells all fail is nothing if others work. */
function endOf(
  parts: readonly Result[],
  cells: readonly ResultCell[],
): Pick<Result, "status" | "exitReason" | "exitDetail"> {
  const status = worst(
    parts.map((part) => part.status),
    ["failed", "interrupted", "partial", "complete"] as const,
  );
  const ended = ["internal-error", "interrupted", "setup-failed"] as const;
  const bad = ended.flatMap((reason) => parts.filter(({ exitReason }) => exitReason === reason))[0];
  if (bad !== undefined) return { status, exitReason: bad.exitReason, exitDetail: bad.exitDetail };
  const asked = cells.filter(({ outcome }) => outcome.attempts.ok + outcome.attempts.failed > 0);
  const fails = parts.some(({ exitReason }) => exitReason === "all-failed");
  if (fails && cells.every(({ outcome }) => outcome.kind !== "pass")) {
    const exitDetail = `nothing works: all ${asked.length} cells that were asked failed`;
    return { status, exitReason: "all-failed", exitDetail };
  }
  return { status, exitReason: "ok", exitDetail: null };
}

function worst<T>(values: readonly T[], order: readonly [...T[], T]): T {
  return order.find((each) => values.includes(each)) ?? (order.at(-1) as T);
}

/** Starts of different jobs are different starts: their numbers are counted on. */
function withOwnStarts(parts: readonly Result[]): Result[] {
  let before = 0;
  return parts.map((part) => {
    const from = before;
    const numbers = [
      ...part.starts.map(({ start }) => start),
      ...part.cells.flatMap(({ metrics }) =>
        Object.values(metrics).flatMap((metric) => metric.samples.map(({ start }) => start)),
      ),
    ];
    before += 1 + numbers.reduce((high, start) => Math.max(high, start), -1);
    const later = <T extends { start: number }>(items: readonly T[]) =>
      items.map((item) => ({ ...item, start: item.start + from }));
    const cells = part.cells.map((cell) => ({
      ...cell,
      metrics: Object.fromEntries(
        Object.entries(cell.metrics).map(([metric, figures]) => [
          metric,
          { ...figures, samples: later(figures.samples) },
        ]),
      ),
    }));
    return { ...part, starts: later(part.starts), cells };
  });
}

/**
 * By scenario, then by combination, then by load; what was tried later comes last. Few cells of each
 * part say little of the plan's order, so combinations are in an order of their own: on before off.
 */
function inOrder(lists: readonly ResultCell[][]): ResultCell[] {
  const scenarios = inOneOrder(lists.map((cells) => cells.map(({ scenario }) => scenario)));
  const place = (cell: ResultCell) => [
    cell.rung === undefined ? 0 : 1,
    scenarios.indexOf(cell.scenario),
    weightOf(cell.load),
  ];
  return lists.flat().toSorted((a, b) => {
    const [one, two] = [place(a), place(b)];
    const at = one.findIndex((value, index) => value !== two[index]);
    return at === -1 ? byCombination(a, b) : (one[at] ?? 0) - (two[at] ?? 0);
  });
}

function byCombination(a: ResultCell, b: ResultCell): number {
  const key = (cell: ResultCell) =>
    name(shownCombination(cell)).replace(/=(true|false)(?=,|$)/g, (_, value) =>
      value === "true" ? "=0" : "=1",
    );
  return key(a).localeCompare(key(b), "en", { numeric: true });
}

function requestsOf(parts: readonly Result[]): Result["requests"] {
  const total = {
    probe: 0,
    calibrate: 0,
    crosscheck: 0,
    look: 0,
    warmup: 0,
    measure: 0,
    settle: 0,
  };
  for (const { requests } of parts) {
    for (const phase of Object.keys(total) as (keyof typeof total)[])
      total[phase] += requests[phase];
  }
  return total;
}

function distinct(warnings: Result["warnings"]): Result["warnings"] {
  return [...new Map(warnings.map((warning) => [warning.text, warning])).values()];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
