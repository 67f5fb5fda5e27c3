/** The published JSON schemas of `result.json` and `merged.json` (draft 2020-12). */
import { z } from "zod";
import { mergedSchema } from "./merged-result.ts";
import { resultSchema } from "./result.ts";

/** As text, the way it is committed. */
export function resultJsonSchema(): string {
  return textOf(resultSchema);
}

export function mergedJsonSchema(): string {
  return textOf(mergedSchema);
}

function textOf(schema: z.ZodType): string {
  return `${JSON.stringify(z.toJSONSchema(schema, { target: "draft-2020-12" }), null, 2)}\n`;
}
