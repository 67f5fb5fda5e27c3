/** The report that vLLM's and SGLang's clients both write: one came of the other. */
import { join } from "node:path";
import { numberAt, perSecond, readJson, unlessZero } from "./json.ts";
import type { Told } from "./types.ts";

/** Without the failed ones: only vLLM's tells them. */
export function readBenchServe(dir: string): { report: unknown; told: Omit<Told, "failed"> } {
  const report = readJson(join(dir, "report.json"));
  const completed = numberAt(report, "completed");
  const total = unlessZero(numberAt(report, "total_output_tokens"));
  return {
    report,
    told: {
      succeeded: completed,
      ttftMs: unlessZero(numberAt(report, "median_ttft_ms")),
      outputTokens: total === null || !completed ? null : total / completed,
      decodeTokensPerSecond: perSecond(numberAt(report, "median_tpot_ms")),
    },
  };
}
