/** How a run ends: what the entries are told, and the exit code. */

import { happened } from "./analyze/happened.ts";
import type { HistoryReport } from "./analyze/history/report.ts";
import type { Output } from "./host/screen.ts";
import { InputError, SetupError } from "./inputs/error.ts";
import type { HistorySpec } from "./inputs/history.ts";
import type { FailOn } from "./inputs/options.ts";
import type { ModelCache } from "./provision/hub/cache-entry.ts";
import type { Result } from "./result.ts";

export interface BenchEnd {
  exitCode: number;
  result: Result | null;
  outDir: string;
  files: { name: string; path: string }[];
  error: { message: string } | null;
  /** With --plan: what would be done, and with --matrix the jobs as JSON; absent: it was done. */
  plan?: { text: string; matrix: string | null };
  /** The run beside earlier ones; absent or null: none are kept in a folder. */
  history?: HistoryReport | null;
  /** A history that only a workflow can reach, once the run has ended. */
  historyBranch?: (HistorySpec & { kind: "branch" }) | null;
}

/** What a run needs of the process that it is in. */
export interface BenchHost {
  env: NodeJS.ProcessEnv;
  cwd: string;
  stdout: Output;
  stderr: Output;
  /** Aborted with the signal's name (`SIGINT`, …) as reason. */
  signal: AbortSignal;
  entry: "cli" | "action";
  /** For GitHub's API, when a release of inferrs is fetched; absent or null: asked without. */
  githubToken?: string | null;
  /** Keeps models between jobs; absent: nothing does. */
  modelCache?: ModelCache | null;
  onEngineSpawned?(record: { pid: number; startTime: string | null }): void;
}

/** 128 + the signal's number, as shells count. */
const SIGNAL_CODES: Record<string, number> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** Wrong usage or input: 2. Set-up: 3. Anything else is a bug of ours: 70 (sysexits EX_SOFTWARE). */
export function failed(error: unknown): BenchEnd {
  const message = error instanceof Error ? error.message : String(error);
  const exitCode = error instanceof InputError ? 2 : error instanceof SetupError ? 3 : 70;
  const detail = exitCode === 70 && error instanceof Error ? (error.stack ?? message) : message;
  return { exitCode, result: null, outDir: "", files: [], error: { message: detail } };
}

/** The exit code of a finished run. */
export function exitCodeOf(
  result: Result,
  failOn: readonly FailOn[],
  signal: string | null,
): number {
  switch (result.exitReason) {
    case "interrupted":
      return SIGNAL_CODES[signal ?? ""] ?? 130;
    case "setup-failed":
      return 3;
    case "internal-error":
      return 70;
    default:
      return happened(result).some((one) => failOn.includes(one)) ? 1 : 0;
  }
}
