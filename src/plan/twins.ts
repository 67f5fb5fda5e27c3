/** Which cell of base each of head's is compared with. Pure. */
import { isDeepStrictEqual } from "node:util";
import type { CellSpec } from "./types.ts";

/**
 * Base's cells, each once, then head's. Where a value of base's is in force over its whole matrix,
 * several of head's have the same one of base's as a counterpart: the first of them that is asked in
 * another way is compared with it, so that no cell of base is measured for two.
 * @param base as many as of head, in the same order
 */
export function twins(base: readonly CellSpec[], head: readonly CellSpec[]): CellSpec[] {
  const once = [...new Map(base.map((cell) => [cell.id, cell])).values()];
  const partners = new Map<string, CellSpec>();
  for (const { id } of once) {
    const candidates = head.filter((_, index) => base[index]?.id === id);
    const partner =
      candidates.find((cell) => differs(cell, base[head.indexOf(cell)])) ?? candidates[0];
    if (partner !== undefined) partners.set(partner.id, partner);
  }
  const compared = head.map((cell, index) => {
    const twin = base[index];
    return twin === undefined || !partners.has(cell.id) ? cell : { ...cell, base: twin.id };
  });
  return [...once, ...compared];
}

function differs(head: CellSpec, base: CellSpec | undefined): boolean {
  return (
    !isDeepStrictEqual(head.compat, base?.compat) ||
    !isDeepStrictEqual(head.settings ?? {}, base?.settings ?? {})
  );
}
