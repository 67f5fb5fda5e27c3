/** Which metrics the run's verdict is about. Pure. */
import type { CellState, RunState } from "../../journal/state.ts";
import { ALONE, weightOf } from "../../plan/load.ts";
import { type ComparedCells, recommendedTwins } from "../../plan/pairs/cells.ts";
import type { MetricName } from "../../result.ts";
import { figuresIn } from "../figures.ts";
import { FOLLOWED } from "../history/from-result.ts";
import { calibrationOf } from "../knowledge.ts";
import { isAgent } from "../recommend.ts";
import { median } from "../statistics.ts";

/** More would each need more pairs: Holm's levels shrink with their number. */
const MOST_PRIMARY = 6;

/** Of anything shorter a scheduler's whim is more than what a threshold would notice. */
const LEAST_MS = 10;

export interface PrimaryMetric {
  cells: ComparedCells;
  metric: MetricName;
}

/**
 * TTFT, decode and turn of base's recommended combination: those of an agent's turn first, then of
 * what else it does, then of scenarios without combinations; one user alone before many. It follows
 * from the probes alone, so it is fixed before the first measured start, and no figure of head's
 * has a part in it. A metric is in it if base's probes have it, and if what it measures took them
 * long enough to be the engine's time and not the machine's; where all is as short, all are.
 */
export function familyOf(state: RunState): PrimaryMetric[] {
  const twins = recommendedTwins(state);
  const order = [...twins].sort(
    (a, b) => rank(state, a.base) - rank(state, b.base) || weight(a.base) - weight(b.base),
  );
  const all = order.flatMap((cells) => {
    const known = knownOf(state, cells.base);
    return PRIMARY.flatMap((metric) => {
      const takesMs = known.get(metric);
      return takesMs === undefined ? [] : [{ cells, metric, takesMs }];
    });
  });
  const seen = all.filter(({ takesMs }) => takesMs >= LEAST_MS);
  const family = seen.length > 0 ? seen : all;
  return family.slice(0, MOST_PRIMARY).map(({ cells, metric }) => ({ cells, metric }));
}

const PRIMARY = (Object.keys(FOLLOWED) as MetricName[]).filter((name) => FOLLOWED[name]?.primary);

function rank({ plan: { turn } }: RunState, { spec }: CellState): number {
  const own = turn === "real" || turn === "replayed" ? { turn } : {};
  if (isAgent({ scenario: spec.scenario, ...own })) return 0;
  return Object.keys({ ...spec.compat, ...spec.settings }).length > 0 ? 1 : 2;
}

function weight({ spec }: CellState): number {
  return weightOf(spec.load ?? ALONE);
}

/** Metrics of the probes that passed, by what was known before anything was measured, and their span. */
function knownOf(state: RunState, cell: CellState): Map<MetricName, number> {
  const before = (each: CellState): CellState => ({
    ...each,
    attempts: each.attempts.filter(({ phase }) => phase === "probe" || phase === "calibrate"),
  });
  const own = before(cell);
  const others = [...state.cells.values()].filter((each) => each !== cell).map(before);
  const figures = figuresIn(state, own, calibrationOf([...others, own], own));
  const maps = own.attempts
    .filter(({ phase, finding }) => phase === "probe" && finding.kind === "pass")
    .flatMap(figures);
  const spans = (metric: MetricName) =>
    maps.flatMap((each) => (each.has(metric) ? [spanOf(each, metric)] : []));
  return new Map(
    PRIMARY.flatMap((metric) => {
      const found = spans(metric);
      return found.length === 0 ? [] : [[metric, median(found)]];
    }),
  );
}

/** How long took what the metric is about: of a rate the time that it is a rate over. */
function spanOf(figures: ReadonlyMap<MetricName, number>, metric: MetricName): number {
  if (metric !== "decodeTokensPerSecond") return figures.get(metric) ?? 0;
  return (figures.get("e2eMs") ?? 0) - (figures.get("ttftMs") ?? 0);
}
