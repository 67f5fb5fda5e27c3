/** How a run that compared nothing came out: the same in every report, whatever shows it. Pure. */
import { recommendedCombination } from "../analyze/recommended-cells.ts";
import { name, shownCombination } from "../plan/matrix.ts";
import type { Result, ResultCell } from "../result.ts";

/** All that matters works, some of it, or nothing. */
export type CameOut = "works" | "partly" | "not";

export const CAME_OUT_SIGNS: Readonly<Record<CameOut, string>> = {
  works: "✅",
  partly: "⚠️",
  not: "❌",
};

/**
 * What matters is all that was asked with what is recommended, tools kept: that other combinations fail
 * is what the recommendation is for. Where nothing is recommended it is all that was asked.
 */
export function cameOut(result: Result): CameOut {
  const { cells, status, exitReason, recommendation } = result;
  const works = ({ outcome }: ResultCell) => outcome.kind === "pass";
  if (exitReason === "setup-failed" || !cells.some(works)) return "not";
  // What is missing might have failed.
  if (status !== "complete") return "partly";
  const recommended = recommendedCombination(result);
  const asked = cells.filter(
    ({ outcome }) => outcome.kind !== "not-run" || outcome.reason === "doesnt-fit",
  );
  if (recommendation === null || recommended === null) {
    return asked.every(works) ? "works" : "partly";
  }
  // A scenario without combinations is everybody's.
  const wanted = asked.filter((cell) =>
    ["", name(recommended)].includes(name(shownCombination(cell))),
  );
  return recommendation.toolsKept && wanted.every(works) ? "works" : "partly";
}
