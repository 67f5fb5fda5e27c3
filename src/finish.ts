/** State to files, table and exit code: the same for a run that has just ended and an old journal. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { type HistoryReport, historyReport, type KeptHistory } from "./analyze/history/report.ts";
import { toResult } from "./analyze/result.ts";
import { type BenchEnd, type BenchHost, exitCodeOf } from "./end.ts";
import { renderKept } from "./history-files.ts";
import { OUT_FILES, type OutFile, writeWhole } from "./host/files.ts";
import { widthOf } from "./host/screen.ts";
import type { FailOn } from "./inputs/options.ts";
import type { RunState } from "./journal/state.ts";
import { renderLock } from "./lock/canonical.ts";
import { configOf } from "./openclaw-config.ts";
import { renderJson } from "./report/json.ts";
import { renderTable } from "./report/terminal.ts";
import { type Result, resultSchema } from "./result.ts";
import { writeReports } from "./run-reports.ts";

export interface FinishOptions {
  outDir: string;
  color: boolean;
  options: { failOn: readonly FailOn[]; json: boolean };
  /** The earlier runs, once the result is there; absent: none are kept. */
  historyOf?: (result: Result) => KeptHistory | null;
}

/** Writes the result and the reports, prints the table (or the JSON), and gives the exit code. */
export function finish(state: RunState, prepared: FinishOptions, host: BenchHost): BenchEnd {
  const config = configOf(state);
  const result = resultSchema.parse(toResult(state, config));
  const kept = prepared.historyOf?.(result) ?? null;
  const history = kept === null ? null : historyReport(kept);
  const write = (name: OutFile, text: string) => writeWhole(join(prepared.outDir, name), text);
  // What was measured first: a report that can't be made must not lose it.
  write("result.json", renderJson(result));
  write(
    "openclaw.json5",
    result.recommendation?.openclawConfig ?? config.renderConfig(config.guideCompat, {}),
  );
  if (result.lock !== null) write("bench.lock.json", renderLock(result.lock.inputs));
  if (kept !== null) write("history.json", renderKept(kept));
  writeReports(prepared.outDir, { result, history }, (text) => host.stderr.write(`${text}\n`));
  const files = OUT_FILES.map((name) => ({ name, path: join(prepared.outDir, name) })).filter(
    ({ path }) => existsSync(path),
  );
  print(result, { files, history }, prepared, host);
  return {
    exitCode: exitCodeOf(result, prepared.options.failOn, state.interrupted),
    result,
    outDir: prepared.outDir,
    files,
    history,
    error: result.exitReason === "ok" ? null : { message: result.exitDetail ?? result.exitReason },
  };
}

function print(
  result: Result,
  beside: { files: { name: string; path: string }[]; history: HistoryReport | null },
  prepared: FinishOptions,
  host: BenchHost,
): void {
  if (prepared.options.json) {
    host.stdout.write(renderJson(result));
    return;
  }
  const columns = widthOf(host.stdout, 80);
  host.stdout.write(`${renderTable(result, { columns, color: prepared.color, ...beside })}\n`);
}
