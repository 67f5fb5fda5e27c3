/** The cells whose figures stand for a run: those of the recommended combination. Pure. */
import { isDeepStrictEqual } from "node:util";
import type { Result, ResultCell, ResultVariant } from "../result.ts";

/** The variant that a run is about: in a comparison `head`. */
export function mainVariant(result: Result): ResultVariant | null {
  return result.variants.find(({ name }) => name === "head") ?? result.variants[0] ?? null;
}

/**
 * Passing cells of the main variant that have the recommended flags and settings; empty where nothing
 * is recommended.
 */
export function recommendedCells(result: Result): ResultCell[] {
  const { recommendation } = result;
  if (recommendation === null) return [];
  const settings = new Map(recommendation.settings.map(({ path, value }) => [path, value]));
  const variant = mainVariant(result);
  return result.cells.filter(
    (cell) =>
      cell.variant === variant?.name &&
      cell.outcome.kind === "pass" &&
      Object.entries(cell.compat).every(([flag, value]) =>
        isDeepStrictEqual(recommendation.compat[flag], value),
      ) &&
      Object.entries(cell.settings).every(([path, value]) =>
        isDeepStrictEqual(settings.get(path), value),
      ),
  );
}
