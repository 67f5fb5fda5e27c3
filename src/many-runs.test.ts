/** A run in one piece and the same in the jobs of its own matrix, merged: with the simulator. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { keptHistory } from "./analyze/history/report.ts";
import { bench } from "./bench.ts";
import type { BenchHost } from "./end.ts";
import type { RawOptions } from "./inputs/table.ts";
import { writeMerged } from "./merged-files.ts";
import { mergedSchema } from "./merged-result.ts";
import type { ShardMatrix } from "./plan/shards.ts";
import { readRuns } from "./read-runs.ts";
import { type Result, resultSchema } from "./result.ts";
import { lineOf, linesOf } from "./testing/history.ts";

const dir = mkdtempSync(join(tmpdir(), "many-"));
after(() => rmSync(dir, { recursive: true, force: true }));

let told = "";
function hear(text: string): boolean {
  told += text;
  return true;
}
const host: BenchHost = {
  env: { ...process.env, INFERRS_BENCH_LOCK_DIR: join(dir, "lock") },
  cwd: dir,
  stdout: { write: hear, isTTY: false } as never,
  stderr: { write: () => true, isTTY: false } as never,
  signal: new AbortController().signal,
  entry: "cli",
};

/** An older release, which takes text only as a string; tools are scarce, so that some can't be asked. */
const RAW: RawOptions = {
  command: "demo",
  scenario: ["smoke", "chat", "agent-tools"],
  scale: "0.05",
  starts: "1",
  rounds: "1",
  "max-tokens": "4",
  "fit-budget": "0",
  quiet: true,
};

const outcomes = (cells: Result["cells"]) =>
  cells.map(({ id, outcome }) => [id, outcome.kind, outcome.reason, outcome.attempts]);

test("the jobs of --plan --matrix, merged, are the run in one piece", async () => {
  const whole = await bench({ ...RAW, out: "whole" }, host);
  assert.equal(whole.exitCode, 0, whole.error?.message);
  told = "";
  const planned = await bench({ ...RAW, plan: true, matrix: true, shards: "3" }, host);
  assert.equal(planned.exitCode, 0);
  assert.equal(planned.plan?.matrix, told.trim());
  const { include } = JSON.parse(told) as ShardMatrix;
  assert.deepEqual(
    include.map(({ label }) => label),
    ["1-of-3", "2-of-3", "3-of-3"],
  );
  for (const { label, cell } of include) {
    const raw = { ...RAW, label, cell: cell.split("\n"), out: `parts/inferrs-bench-${label}` };
    const end = await bench({ ...raw, "fail-on": "none" }, host);
    assert.equal(end.exitCode, 0, end.error?.message);
  }

  const expect = include.map(({ label }) => label);
  const reported = readRuns({ paths: ["parts"], cwd: dir, expect, journals: false });
  assert.deepEqual(reported.missing, []);
  const { merged } = writeMerged(reported, join(dir, "merged"), assert.fail);
  assert.equal(merged.groups.length, 1);
  const [group] = merged.groups;
  assert.ok(group && whole.result);
  resultSchema.parse(group.result);
  assert.deepEqual(outcomes(group.result.cells), outcomes(whole.result.cells));
  assert.deepEqual(group.result.recommendation?.compat, whole.result.recommendation?.compat);
  assert.equal(group.result.recommendation?.because, whole.result.recommendation?.because);
  const config = readFileSync(join(dir, "merged", "openclaw.json5"), "utf8");
  assert.equal(config, whole.result.recommendation?.openclawConfig);
  const file = mergedSchema.parse(
    JSON.parse(readFileSync(join(dir, "merged/merged.json"), "utf8")),
  );
  assert.deepEqual([file.verdict, file.exitReason, file.missing], [null, "ok", []]);
  assert.deepEqual(file.groups, [{ runs: expect, recommendation: group.result.recommendation }]);

  // Of a run whose result broke off, its history is told with what its journal gives again.
  const one = join(dir, "parts/inferrs-bench-1-of-3");
  const kept = keptHistory(lineOf(1300, 50), linesOf(12), ["Added to h."]);
  writeFileSync(join(one, "history.json"), JSON.stringify(kept));
  writeFileSync(join(one, "result.json"), '{"schema":');
  for (const path of [one, join(one, "journal.jsonl")]) {
    const { runs } = readRuns({ paths: [path], cwd: dir, expect: [], journals: true });
    assert.deepEqual(
      runs.map(({ history }) => history?.comparison != null),
      [true],
      path,
    );
  }
});
