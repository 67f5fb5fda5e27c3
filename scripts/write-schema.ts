/** Writes the published JSON schemas from those that the code uses. */
import { writeFileSync } from "node:fs";
import { lockJsonSchema } from "../src/lock/schema.ts";
import { mergedJsonSchema, resultJsonSchema } from "../src/result-schema.ts";

const write = (name: string, text: string) =>
  writeFileSync(new URL(`../bench/schema/${name}.v1.schema.json`, import.meta.url), text);

write("result", resultJsonSchema());
write("merged", mergedJsonSchema());
write("lock", lockJsonSchema());
