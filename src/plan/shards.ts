/**
 * A run's cells spread over the jobs of a workflow's matrix, so that the longest job is short. Pure:
 * the same plan always gives the same jobs.
 */
import { name, shownCombination } from "./matrix.ts";
import { onlyCells } from "./only.ts";
import type { CellSpec, Plan } from "./types.ts";
import { mainVariantOf } from "./types.ts";

/** Of `strategy.matrix` as GitHub reads it. */
export interface ShardMatrix {
  include: ShardJob[];
}

export interface ShardJob {
  /** Tells the job from the others: `2-of-4`. It can stand in an artifact's name. */
  label: string;
  /** For the input `cell`: one id a line. */
  cell: string;
  /** How many it asks, in a comparison of head. */
  cells: number;
  /** By the speeds that a plan assumes, with what each job costs by itself. */
  minutes: number;
}

/** GitHub's limit of the jobs of a matrix. */
export const MOST_JOBS = 256;
/** Without a wish: no more than this, and no more than it takes to end in about ten minutes. */
const USUAL_MOST = 8;
const USUAL_LONGEST_MS = 10 * 60_000;
/** "About": a job more isn't worth less than this. */
const TOLERANCE = 1.1;

export interface ShardOptions {
  /** Null: by the time that they take. */
  shards: number | null;
  /** What the whole is called; null: nothing. */
  label: string | null;
  /** Of a plan with some of the cells; the code that a run's own estimate is made by. */
  estimateMs: (plan: Plan) => number;
}

/**
 * Every cell is in exactly one job, and every job has one that can be asked. Longest processing time
 * first: the costliest part goes to the job that would end first with it.
 *
 * In a measurement a part is a cell. Where the client takes the turns it is a combination of flags and
 * settings: it is configured once for each. In a comparison, too: its figures are judged together, and
 * Holm's levels are those of one family; what a job compares is what it would compare if it were asked
 * for these combinations alone (docs/many-runners.md).
 */
export function shardMatrix(plan: Plan, options: ShardOptions): ShardMatrix {
  const parts = partsOf(plan, options);
  const spreads = sizesToTry(parts.length, options.shards).map((count) =>
    spread(plan, parts, count, options),
  );
  const chosen = options.shards === null ? fewest(spreads) : spreads[0];
  const jobs = chosen ?? [];
  return {
    include: jobs.map(({ cells, ms }, index) => ({
      label: labelOf(options.label, index, jobs.length),
      cell: cells.map(({ id }) => id).join("\n"),
      cells: cells.filter(({ applicable }) => applicable).length,
      minutes: Math.max(0.1, Number((ms / 60_000).toFixed(1))),
    })),
  };
}

interface Part {
  cells: CellSpec[];
  /** Alone. */
  ms: number;
}

type Job = Part;

function labelOf(given: string | null, index: number, count: number): string {
  if (count === 1) return given ?? "all";
  const own = `${index + 1}-of-${count}`;
  return given === null ? own : `${given}-${own}`;
}

function sizesToTry(parts: number, wanted: number | null): number[] {
  if (wanted !== null) return [Math.min(wanted, parts, MOST_JOBS)];
  return Array.from({ length: Math.min(USUAL_MOST, parts) }, (_, index) => index + 1);
}

/** As few as end in about ten minutes; where none do, as few as end about as soon as any. */
function fewest(spreads: readonly Job[][]): Job[] | undefined {
  const longest = (jobs: readonly Job[]) => Math.max(...jobs.map(({ ms }) => ms));
  const soonest = Math.min(...spreads.map(longest));
  const wanted = Math.max(USUAL_LONGEST_MS, soonest) * TOLERANCE;
  return spreads.find((jobs) => longest(jobs) <= wanted);
}

/** Of what the run is about; in a comparison each brings its counterpart. */
function partsOf(plan: Plan, options: ShardOptions): Part[] {
  const main = mainVariantOf(plan)?.name;
  const own = plan.cells.filter(({ variant }) => variant === main);
  const together = plan.comparison != null || (plan.turn ?? "scripted") !== "scripted";
  const groups = new Map<string, CellSpec[]>();
  for (const cell of own) {
    const key = together ? name(shownCombination(cell)) : cell.id;
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  const cost = (cells: CellSpec[]) => options.estimateMs(planOf(plan, cells));
  const kept = withoutIdle([...groups.values()]);
  const parts = plan.comparison == null ? kept : besideCombinations(kept);
  return parts.map((cells) => ({ cells, ms: cost(cells) }));
}

/** Scenarios without combinations are judged beside a combination: alone they would be pairs of their own. */
function besideCombinations(groups: CellSpec[][]): CellSpec[][] {
  const isPlain = ([cell]: CellSpec[]) => cell !== undefined && name(shownCombination(cell)) === "";
  const [first, ...rest] = groups.filter((cells) => !isPlain(cells));
  if (first === undefined) return groups;
  return [[...groups.filter(isPlain).flat(), ...first], ...rest];
}

/** What can't be asked costs nothing: it goes with its combination, so that its job tells of it. */
function withoutIdle(groups: CellSpec[][]): CellSpec[][] {
  const asked = (cells: CellSpec[]) => cells.some(({ applicable }) => applicable);
  const kept = groups.filter(asked).map((cells) => [...cells]);
  for (const idle of groups.filter((cells) => !asked(cells))) {
    const same = ([cell]: CellSpec[]) => cell && name(shownCombination(cell));
    const host = kept.find((cells) => same(cells) === same(idle)) ?? kept[0];
    host?.push(...idle);
  }
  return kept;
}

function planOf(plan: Plan, cells: readonly CellSpec[]): Plan {
  return onlyCells(plan, new Set(cells.map(({ id }) => id)));
}

function spread(plan: Plan, parts: readonly Part[], count: number, options: ShardOptions): Job[] {
  const jobs: Job[] = Array.from({ length: count }, () => ({ cells: [], ms: 0 }));
  // What cells cost adds up, but for a comparison: of several combinations it measures one.
  const each = plan.comparison == null ? options.estimateMs({ ...plan, cells: [] }) : null;
  const together = (job: Job, part: Part, cells: CellSpec[]) => {
    if (job.cells.length === 0) return part.ms;
    return each === null ? options.estimateMs(planOf(plan, cells)) : job.ms + part.ms - each;
  };
  const costliestFirst = parts
    .map((part, index) => ({ part, index }))
    .sort((a, b) => b.part.ms - a.part.ms || a.index - b.index);
  for (const { part } of costliestFirst) {
    const [best] = jobs
      .map((job, index) => {
        const cells = [...job.cells, ...part.cells];
        return { index, job: { cells, ms: together(job, part, cells) } };
      })
      .sort((a, b) => a.job.ms - b.job.ms || a.index - b.index);
    if (best !== undefined) jobs[best.index] = best.job;
  }
  const place = new Map(plan.cells.map(({ id }, index) => [id, index]));
  const inOrder = (cells: CellSpec[]) =>
    cells.toSorted((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
  return jobs.map(({ cells, ms }) => ({ cells: inOrder(cells), ms }));
}
