/** The cells whose figures stand for a run: those of the recommended combination. Pure. */
import { name, shownCombination } from "../plan/matrix.ts";
import type { Compat, Result, ResultCell, ResultVariant } from "../result.ts";

/** The variant that a run is about: in a comparison `head`. */
export function mainVariant(result: Pick<Result, "variants">): ResultVariant | null {
  return result.variants.find(({ name }) => name === "head") ?? result.variants[0] ?? null;
}

/** The recommended flags and settings as one combination; null where nothing is recommended. */
export function recommendedCombination({ recommendation, ladder, cells }: Result): Compat | null {
  if (recommendation === null) return null;
  const chosen = ladder?.find((each) => each.chosen !== null)?.chosen?.cell;
  const cell = cells.find(({ id }) => id === chosen);
  // As it was measured: limits that are recommended beside it change no figure.
  if (cell !== undefined) return shownCombination(cell);
  const settings = recommendation.settings.map(({ path, value }) => [path, value]);
  return shownCombination({ ...recommendation, settings: Object.fromEntries(settings) });
}

/**
 * Passing cells of the main variant with the recommended flags and settings, and those of scenarios
 * without combinations; empty where nothing is recommended.
 */
export function recommendedCells(result: Result): ResultCell[] {
  const wanted = recommendedCombination(result);
  if (wanted === null) return [];
  const variant = mainVariant(result);
  return result.cells.filter(
    (cell) =>
      cell.variant === variant?.name &&
      cell.outcome.kind === "pass" &&
      // A scenario without combinations is everybody's.
      ["", name(wanted)].includes(name(shownCombination(cell))),
  );
}
