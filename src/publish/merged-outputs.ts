/** The Action's outputs of several runs. Pure: what is of one run alone is empty where there are several. */

import type { Merged } from "../analyze/merged/merged.ts";
import { recommendedCombination } from "../analyze/recommended-cells.ts";
import { regressed } from "../report/comparison-words.ts";
import { isAlone } from "../report/merged-words.ts";
import type { Reported } from "../report/reported.ts";
import { type ActionOutputs, oneEach, outputs } from "./outputs.ts";

/**
 * Parts of one matrix are as one run; of several machines or models only what holds for all of them,
 * and what the verdict turns on with whose it is.
 */
export function mergedOutputs({
  reported,
  merged,
  files,
}: {
  reported: Reported;
  merged: Merged;
  files: { name: string; path: string }[];
}): ActionOutputs {
  const path = (name: string) => files.find((file) => file.name === name)?.path ?? "";
  const end = { exitCode: 0, outDir: "", files, error: null };
  const [group, ...others] = merged.groups;
  if (isAlone(reported)) return outputs({ ...end, result: reported.runs[0]?.result ?? null });
  const told = merged.decidedBy?.result ?? null;
  const decided = outputs({ ...end, result: told });
  const whole = outputs({ ...end, result: others.length === 0 ? (group?.result ?? null) : null });
  const on = (text: string) => (text === "" ? "" : `${merged.decidedBy?.name}: ${text}`);
  return {
    ...whole,
    result: path("merged.json"),
    verdict: merged.verdict ?? "",
    "exit-reason": merged.exitReason,
    "recommended-compat": whole["recommended-compat"] || sameCompat(merged),
    change: on(decided.change),
    "slower-percent": decided["slower-percent"],
    pairs: decided.pairs,
    "regressed-metrics": oneEach(
      reported.runs.flatMap(({ name, result }) =>
        regressed(result).map((metric) => `${name}: ${metric}`),
      ),
    ),
  };
}

function sameCompat({ groups }: Merged): string {
  const all = new Set(
    groups.map(({ result }) =>
      JSON.stringify(recommendedCombination(result) && result.recommendation?.compat),
    ),
  );
  const [same] = all;
  return all.size === 1 && same !== undefined && same !== "null" ? same : "";
}
