/** Writes the published JSON schema of result.json from the one that the code uses. */
import { writeFileSync } from "node:fs";
import { resultJsonSchema } from "../src/result-schema.ts";

writeFileSync(
  new URL("../bench/schema/result.v1.schema.json", import.meta.url),
  resultJsonSchema(),
);
