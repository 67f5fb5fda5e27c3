/** Writes the examples of README.md and docs/ as they are rendered now. */
import { readFileSync, writeFileSync } from "node:fs";
import { EXAMPLES, withExample } from "../src/report/fixtures/examples.ts";

for (const name of Object.keys(EXAMPLES)) {
  const path = new URL(`../${name}`, import.meta.url);
  writeFileSync(path, withExample(readFileSync(path, "utf8"), name));
}
