/**
 * `npm run validate:statistics [-- --quick | --write]`: the shipped decision rule on simulated runs,
 * as tables in Markdown; `--quick` only what is required, with fewer runs; `--write` puts the tables
 * into docs/statistics.md. Ends with 1 when a requirement is missed.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withMarked } from "../src/testing/marked.ts";
import { falseAlarms, levels, requirements } from "../src/testing/statistics/requirements.ts";
import {
  failures,
  machines,
  plans,
  promises,
  rivals,
  sizes,
  sometimes,
} from "../src/testing/statistics/surveys.ts";
import { fill } from "../src/testing/statistics/table.ts";

const DOC = join(import.meta.dirname, "../docs/statistics.md");
const THREADS = 2;

const flags = new Set(process.argv.slice(2));
const quick = flags.has("--quick");
const tables = quick
  ? [requirements(600, true)]
  : [
      requirements(4000, false),
      levels(8000),
      falseAlarms(1000),
      machines(1000),
      sizes(1000),
      sometimes(1000),
      plans(1000),
      promises(1000),
      rivals(1000),
      failures(5000),
    ];

const startedMs = performance.now();
const { markdown, missed } = await fill(tables, THREADS);
process.stdout.write(`${markdown}\n`);
process.stderr.write(`${((performance.now() - startedMs) / 1000).toFixed(0)} s\n`);
if (flags.has("--write"))
  writeFileSync(DOC, withMarked(readFileSync(DOC, "utf8"), "tables", markdown));
for (const label of missed) process.stderr.write(`missed: ${label}\n`);
process.exitCode = missed.length === 0 ? 0 : 1;
