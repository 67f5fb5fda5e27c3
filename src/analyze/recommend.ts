/** Which combination to use. Pure. */
import { capital } from "../report/format.ts";
import type { Compat, MetricName, Outcome, ResultCell } from "../result.ts";

/** What of a cell decides. */
export type Recommendable = Pick<
  ResultCell,
  "compat" | "settings" | "scenario" | "turn" | "metrics"
> & { outcome: Pick<Outcome, "kind" | "reason"> };

export interface Recommended {
  compat: Compat;
  /** Settings of the client that were on an axis, by path. */
  settings: ResultCell["settings"];
  because: string;
  toolsKept: boolean;
}

/** Closer than this two medians are the same for our purpose, whatever the order of the two. */
const WORTH_A_CHANGE = 0.05;

/**
 * The combination that works for most of what was asked, agent turns first; tools kept before tools
 * dropped; then the fastest agent turn. Where the difference is within the noise, the one that is
 * nearest to the guide's own config.
 * @param guide the compat flags that OpenClaw's guide sets
 * @returns null when no combination passed anything
 */
export function recommend(cells: readonly Recommendable[], guide: Compat): Recommended | null {
  const groups = groupByCompat(cells);
  const passing = groups.filter((group) => group.passed.length > 0);
  const pool = withTools(passing, groups);
  const most = Math.max(...pool.map(worth));
  const best = pool.filter((group) => worth(group) === most);
  const keeping = best.filter((group) => group.compat.supportsTools !== false);
  const candidates = keeping.length > 0 ? keeping : best;
  const fastest = candidates
    .map((group) => ({ group, speed: turnOf(group) }))
    .sort((a, b) => (a.speed?.median ?? Infinity) - (b.speed?.median ?? Infinity))[0];
  if (fastest === undefined) return null;
  const asFast = candidates.filter((group) => !isSlower(turnOf(group), fastest.speed));
  const chosen = [...asFast].sort((a, b) => distance(a, guide) - distance(b, guide))[0];
  if (chosen === undefined) return null;
  const toolsKept = chosen.compat.supportsTools !== false;
  return {
    compat: chosen.compat,
    settings: chosen.settings,
    toolsKept,
    because: because(chosen, { groups, best, keeping, candidates, asFast, toolsKept }),
  };
}

/** Combinations that keep the tools and do an agent's turn (or a chat, where no turn was asked). */
function withTools(passing: Group[], groups: Group[]): Group[] {
  const agentsAsked = groups.some((group) => group.cells.some(isAgent));
  const keeping = passing.filter(
    (group) => group.compat.supportsTools !== false && (!agentsAsked || group.passed.some(isAgent)),
  );
  return keeping.length > 0 ? keeping : passing;
}

interface Group {
  compat: Compat;
  settings: ResultCell["settings"];
  cells: Recommendable[];
  passed: Recommendable[];
}

function groupByCompat(cells: readonly Recommendable[]): Group[] {
  const groups = new Map<string, Group>();
  for (const cell of cells) {
    const { compat, settings } = cell;
    if (Object.keys({ ...compat, ...settings }).length === 0) continue;
    if (cell.outcome.kind === "not-run" && cell.outcome.reason === "not-applicable") continue;
    const key = JSON.stringify([compat, settings]);
    const group = groups.get(key) ?? { compat, settings, cells: [], passed: [] };
    group.cells.push(cell);
    if (cell.outcome.kind === "pass") group.passed.push(cell);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** An agent turn that works is worth more than any number of chats. */
function worth(group: Group): number {
  const failed = group.cells.length - group.passed.length;
  const agents = group.passed.filter(isAgent).length;
  const failedAgents = group.cells.filter(isAgent).length - agents;
  return -1000 * failedAgents - failed + (agents > 0 ? 10_000 : 0);
}

/** OpenClaw's own turns, and ours of their shape. */
export function isAgent(cell: Pick<ResultCell, "turn" | "scenario">): boolean {
  return cell.turn !== undefined || cell.scenario.startsWith("agent");
}

interface Speed {
  median: number;
  ci95: [number, number] | null;
}

function turnOf(group: Group): Speed | null {
  const order: MetricName[] = ["turnMs", "totalMs"];
  const agent = group.passed.find(isAgent) ?? group.passed[0];
  for (const name of order) {
    const metric = agent?.metrics[name];
    if (metric) return metric;
  }
  return null;
}

/** Slower by more than noise: the intervals don't overlap and the medians differ by 5%. */
function isSlower(speed: Speed | null, fastest: Speed | null): boolean {
  if (fastest === null) return false;
  if (speed === null) return true;
  if (speed.median <= fastest.median * (1 + WORTH_A_CHANGE)) return false;
  return speed.ci95 === null || fastest.ci95 === null || speed.ci95[0] > fastest.ci95[1];
}

/** Flags whose value differs from the guide's, which sets no setting. */
function distance({ compat, settings }: Group, guide: Compat): number {
  const changed = Object.values(settings).filter((value) => value !== null).length;
  return changed + differing(compat, guide);
}

function differing(compat: Compat, guide: Compat): number {
  return Object.entries(compat).filter(([flag, value]) => {
    const guided = guide[flag] ?? (flag === "supportsTools" ? true : undefined);
    return guided !== undefined && JSON.stringify(guided) !== JSON.stringify(value);
  }).length;
}

function because(
  chosen: Group,
  from: {
    groups: Group[];
    best: Group[];
    keeping: Group[];
    candidates: Group[];
    asFast: Group[];
    toolsKept: boolean;
  },
): string {
  const all = chosen.passed.length === chosen.cells.length;
  const works = all
    ? "everything that was asked works with it"
    : `${chosen.passed.length} of ${chosen.cells.length} scenarios work with it, and no combination does better`;
  if (!from.toolsKept) {
    return `Only with tools off does it work: ${works}, but the agent can only chat.`;
  }
  if (from.groups.length === 1) {
    return all
      ? "Everything that was asked works with it; no other combination was asked."
      : `${chosen.passed.length} of ${chosen.cells.length} scenarios work with it; no other combination was asked.`;
  }
  const tools = from.groups.some((group) => group.compat.supportsTools === false);
  const alone = tools ? "it is the only one that does so with the tools kept" : "no other does so";
  const speed = speedOf(chosen, from);
  const choice = tools ? `of those that keep the tools, ${speed}` : speed;
  return `${capital(works)}; ${from.candidates.length === 1 ? alone : choice}.`;
}

/** Only what was measured is called faster or as fast. */
function speedOf(chosen: Group, from: { candidates: Group[]; asFast: Group[] }): string {
  const measured = from.candidates.filter((group) => turnOf(group) !== null);
  const nearest = "it is nearest to the guide's own config";
  if (measured.length === 0) return `${nearest}; their speed was not measured`;
  if (measured.length === 1 && measured[0] === chosen) {
    return "only its speed was measured; the others were probed";
  }
  const among = measured.length < from.candidates.length ? " of those measured" : "";
  return from.asFast.length > 1
    ? `none${among} is faster beyond the noise, and ${nearest}`
    : `its turn is the fastest${among}`;
}
