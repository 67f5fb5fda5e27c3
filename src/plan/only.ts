/** A plan with some of its cells. Pure. */
import { restartsFor } from "./build.ts";
import type { Plan } from "./types.ts";

/**
 * These cells, each with its counterpart of a comparison. What is compared with what stays as it is in
 * the whole plan, so that a part of it says nothing that the whole wouldn't.
 */
export function onlyCells(plan: Plan, ids: ReadonlySet<string>): Plan {
  const twins = plan.cells.flatMap(({ id, base }) =>
    base !== undefined && (ids.has(id) || ids.has(base)) ? [id, base] : [],
  );
  const wanted = new Set([...ids, ...twins]);
  const cells = plan.cells.filter(({ id }) => wanted.has(id));
  return { ...plan, cells, maxRestarts: restartsFor(cells.length) };
}
