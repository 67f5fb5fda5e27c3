/** In a comparison head's own report: base's outcomes are in the comparison. Pure. */
import type { Result } from "../result.ts";

/** The result without base's cells, starts, ladder and fit; as it is where nothing was compared. */
export function headOnly(result: Result): Result {
  if (result.comparison === null) return result;
  const { base } = result.comparison;
  const others = <T extends { variant: string }>(items: readonly T[]) =>
    items.filter(({ variant }) => variant !== base);
  return {
    ...result,
    cells: others(result.cells),
    starts: others(result.starts),
    ladder: result.ladder === null ? null : others(result.ladder),
    fit: result.fit === null ? null : others(result.fit),
  };
}
