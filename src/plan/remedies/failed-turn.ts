/** Where a climb begins: the planned turn that failed, and the config as it was asked with. Pure. */
import { type LadderContext, modelPath } from "../../analyze/remedies/rungs.ts";
import type { CellState, RunState } from "../../journal/state.ts";
import { weightOf } from "../load.ts";
import { settledAs } from "../settled.ts";
import { type CellSpec, combinationKey, type RemedyPlan } from "../types.ts";
import { distance } from "./combination.ts";

/**
 * As configured, and failed. Null while a planned cell is open, where a combination works that keeps
 * the tools, and where the configured one does.
 */
export function failedTurn(state: RunState, variant: string): CellState | null {
  const planned = [...state.cells.values()].filter(
    ({ spec }) => spec.variant === variant && spec.applicable && spec.rung === undefined,
  );
  if (planned.length === 0 || planned.some((cell) => settledAs(state, cell) === null)) return null;
  const groups = new Map<string, CellState[]>();
  for (const cell of planned) {
    const key = combinationKey(cell.spec);
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  const combinations = [...groups.values()].map((cells) => ({
    cells,
    keepsTools: cells.every(({ spec }) => spec.compat.supportsTools !== false),
    failed: cells.filter((cell) => settledAs(state, cell) !== "pass"),
    distance: Math.min(
      ...cells.map(({ spec }) => distance(spec, state.plan.remedies?.compat ?? {})),
    ),
  }));
  if (combinations.some(({ keepsTools, failed }) => keepsTools && failed.length === 0)) return null;
  const [nearest] = combinations.toSorted(
    (a, b) => Number(b.keepsTools) - Number(a.keepsTools) || a.distance - b.distance,
  );
  const failed = (nearest?.failed ?? []).toSorted((a, b) => loadOf(a) - loadOf(b));
  const without = failed.find(({ spec }) => scenarioOf(state, spec.scenario)?.needsTools !== true);
  return without ?? failed[0] ?? null;
}

function loadOf({ spec }: CellState): number {
  return spec.load === undefined ? 1 : weightOf(spec.load);
}

export function contextOf(remedies: RemedyPlan, spec: CellSpec): LadderContext {
  const { provider, current, agents } = remedies;
  const model = modelPath({ provider, modelIndex: 0 });
  const flags = { ...remedies.compat, ...spec.compat };
  const values: Record<string, unknown> = { ...current, ...spec.settings };
  for (const [flag, value] of Object.entries(flags)) values[`${model}.compat.${flag}`] = value;
  const sessions = remedies.session !== null;
  return { provider, modelIndex: 0, agents, sessions, current: (path) => values[path] };
}

export function scenarioOf(state: RunState, name: string) {
  return state.plan.scenarios.find((each) => each.name === name);
}
