/** The published JSON schema of `result.json` (draft 2020-12). */
import { z } from "zod";
import { resultSchema } from "./result.ts";

/** As text, the way it is committed. */
export function resultJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(resultSchema, { target: "draft-2020-12" }), null, 2)}\n`;
}
