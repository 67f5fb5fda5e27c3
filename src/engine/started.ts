/** Engines that we start: inferrs and the simulator. */
import { basename, join } from "node:path";
import { MeasuringClient } from "../drive/client.ts";
import { listenerOf } from "../host/listener.ts";
import { freePort } from "../host/port.ts";
import { groupMembers } from "../host/proc.ts";
import type { VariantSpec } from "../plan/types.ts";
import { NOTHING_CHOSEN } from "../result.ts";
import { chosenIn } from "./chosen.ts";
import { inferrsCommand, type PreparedModel, padded, simCommand } from "./command.ts";
import { wrongDevice } from "./device.ts";
import { witnessDevice } from "./device-witness.ts";
import type { RunningEngine } from "./engine.ts";
import { evened } from "./even.ts";
import { startFailure } from "./failure.ts";
import { type Guard, raiseGuard } from "./guard.ts";
import { promptTokensIn, windowIn } from "./log.ts";
import { spawnGroup } from "./process.ts";
import { type Readiness, waitUntilReady } from "./ready.ts";
import type { GuardMeans, StartFailure } from "./types.ts";
import { watchEngine } from "./watch.ts";

/** What a journal must know of a process, so that nothing of it is ever left behind. */
export interface SpawnedEngine {
  pid: number;
  startTime: string | null;
  /** Name of its cgroup; null where it has none. */
  cgroup: string | null;
  /** Processes that watch it. */
  helpers: { pid: number; startTime: string | null }[];
  /** Null for the simulator, which needs no guard. */
  guard: GuardMeans | null;
}

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
  /** What the simulator says to what, a file; absent: nothing in particular. */
  simScript?: string | null;
  /** Knobs of the simulator that the run itself sets; absent: none. */
  simKnobs?: readonly string[];
  /** It is compared with another variant, which must differ in nothing that isn't meant. */
  evenly?: boolean;
  /** False: no cgroup, though one may be permitted. */
  cgroup?: boolean;
  env: NodeJS.ProcessEnv;
  version: string | null;
  signal: AbortSignal;
  onSpawned: (process: SpawnedEngine) => void;
  /** Gives a port that is free now. */
  pickPort?: () => Promise<number>;
  raise?: typeof raiseGuard;
}

export type Started =
  | { kind: "up"; engine: RunningEngine }
  | { kind: "failed"; failure: StartFailure };

const STOP_GRACE_MS = 1_500;
/** Another process may take a port between check and start; thrice in a row is no accident. */
const PORT_TRIES = 3;
/** The system gives ports of five digits, if it isn't told otherwise. */
const PORTS_ASKED = 20;
/** How long an engine that can't listen may take to say so and end. */
const LISTEN_NEWS_MS = 2_000;

/** Starts the engine, on another port where the first was taken, and waits until it serves the model. */
export async function startEngine(options: StartOptions): Promise<Started> {
  for (let taken = 0; ; taken++) {
    const port = await (options.pickPort ?? longPort)();
    const started = await startOnce(options, port);
    if (started.kind === "up") {
      return { kind: "up", engine: { ...started.engine, portsTaken: taken } };
    }
    const again = started.failure.kind === "port-taken" && taken + 1 < PORT_TRIES;
    if (!again || options.signal.aborted) return started;
  }
}

/** A free port of five digits: command lines of two variants have the same length. */
async function longPort(): Promise<number> {
  for (let tries = 0; tries < PORTS_ASKED; tries++) {
    const port = await freePort();
    if (port >= 10_000) return port;
  }
  return await freePort();
}

async function startOnce(options: StartOptions, port: number): Promise<Started> {
  const began = performance.now();
  const statePath = join(
    options.workDir,
    `sim-${options.variant.name}-${padded(options.start)}.json`,
  );
  const { engine } = options.variant;
  const simulated = engine.kind === "sim";
  const plain = simulated
    ? simCommand(
        engine.knobs,
        options.model,
        port,
        options.start,
        statePath,
        options.env,
        options.simScript,
        options.simKnobs,
      )
    : inferrsCommand(options.executable, options.variant, options.model, port, options.env);
  const bare = options.evenly === true ? evened(plain, options.model.cwd) : plain;
  const guard: Guard | null = simulated
    ? null
    : (options.raise ?? raiseGuard)(options.memoryLimitBytes, options.cgroup !== false);
  const { command, args } = guard?.wrap(bare.command, bare.args) ?? bare;
  const spawned = await spawnGroup(command, args, {
    cwd: options.model.cwd,
    env: bare.env,
    logPath: join(options.outDir, "engine.log"),
    title: `${options.variant.name}, start ${options.start}`,
  }).catch(async (error) => {
    await guard?.cgroup?.remove();
    throw error;
  });
  const watch = watchEngine(spawned, guard, {
    statePath: simulated ? statePath : null,
    device: options.variant.device,
    env: options.env,
    limitBytes: options.memoryLimitBytes,
  });
  const end = () => watch.end(STOP_GRACE_MS);
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  const client = new MeasuringClient(baseUrl, null);
  const stop = AbortSignal.any([options.signal, watch.gone]);
  let readiness: Readiness;
  let readyMs: number;
  try {
    options.onSpawned({
      pid: spawned.pid,
      startTime: spawned.startTime,
      cgroup: guard?.cgroup == null ? null : basename(guard.cgroup.folder),
      helpers: watch.helpers,
      guard: guard?.means ?? null,
    });
    const ready = await waitUntilReady(client, options.readyTimeoutMs, stop);
    readiness = await notAStranger(ready, port, watch);
    readyMs = performance.now() - began;
  } catch (error) {
    // Who isn't told of it, or doesn't get it, can't end it.
    await end();
    throw error;
  } finally {
    await client.close();
  }
  const { device: asked } = options.variant;
  const about = { pid: spawned.pid, log: spawned.log(), env: options.env };
  const device = simulated ? null : await witnessDevice(asked, about);
  const elsewhere = simulated ? null : wrongDevice(asked, device);
  // An engine on the wrong device says so before its model is loaded: its own failure comes first.
  const failure =
    startFailure(readiness, watch.exit(), spawned, options.model.name) ??
    (elsewhere === null ? null : ({ kind: "wrong-device", evidence: elsewhere } as const));
  if (failure !== null) return { kind: "failed", failure: { ...failure, exit: await end() } };
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
      windowTokens: windowIn(spawned.log()),
      portsTaken: 0,
      died: watch.died,
      exit: watch.exit,
      beginPeak: watch.beginPeak,
      peak: () => {
        watch.meter.sample();
        return watch.meter.peak();
      },
      peakVramBytes: watch.peakVramBytes,
      cpuMs: () => watch.meter.cpuMs(),
      loggedPromptTokens: (id) => promptTokensIn(spawned.log(), id),
      stop: async () => ({ exit: await end(), peak: watch.meter.lifePeak() }),
    },
  };
}

/** Who took the port may answer like an engine, and sooner than ours has found that it can't listen. */
async function notAStranger(
  readiness: Readiness,
  port: number,
  watch: ReturnType<typeof watchEngine>,
): Promise<Readiness> {
  if (watch.exit() !== null) return readiness;
  const members = [...watch.members(), ...groupMembers(watch.pid)];
  if (listenerOf(port, members) !== "other") return readiness;
  const late = new Promise((resolve) => setTimeout(resolve, LISTEN_NEWS_MS).unref());
  await Promise.race([watch.died, late]);
  const evidence = `port ${port} was taken by another process between check and start`;
  return { kind: "failed", failure: { kind: "port-taken", evidence } };
}
