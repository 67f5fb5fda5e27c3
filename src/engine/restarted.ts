/** A running server that the user's own command starts again. */
import { join } from "node:path";
import { MeasuringClient } from "../drive/client.ts";
import type { OutFile } from "../host/files.ts";
import { serverProcess } from "../host/listener.ts";
import { startTimeOf } from "../host/proc.ts";
import { attachEngine } from "./attached.ts";
import type { RunningEngine } from "./engine.ts";
import { type Spawned, spawnGroup } from "./process.ts";
import { waitUntilReady } from "./ready.ts";
import type { StartFailure } from "./types.ts";

/** Output of the restart commands, in the output folder. */
export const RESTART_LOG = "restart.log" satisfies OutFile;

export interface RestartOptions {
  command: string;
  variant: string;
  start: number;
  baseUrl: string;
  apiKey: string | null;
  modelId: string | null;
  cwd: string;
  outDir: string;
  env: NodeJS.ProcessEnv;
  /** For the command and the load together. */
  readyTimeoutMs: number;
  signal: AbortSignal;
}

export type Restarted =
  /** `sameProcess`: the one that listened before does so still; null: another does, or it can't be told. */
  | { kind: "up"; engine: RunningEngine; sameProcess: number | null }
  | { kind: "failed"; failure: StartFailure };

/**
 * Runs the command by the shell, with `INFERRS_BENCH_VARIANT` and `INFERRS_BENCH_START` in its
 * environment, waits for its end, and then until the server serves. Its time to ready is all of that.
 * What the command leaves in the background is the user's server and stays.
 */
export async function restartEngine(options: RestartOptions): Promise<Restarted> {
  const began = performance.now();
  const before = listener(options.baseUrl);
  const spawned = await spawnGroup("/bin/sh", ["-c", options.command], {
    cwd: options.cwd,
    env: {
      ...options.env,
      INFERRS_BENCH_VARIANT: options.variant,
      INFERRS_BENCH_START: String(options.start),
    },
    logPath: join(options.outDir, RESTART_LOG),
    title: `${options.variant}, start ${options.start}: ${options.command}`,
  });
  const timeout = AbortSignal.timeout(options.readyTimeoutMs);
  const stop = AbortSignal.any([options.signal, timeout]);
  const complaint = await endOfCommand(spawned, stop, options.readyTimeoutMs);
  if (complaint !== null) return failed("not-ready", complaint);
  const client = new MeasuringClient(options.baseUrl, options.apiKey);
  const leftMs = options.readyTimeoutMs - (performance.now() - began);
  const wanted = { healthRoute: "optional", model: options.modelId } as const;
  const ready = await waitUntilReady(client, leftMs, options.signal, wanted);
  await client.close();
  if (ready.kind === "failed") return failed(ready.failure.kind, ready.failure.evidence);
  const readyMs = performance.now() - began;
  const attached = await attachEngine(options);
  if (attached.kind === "failed") return attached;
  const after = listener(options.baseUrl);
  const same = before !== null && after?.pid === before.pid && after.startTime === before.startTime;
  return {
    kind: "up",
    engine: { ...attached.engine, readyMs },
    sameProcess: same ? before.pid : null,
  };
}

/** @returns why the server is not waited for; null: the command ended well */
async function endOfCommand(
  spawned: Spawned,
  stop: AbortSignal,
  timeoutMs: number,
): Promise<string | null> {
  const aborted = new Promise<null>((resolve) => {
    if (stop.aborted) resolve(null);
    else stop.addEventListener("abort", () => resolve(null), { once: true });
  });
  const end = await Promise.race([spawned.exited, aborted]);
  if (end === null) {
    spawned.kill();
    return `the restart command had not ended after ${(timeoutMs / 1000).toFixed(0)} s; it should start the server in the background, and end`;
  }
  if (end.exitCode === 0) return null;
  const how = end.signal === null ? `with exit code ${end.exitCode}` : `by ${end.signal}`;
  const last = spawned.log().trimEnd().split("\n").at(-1) ?? "";
  return `the restart command ended ${how}${last === "" ? "" : `: ${last}`}`;
}

function listener(baseUrl: string): { pid: number; startTime: string | null } | null {
  const pid = serverProcess(baseUrl);
  return pid === null ? null : { pid, startTime: startTimeOf(pid) };
}

function failed(kind: StartFailure["kind"], evidence: string): Restarted {
  return { kind: "failed", failure: { kind, evidence, exit: null } };
}
