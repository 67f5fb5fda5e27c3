/**
 * The contract of `merged.json`: several results, what did not report, and what they come to. The
 * published JSON schema (`bench/schema/merged.v1.schema.json`) is generated from it (`npm run schema`).
 */
import { z } from "zod";
import type { Merged } from "./analyze/merged/merged.ts";
import type { Reported } from "./report/reported.ts";
import { resultSchema } from "./result.ts";

export const MERGED_SCHEMA_ID = "inferrs-bench/merged/v1";

const name = z.string().max(500);

export const mergedSchema = z
  .strictObject({
    schema: z.literal(MERGED_SCHEMA_ID),
    runs: z.array(z.strictObject({ name, result: resultSchema })),
    /** Jobs that were expected, or were there, and gave no result that can be shown. */
    missing: z.array(z.strictObject({ name, why: z.string() })),
    /** Of the worst run; null where nothing was compared. */
    verdict: resultSchema.shape.verdict,
    /** What decided the exit code; `missing`: nothing but that a job did not report. */
    exitReason: z.enum([...resultSchema.shape.exitReason.options, "missing"]),
    /** One sentence where exitReason isn't `ok`. */
    exitDetail: z.string().nullable(),
    /**
     * Which runs are parts of one matrix, by name, and what is recommended over all of their cells; of
     * a run alone what it recommends.
     */
    groups: z.array(
      z.strictObject({ runs: z.array(name), recommendation: resultSchema.shape.recommendation }),
    ),
    /** What a reader must know: sentences. */
    notes: z.array(z.string()),
  })
  .meta({ title: "inferrs-bench merged results", $id: MERGED_SCHEMA_ID });

export type MergedResult = z.infer<typeof mergedSchema>;

export function toMergedResult({ runs, missing }: Reported, merged: Merged): MergedResult {
  return {
    schema: MERGED_SCHEMA_ID,
    runs: runs.map(({ name, result }) => ({ name, result })),
    missing,
    verdict: merged.verdict,
    exitReason: merged.exitReason,
    exitDetail: merged.exitDetail,
    groups: merged.groups.map((group) => ({
      runs: group.runs.map(({ name }) => name),
      recommendation: group.result.recommendation,
    })),
    notes: merged.notes,
  };
}
