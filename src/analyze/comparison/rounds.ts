/** What a start of a pair measured of a cell: its rounds, those that failed among them. Pure. */
import type { Attempt, CellState, RunState, StartState } from "../../journal/state.ts";
import { roundsIn } from "../../plan/pairs/made.ts";
import type { MetricName } from "../../result.ts";
import { isReadLate } from "../client-warnings.ts";
import { median } from "../statistics.ts";
import type { Attempts } from "../verdict/success.ts";

/** `failed`: the engine did not load, died or hung before it came to the round. */
export type Round = Attempt | "failed";

/**
 * The rounds of a start that is spent: as many as were to be measured.
 * @returns null where it says nothing of the cell: it wasn't to be measured in it, or another
 *   process had taken the port, which is nobody's failure
 */
export function roundsOf(state: RunState, cell: CellState, start: StartState): Round[] | null {
  const { id } = cell.spec;
  if (start.failure?.kind === "port-taken") return null;
  const attempts = roundsIn(state, id, start);
  const asked = start.cells === null ? attempts.length > 0 : start.cells.includes(id);
  if (!asked) return null;
  const missing = Math.max(0, start.rounds - attempts.length);
  return [...attempts, ...Array.from({ length: missing }, () => "failed" as const)];
}

/** This tool was late, so that nothing is known of the server's part. */
function isUnknown(round: Round): boolean {
  return round !== "failed" && round.finding.kind === "client-lagged";
}

function hasFailed(round: Round): boolean {
  return round === "failed" || round.finding.kind !== "pass";
}

export function hasFailedKnown(round: Round): boolean {
  return hasFailed(round) && !isUnknown(round);
}

/** A round's value; `left-out`: this tool was too late to tell; null: it can't be told for another reason. */
type Value = number | "left-out" | null;

/** Of several turns in flight their median, `Infinity` of a failed round. */
export function valuesOf(
  rounds: readonly Round[],
  metric: MetricName,
  figures: (attempt: Attempt) => Map<MetricName, number>[],
): Value[] {
  return rounds.map((round) => {
    if (isUnknown(round)) return "left-out";
    if (round === "failed" || hasFailed(round)) return Number.POSITIVE_INFINITY;
    const values = figures(round).flatMap((each) => each.get(metric) ?? []);
    if (values.length > 0) return median(values);
    return isReadLate(round) ? "left-out" : null;
  });
}

/**
 * What a pair has of a metric. A round that we were too late for is left out on both sides, because
 * it is not left out at random: such rounds come on a busy machine, and the slow ones first. One
 * that failed stays: it is the worst there is, however late we were for its twin.
 */
export function pairOfValues(base: readonly Value[], head: readonly Value[]) {
  const of = (own: readonly Value[], other: readonly Value[]) =>
    own.flatMap((value, round) => {
      if (value === null || value === "left-out") return [];
      return other[round] === "left-out" && Number.isFinite(value) ? [] : value;
    });
  const leftOut = (own: readonly Value[]) => own.filter((value) => value === "left-out").length;
  return {
    ...{ base: of(base, head), head: of(head, base) },
    leftOut: { base: leftOut(base), head: leftOut(head) },
  };
}

/**
 * How often the cell itself worked in a spent start. What a cell that never failed lost because the
 * engine failed at another one's request says nothing of it, though the figures have it as failed.
 * Where the engine fails now at one cell's request and now at another's, it is nobody's but its own.
 * @returns null where the start says nothing
 */
export function attemptsIn(state: RunState, cell: CellState, start: StartState): Attempts | null {
  const rounds = roundsOf(state, cell, start);
  if (rounds === null) return null;
  if (start.failure !== null || !rounds.includes("failed")) return known(countOf(rounds));
  const own = roundsIn(state, cell.spec.id, start);
  const another = !cell.attempts.some(hasFailedKnown) && failedAtAnother(state, cell, start);
  return known(countOf(another ? own : rounds));
}

/** Nothing asked, or nothing that this tool was there to see, is no failure. */
function known(counted: Attempts): Attempts | null {
  return counted.ok + counted.failed === 0 ? null : counted;
}

function failedAtAnother(state: RunState, cell: CellState, { variant, start }: StartState) {
  return [...state.cells.values()].some(
    (other) =>
      other !== cell &&
      other.spec.variant === variant &&
      other.attempts.some((each) => each.start === start && hasFailedKnown(each)),
  );
}

function countOf(rounds: readonly Round[]): Attempts {
  const seen = rounds.filter((round) => !isUnknown(round));
  const failed = seen.filter(hasFailed).length;
  return { ok: seen.length - failed, failed };
}
