/** What watching the engines' memory cost this run. Pure. */
import type { StartState } from "../journal/state.ts";
import type { Result } from "../result.ts";

/** @returns null where no engine was watched, and for journals of versions that did not record it */
export function samplingOf(starts: readonly StartState[]): Result["memorySampling"] {
  const all = starts.flatMap(({ exit }) => exit?.sampling ?? []);
  const sum = (field: "samples" | "spentMs" | "overMs") =>
    all.reduce((total, each) => total + each[field], 0);
  const overMs = sum("overMs");
  if (overMs === 0) return null;
  const samples = sum("samples");
  return { samples, everyMs: overMs / Math.max(1, samples), share: sum("spentMs") / overMs };
}
