/**
 * `npm run validate [-- CORPUS]`: the measuring client against the golden server, as a table in
 * Markdown. Ends with 1 when a figure is wrong.
 */
import { join } from "node:path";
import { median } from "../src/analyze/statistics.ts";
import {
  jitterMs,
  LIMITS,
  type Row,
  rateErrors,
  spawnGolden,
  timings,
  validateScript,
} from "../src/testing/golden/validate.ts";

const ROUNDS = 5;
/**
 * The machine may be busy: times that miss the limits are taken again, and every try is shown. Not where they
 * decide nothing (`VALIDATE_TIMES=shown`): a try takes minutes there.
 */
const TRIES = process.env.VALIDATE_TIMES === "shown" ? 1 : 5;

const corpus = process.argv[2] ?? join(import.meta.dirname, "../src/testing/golden/corpus");
const golden = await spawnGolden(corpus);
const only = process.argv[3]?.split(",");
const scripts = golden.scripts.filter((script) => only === undefined || only.includes(script.name));
const ms = (value: number) => `${value.toFixed(3)} ms`;
const print = (line: string) => process.stdout.write(`${line}\n`);

try {
  const rows: Row[] = [];
  print(
    "| stream | true tokens | measured | source | outcome | decode, true | measured | error | TTFT error | |",
  );
  print("| :-- | --: | --: | :-- | :-- | --: | --: | --: | --: | :-- |");
  for (const script of scripts) {
    const row = await validateScript(golden, script, ROUNDS);
    rows.push(row);
    print(line(row));
  }
  let failed = rows.some((row) => row.wrong.length > 0);
  for (let attempt = 1; ; attempt++) {
    const problems = timingProblems(rows);
    print("");
    print(
      `Differences from the server's own times plus the loopback's round trip (try ${attempt}):`,
    );
    print("");
    print("| | n | median | p99 | max |");
    print("| :-- | --: | --: | --: | --: |");
    for (const each of timings(rows)) {
      print(
        `| ${each.name.toUpperCase()} | ${each.n} | ${ms(each.medianMs)} | ${ms(each.p99Ms)} | ${ms(each.maxMs)} |`,
      );
    }
    const rtts = rows.flatMap((row) => row.rtts);
    print("");
    print(
      `Round trip of the loopback: median ${ms(median(rtts))}, half of them within ${ms(jitterMs(rows).medianMs)} of it, their p99 ${ms(jitterMs(rows).p99Ms)} above it (n = ${rtts.length}). Limits: median ${LIMITS.medianMs} ms and p99 ${LIMITS.p99Ms} ms plus those, decode rate ${100 * LIMITS.rate}%.`,
    );
    if (problems.length === 0) break;
    print("");
    for (const problem of problems) print(`- ${problem}`);
    if (attempt === TRIES) {
      failed = true;
      break;
    }
    print("\nTimes are taken again: another process may have had the machine.");
    for (const [index, row] of rows.entries()) {
      if (row.script.truth.outcome !== "pass") continue;
      rows[index] = await validateScript(golden, row.script, ROUNDS);
      if (rows[index].wrong.length > 0) failed = true;
    }
  }
  print("");
  const right = rows.filter((row) => row.wrong.length === 0).length;
  print(`${right} of ${rows.length} streams right.`);
  // A machine whose own clock stumbles is no error of ours: CI judges the figures, and shows the times.
  const timesDecide = process.env.VALIDATE_TIMES !== "shown";
  const wrong = rows.some((row) => row.wrong.length > 0);
  process.exitCode = wrong || (failed && timesDecide) ? 1 : 0;
} finally {
  await golden.close();
}

function line(row: Row): string {
  const { truth, name } = row.script;
  const errors = rateErrors(row);
  const real = row.decode.map((each) => each.true);
  const measured = row.decode.map((each) => each.measured);
  const cells = [
    name,
    truth.output ?? "–",
    row.output ?? "–",
    row.outputSource ?? "–",
    row.outcome,
    real.length === 0 ? "–" : median(real).toFixed(2),
    measured.length === 0 ? "–" : median(measured).toFixed(2),
    errors.length === 0 ? "–" : `${(100 * median(errors)).toFixed(3)}%`,
    row.errors.ttft.length === 0 ? "–" : ms(median(row.errors.ttft)),
    row.wrong.length === 0 ? "✓" : `✗ ${row.wrong.join("; ")}`,
  ];
  return `| ${cells.join(" | ")} |`;
}

function timingProblems(rows: readonly Row[]): string[] {
  const problems: string[] = [];
  // What the loopback itself differs by is not the client's error.
  const jitter = jitterMs(rows);
  const medianLimit = LIMITS.medianMs + jitter.medianMs;
  const p99Limit = LIMITS.p99Ms + jitter.p99Ms;
  for (const { name, n, medianMs, p99Ms } of timings(rows)) {
    if (n > 0 && medianMs > medianLimit)
      problems.push(`${name}: median ${ms(medianMs)} is above ${ms(medianLimit)}`);
    if (n > 0 && p99Ms > p99Limit)
      problems.push(`${name}: p99 ${ms(p99Ms)} is above ${ms(p99Limit)}`);
  }
  for (const row of rows) {
    const errors = rateErrors(row);
    if (errors.length > 0 && median(errors) > LIMITS.rate) {
      problems.push(
        `${row.script.name}: the decode rate is off by ${(100 * median(errors)).toFixed(2)}%`,
      );
    }
  }
  return problems;
}
