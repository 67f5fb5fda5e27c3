/** Writes the published JSON schemas, of result.json and of a lock, from those that the code uses. */
import { writeFileSync } from "node:fs";
import { lockJsonSchema } from "../src/lock/schema.ts";
import { resultJsonSchema } from "../src/result-schema.ts";

writeFileSync(
  new URL("../bench/schema/result.v1.schema.json", import.meta.url),
  resultJsonSchema(),
);
writeFileSync(new URL("../bench/schema/lock.v1.schema.json", import.meta.url), lockJsonSchema());
