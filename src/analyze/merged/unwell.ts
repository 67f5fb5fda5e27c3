/** Who reported, and didn't end as it should have: what of the whole nobody knows. Pure. */
import type { Result } from "../../result.ts";
import type { MergedGroup } from "./merged.ts";
import { nameOfGroup } from "./name-of-group.ts";

export interface Unwell {
  /** Hostile text. */
  name: string;
  /** `its set-up failed`. */
  what: string;
  /** What it said of it; null: nothing more. Hostile text. */
  detail: string | null;
}

const WHAT: Partial<Record<Result["exitReason"], string>> = {
  "setup-failed": "its set-up failed",
  interrupted: "it was interrupted",
  "internal-error": "inferrs-bench failed",
};

/**
 * Runs that ended before their time, that measured what doesn't work at all, and comparisons that came
 * to no verdict. That head is slower or broken is a verdict, and no bad end.
 */
export function unwellOf(groups: readonly MergedGroup[]): Unwell[] {
  return groups.flatMap((group) => {
    const runs = group.runs.flatMap(({ name, result }): Unwell[] => {
      const { exitReason, exitDetail, comparison, verdict } = result;
      const what = WHAT[exitReason];
      if (what !== undefined) return [{ name, what, detail: exitDetail }];
      if (comparison === null || verdict !== null) return [];
      return [{ name, what: "its comparison has no verdict", detail: comparison.withheld }];
    });
    const { exitReason, verdict } = group.result;
    if (runs.length > 0 || exitReason !== "all-failed" || verdict === "broken") return runs;
    return [{ name: nameOfGroup(group), what: "nothing works", detail: null }];
  });
}
