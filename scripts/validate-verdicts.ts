/**
 * `npm run validate:verdicts [-- RUNS] [--quick] [--write] [--only TEXT]`: whole comparisons by the
 * bundled command line, the simulator against itself with luck per start and noise, as a table in
 * Markdown. RUNS of A/A (20) and of the others three tenths of it; `--quick` one run of each;
 * `--only` the cases with this text in their label; `--write` puts the table into
 * docs/statistics.md. Ends with 1 when a requirement is missed for sure. Needs `npm run build`.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { withMarked } from "../src/testing/marked.ts";
import { CASES } from "../src/testing/verdicts/cases.ts";
import { carryOut, type Told } from "../src/testing/verdicts/runs.ts";
import { type Counted, missed, table } from "../src/testing/verdicts/table.ts";

const DOC = join(import.meta.dirname, "../docs/statistics.md");
const { version } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../package.json"), "utf8"),
) as { version: string };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    only: { type: "string", default: "" },
  },
});
const runs = values.quick ? 1 : Number(positionals[0] ?? 20);
if (!Number.isInteger(runs) || runs < 1)
  throw new Error(`RUNS: got "${positionals[0]}"; expected a whole number above 0.`);

const dir = mkdtempSync(join(tmpdir(), "verdicts-"));
const startedMs = performance.now();
const rows: Counted[] = [];
try {
  for (const [index, each] of CASES.entries()) {
    if (!each.label.includes(values.only)) continue;
    const wanted = each.truth.kind === "same" ? runs : Math.ceil(0.3 * runs);
    const told: Told[] = [];
    for (let run = 0; run < wanted; run++) {
      const one = await carryOut(each, 1 + 1000 * index + run, dir);
      told.push(one);
      const named = one.regressed.length === 0 ? "" : ` of ${one.regressed.join(", ")}`;
      process.stderr.write(
        `${each.label}, ${run + 1} of ${wanted}: ${one.verdict}${named}, ${one.pairs} pairs, ${one.seconds.toFixed(0)} s\n`,
      );
    }
    rows.push({ each, told });
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
const minutes = ((performance.now() - startedMs) / 60_000).toFixed(0);
const about = `${new Date().toISOString().slice(0, 10)}, ${availableParallelism()} cores, Node ${process.versions.node}, inferrs-bench ${version}: ${minutes} minutes in all.`;
const body = `${table(rows)}\n${about}\n`;
process.stdout.write(body);
if (values.write) writeFileSync(DOC, withMarked(readFileSync(DOC, "utf8"), "verdicts", body));
for (const label of missed(rows)) process.stderr.write(`missed: ${label}\n`);
process.exitCode = missed(rows).length === 0 ? 0 : 1;
