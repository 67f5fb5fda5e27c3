/** A planned cell's name without its variant. Pure. */
import { ALONE } from "../../plan/load.ts";
import type { CellSpec } from "../../plan/types.ts";
import type { ResultCell } from "../../result.ts";
import { cellName } from "../history/from-result.ts";

/** `agent-turn [requiresStringContent=true]`, as in the history. */
export function nameOfCell({ scenario, compat, settings, load }: CellSpec): string {
  const own = (settings ?? {}) as ResultCell["settings"];
  return cellName({ scenario, compat, settings: own, load: load ?? ALONE });
}
