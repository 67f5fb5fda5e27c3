/** Checked options and loaded scenarios to the plan. Pure. */
import type { Compat } from "../result.ts";
import { ALONE, type Load, nameOfLoad } from "./load.ts";
import { name, nameOfSettings } from "./matrix.ts";
import type { Scenario } from "./scenario.ts";
import { twins } from "./twins.ts";
import { BASE, type CellSpec, HEAD, type Plan } from "./types.ts";

export interface PlanInputs extends Omit<Plan, "cells" | "maxRestarts"> {
  combinations: Compat[];
  /** Flags of the OpenClaw config that are on no axis: part of every cell. */
  baseCompat: Compat;
  /** Combinations of the client's settings: an axis of its own; absent: none is set. */
  settings?: Record<string, unknown>[];
  /** How many turns are in flight at once: an axis of its own. */
  loads: Load[];
  /** Of a comparison's base, as many and in the same order as head's; absent: head's own. */
  base?: { combinations: Compat[]; settings: Record<string, unknown>[] };
}

/**
 * One cell for each variant, scenario and combination; a scenario without combinations gets one. In a
 * comparison head's cells know base's.
 */
export function buildPlan(inputs: PlanInputs): Plan {
  const { combinations, baseCompat, loads, settings, base, ...rest } = inputs;
  const cells =
    inputs.comparison == null
      ? inputs.variants.flatMap(({ name }) => cellsOf(name, inputs))
      : twins(cellsOf(BASE, { ...inputs, ...base }), cellsOf(HEAD, inputs));
  return { ...rest, cells, maxRestarts: restartsFor(cells.length) };
}

/** How often an engine that died is started again, over a whole run of so many cells. */
export function restartsFor(cells: number): number {
  return 4 + 2 * cells;
}

function cellsOf(variant: string, inputs: PlanInputs): CellSpec[] {
  const { combinations, baseCompat, loads, settings = [{}], scenarios } = inputs;
  const alone = { compat: {}, settings: {}, baseCompat: {}, load: ALONE };
  return scenarios.flatMap((scenario) =>
    scenario.combinations
      ? loads.flatMap((load) =>
          settings.flatMap((set) =>
            combinations.map((compat) =>
              toCell(variant, scenario, { compat, settings: set, baseCompat, load }),
            ),
          ),
        )
      : [toCell(variant, scenario, alone)],
  );
}

function toCell(
  variant: string,
  scenario: Scenario,
  what: { compat: Compat; settings: Record<string, unknown>; baseCompat: Compat; load: Load },
): CellSpec {
  const { compat, settings, load } = what;
  const all = { ...what.baseCompat, ...compat };
  const id = [variant, scenario.name, name(compat), nameOfSettings(settings), nameOfLoad(load)]
    .filter((part) => part !== "")
    .join("/");
  const applicable = !(scenario.needsTools && all.supportsTools === false);
  return { id, variant, scenario: scenario.name, compat: all, settings, load, applicable };
}
