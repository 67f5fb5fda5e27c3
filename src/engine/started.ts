/** Engines that we start: inferrs and the simulator. */
import { join } from "node:path";
import { classifyExit } from "../analyze/classify.ts";
import { MeasuringClient } from "../drive/client.ts";
import { freePort } from "../host/port.ts";
import type { VariantSpec } from "../plan/types.ts";
import { NOTHING_CHOSEN } from "../result.ts";
import { chosenIn } from "./chosen.ts";
import { inferrsCommand, type PreparedModel, simCommand } from "./command.ts";
import { wrongDevice } from "./device.ts";
import { witnessDevice } from "./device-witness.ts";
import type { RunningEngine } from "./engine.ts";
import { lastWords, loadFailureIn, promptTokensIn } from "./log.ts";
import { meterProcess, meterSimulator } from "./meter.ts";
import { type Spawned, spawnGroup } from "./process.ts";
import { waitUntilReady } from "./ready.ts";
import type { EngineExit, StartFailure } from "./types.ts";

export interface StartOptions {
  variant: VariantSpec;
  /** Resolved path of the executable; unused for the simulator. */
  executable: string;
  model: PreparedModel;
  start: number;
  outDir: string;
  /** Folder for the simulator's account. */
  workDir: string;
  readyTimeoutMs: number;
  memoryLimitBytes: number | null;
  env: NodeJS.ProcessEnv;
  version: string | null;
  signal: AbortSignal;
  onSpawned: (process: { pid: number; startTime: string | null }) => void;
}

const STOP_GRACE_MS = 1_500;

/** Starts the engine and waits until it serves the model. */
export async function startEngine(
  options: StartOptions,
): Promise<{ kind: "up"; engine: RunningEngine } | { kind: "failed"; failure: StartFailure }> {
  const began = performance.now();
  const port = await freePort();
  const statePath = join(options.workDir, `sim-${options.variant.name}-${options.start}.json`);
  const { engine } = options.variant;
  const simulated = engine.kind === "sim";
  const { command, args, env } = simulated
    ? simCommand(engine.knobs, options.model, port, options.start, statePath, options.env)
    : inferrsCommand(options.executable, options.variant, options.model, port, options.env);
  const spawned = await spawnGroup(command, args, {
    cwd: options.model.cwd,
    env,
    logPath: join(options.outDir, "engine.log"),
    title: `${options.variant.name}, start ${options.start}`,
  });
  options.onSpawned(spawned);

  let endedBy: EngineExit["by"] = "itself";
  const guard = (bytes: number) => {
    if (options.memoryLimitBytes !== null && bytes > options.memoryLimitBytes) {
      endedBy = "guard";
      spawned.kill();
    }
  };
  const meter = simulated ? meterSimulator(statePath) : meterProcess(spawned.pid, guard);
  let exit: EngineExit | null = null;
  const gone = new AbortController();
  const died = spawned.exited.then(({ exitCode, signal }) => {
    meter.sample();
    meter.stop();
    // Children that outlived it would hold memory and CPU beside the next start.
    spawned.kill();
    exit = {
      exitCode,
      signal,
      by: endedBy,
      oomKills: meter.oomKills(),
      peak: meter.lifePeak(),
      logTail: lastWords(spawned.log()),
      limitBytes: options.memoryLimitBytes,
    };
    gone.abort(new Error("the engine died"));
    return exit;
  });
  const end = async () => {
    meter.sample();
    if (exit === null) endedBy = "us";
    await spawned.end(STOP_GRACE_MS);
    return await died;
  };

  const baseUrl = `http://127.0.0.1:${port}/v1`;
  const client = new MeasuringClient(baseUrl, null);
  const stop = AbortSignal.any([options.signal, gone.signal]);
  const readiness = await waitUntilReady(client, options.readyTimeoutMs, stop).catch(
    async (error) => {
      await end();
      throw error;
    },
  );
  const readyMs = performance.now() - began;
  await client.close();
  const { device: asked } = options.variant;
  const about = { pid: spawned.pid, log: spawned.log(), env: options.env };
  const device = simulated ? null : await witnessDevice(asked, about);
  const elsewhere = simulated ? null : wrongDevice(asked, device);
  // An engine on the wrong device says so before its model is loaded: its own failure comes first.
  const failure =
    startFailure(readiness, exit, spawned, options.model.name) ??
    (elsewhere === null ? null : ({ kind: "wrong-device", evidence: elsewhere } as const));
  if (failure !== null) {
    const ended = await end();
    return { kind: "failed", failure: { ...failure, exit: ended } };
  }
  return {
    kind: "up",
    engine: {
      baseUrl,
      apiKey: null,
      servedId: options.model.name,
      version: options.version,
      readyMs,
      chosen: simulated ? NOTHING_CHOSEN : chosenIn(spawned.log(), args),
      device,
      died,
      exit: () => exit,
      beginPeak: () => meter.resetPeak(),
      peak: () => {
        meter.sample();
        return meter.peak();
      },
      cpuMs: () => meter.cpuMs(),
      loggedPromptTokens: (id) => promptTokensIn(spawned.log(), id),
      stop: async () => {
        const ended = await end();
        return { exit: ended, peak: meter.lifePeak() };
      },
    },
  };
}

function startFailure(
  readiness: Awaited<ReturnType<typeof waitUntilReady>>,
  exit: EngineExit | null,
  spawned: Spawned,
  modelName: string,
): Omit<StartFailure, "exit"> | null {
  if (exit !== null) {
    const finding = classifyExit(exit);
    const words = loadFailureIn(spawned.log());
    if (finding.kind === "out-of-memory") {
      return { kind: "out-of-memory", evidence: finding.evidence ?? "" };
    }
    return exit.signal === null
      ? {
          kind: "load-failed",
          evidence: words ?? finding.evidence ?? "it ended before it was ready",
        }
      : { kind: "engine-crashed", evidence: finding.evidence ?? "" };
  }
  if (readiness.kind === "failed") {
    const { failure } = readiness;
    const words = failure.kind === "load-failed" ? loadFailureIn(spawned.log()) : null;
    return words === null ? failure : { ...failure, evidence: words };
  }
  if (!readiness.models.includes(modelName)) {
    const listed = readiness.models.join(", ") || "none";
    return {
      kind: "model-missing",
      evidence: `asked for ${modelName}; /v1/models lists ${listed}`,
    };
  }
  return null;
}
