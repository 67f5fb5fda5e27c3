/** What was prepared, as the plan shows it. */
import { isDeepStrictEqual } from "node:util";
import { lookSchedule } from "../analyze/verdict/looks.ts";
import { type CellSize, estimateMs, plannedRequests, type Speeds } from "../plan/estimate.ts";
import { name, nameOfSettings } from "../plan/matrix.ts";
import {
  BASE,
  type CellSpec,
  HEAD,
  isAttached,
  isSynthetic,
  type Plan,
  type VariantSpec,
} from "../plan/types.ts";
import type { Told } from "../provision/look-up.ts";
import type { ComparisonView, PlanView, SideView } from "../report/plan.ts";
import type { Compat, Warning } from "../result.ts";
import type { ComparedOptions } from "./comparison.ts";
import type { Options } from "./options.ts";
import { settingsOf } from "./settings.ts";
import { describeClient, type Side } from "./side.ts";
import { wordOf } from "./thresholds.ts";

/** What was found out of a variant's engine and model, by its name. */
export type ToldByVariant = ReadonlyMap<string, Told | null>;

interface Prepared {
  options: Options;
  compared: ComparedOptions | null;
  head: Side;
  base: Side | null;
  plan: Plan;
  speeds: Speeds;
  sizeOf: (cell: CellSpec) => CellSize;
  estimateMs: number;
  notes: string[];
  warnings: readonly Warning[];
}

/** The view, once it is known what GitHub and the hub say. */
export function planView(prepared: Prepared): (told: ToldByVariant) => PlanView {
  const { options, compared, head, base, plan, speeds, sizeOf, notes, warnings } = prepared;
  const requests = plannedRequests(plan, sizeOf);
  const side = (of: Side, own: Options, told: Told | null | undefined): SideView => ({
    engine: told?.engine ?? of.engine,
    model: told?.model ?? of.model,
    device: own.engine.kind === "inferrs" ? own.device : "",
    client: describeClient(own, of.client),
  });
  return (told) => ({
    ...side(head, options, told.get(HEAD)),
    scenarios: plan.scenarios
      .filter(({ name }) => isOwn(plan, name))
      .map(({ name, title, scale }) => ({ name, title, scale })),
    combinations: head.matrix.filter((compat) => isAsked(plan, { compat })).map(name),
    settings: settingsOf(options)
      .filter((settings) => isAsked(plan, { settings }))
      .map(nameOfSettings),
    cells: plan.cells.filter((cell) => cell.applicable).length,
    starts: plan.starts,
    rounds: plan.rounds,
    requests,
    ladder: plan.look !== undefined && plan.look.budgetMs > 0,
    estimateMs: prepared.estimateMs,
    estimateBasis: speeds.basis,
    timeBudgetMs: options.timeBudgetMs,
    fetches: [...told.values()].some((each) => each?.fetches === true),
    defaults: notes,
    warnings: warnings.map(({ text }) => text),
    out: options.out,
    attached: plan.variants.every(isFixed),
    simulated: plan.variants.some(({ engine }) => engine.kind === "sim"),
    synthetic: plan.variants.some(isSynthetic),
    comparison:
      compared === null || base === null
        ? null
        : compare(prepared, compared, side(base, compared.base, told.get(BASE))),
  });
}

/** A server that nobody restarts: it has one start. */
function isFixed(variant: VariantSpec): boolean {
  return isAttached(variant) && variant.restartCommand == null;
}

/** A scenario that cells are made of; a session for the ladder of remedies alone isn't shown. */
function isOwn({ cells }: Plan, scenario: string): boolean {
  return cells.some((cell) => cell.scenario === scenario);
}

/** With --cell not every combination is. */
function isAsked(
  { cells }: Plan,
  { compat = {}, settings = {} }: { compat?: Compat; settings?: Record<string, unknown> },
): boolean {
  const has = (all: object, part: object) => isDeepStrictEqual({ ...all, ...part }, all);
  return cells.some((cell) => has(cell.compat, compat) && has(cell.settings ?? {}, settings));
}

function compare(
  { plan, speeds, sizeOf }: Prepared,
  { differs, comparison }: ComparedOptions,
  base: SideView,
): ComparisonView {
  const looks = lookSchedule(plan.starts);
  const upTo = (starts: number) => estimateMs({ ...plan, starts }, sizeOf, speeds);
  return {
    kind: comparison.kind,
    differs,
    base,
    restarted: !plan.variants.every(isFixed),
    looks,
    rounds: comparison.rounds,
    thresholds: Object.entries(comparison.thresholds).map(([metric, share]) => ({
      metric: metric === "default" ? null : wordOf(metric),
      share,
    })),
    firstLookMs: looks[0] === undefined ? null : upTo(looks[0]),
  };
}
