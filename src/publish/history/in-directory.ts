/** A run beside the runs of a folder, and into it. Never fails the run: what went wrong is told. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { toHistoryLine } from "../../analyze/history/from-result.ts";
import { type KeptHistory, keptHistory, whyNotKept } from "../../analyze/history/report.ts";
import type { HistorySpec } from "../../inputs/history.ts";
import type { Result } from "../../result.ts";
import { appendToDirectory, pruneDirectory, readDirectory } from "./directory.ts";
import { commitOf, whyNotAppended } from "./may-append.ts";

/**
 * In a workflow only runs of the default branch are added, elsewhere all are.
 * @returns null when no history is kept in a folder
 */
export function keepInDirectory(
  result: Result,
  spec: HistorySpec | null,
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
  nowMs: number,
): KeptHistory | null {
  if (spec?.kind !== "directory") return null;
  const shown = spec.path;
  const dir = resolve(cwd, shown);
  const keep = { nowMs, days: spec.keepDays };
  const workflow = env.GITHUB_ACTIONS === "true" ? readEvent(env) : null;
  const commit = workflow === null ? null : commitOf(workflow.payload, env.GITHUB_SHA);
  const line = toHistoryLine(result, { commit, at: result.startedAt });
  const told: string[] = [];
  try {
    const { lines, skipped } = readDirectory(dir, line.key, keep);
    if (skipped > 0) told.push(`${skipped} lines in ${shown} could not be read.`);
    const refusal = workflow === null ? null : whyNotAppended(workflow);
    const why = whyNotKept(result.status, line) ?? (refusal && `Not added: ${refusal}.`);
    if (why === null) {
      pruneDirectory(dir, keep);
      appendToDirectory(dir, line);
    }
    told.push(why ?? `Added to ${shown}.`);
    return keptHistory(line, lines, told);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return keptHistory(line, null, [`The history in ${shown} could not be used: ${message}.`]);
  }
}

function readEvent(env: NodeJS.ProcessEnv) {
  let payload: unknown = null;
  try {
    payload = JSON.parse(readFileSync(env.GITHUB_EVENT_PATH ?? "", "utf8"));
  } catch {
    // Then it says nothing, and a push can't be told to be the default branch's.
  }
  return { event: env.GITHUB_EVENT_NAME ?? "", ref: env.GITHUB_REF ?? "", payload };
}
