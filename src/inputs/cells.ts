/** `--cell`: which cells of the plan are measured. */
import leven from "leven";
import { onlyCells } from "../plan/only.ts";
import type { CellSpec, Plan } from "../plan/types.ts";
import { InputError } from "./error.ts";

const NAMED = 3;
/** A letter of the scenario's name tells more than one of a flag's. */
const SCENARIO_WEIGHT = 3;

/**
 * The plan with these cells alone. An id is the report's, with or without the variant's name in front; a
 * scenario's name stands for all of its cells;
 * in a comparison a cell brings the one that it is compared with.
 * @param ids null: all
 * @throws InputError for an id that no cell has, naming the nearest; and where nothing can be measured
 */
export function selectCells(plan: Plan, ids: readonly string[] | null): Plan {
  if (ids === null) return plan;
  const selected = new Set(ids.flatMap((id) => found(plan, id)));
  const only = onlyCells(plan, selected);
  const first = ids[0] ?? "";
  if (only.cells.every(({ applicable }) => !applicable)) {
    throw new InputError({
      input: "--cell",
      value: first,
      expected: "a cell that can be asked",
      mend: "Its scenario needs tools, and its combination turns them off.",
    });
  }
  if (plan.comparison != null && only.cells.every(({ base }) => base === undefined)) {
    throw new InputError({
      input: "--cell",
      value: first,
      expected: "a cell of head that has one of base's to be compared with",
      mend: "Where base has one value in every cell, only one of head's several is compared with it: the report's comparison names it.",
    });
  }
  return only;
}

function found({ cells }: Plan, given: string): string[] {
  const id = given.trim();
  const same = cells.filter((cell) => cell.id === id);
  const named = cells.filter((cell) => bare(cell) === id);
  const matches = [same, named, ofScenario(cells, id)].find((each) => each.length > 0) ?? [];
  if (matches.length > 0) return matches.map((cell) => cell.id);
  throw new InputError({
    input: "--cell",
    value: id,
    expected: "the id of a cell, or a scenario's name for all of its cells",
    mend: near(id, cells),
  });
}

/** All cells of a scenario, of one variant where that is named. */
function ofScenario(cells: readonly CellSpec[], id: string): CellSpec[] {
  return cells.filter(({ scenario, variant }) => [scenario, `${variant}/${scenario}`].includes(id));
}

function bare({ id, variant }: CellSpec): string {
  return id.slice(variant.length + 1);
}

/** The nearest of those that there are, whichever way it was written. */
function near(id: string, cells: readonly CellSpec[]): string {
  const names = [...new Set(cells.map(bare))];
  const own = id.replace(/^(base|head)\//, "").toLowerCase();
  const sorted = names
    .map((name) => ({ name, distance: distance(own, name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, NAMED);
  const nearest = sorted.map(({ name }) => `"${name}"`).join(", ");
  const rest =
    names.length > sorted.length ? ` (of ${names.length}; --plan --matrix prints all)` : "";
  return `The nearest: ${nearest}${rest}.`;
}

/** By the scenario first: what wasn't written of an id is no difference. */
function distance(own: string, id: string): number {
  const [scenario = "", ...rest] = own.split("/");
  const [idScenario = "", ...idRest] = id.split("/");
  const combination = rest.length === 0 ? 0 : leven(rest.join("/"), idRest.join("/"));
  return SCENARIO_WEIGHT * leven(scenario, idScenario) + combination;
}
