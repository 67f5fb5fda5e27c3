/**
 * `doctor --selftest`: what can only be checked on the machine itself. Starts the engine twice with a
 * model of a few MB that is made here; nothing is downloaded.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { platform, release, tmpdir } from "node:os";
import { join } from "node:path";
import { signalGroup } from "../engine/process.ts";
import { startEngine } from "../engine/started.ts";
import { checkDevice } from "../host/machine/device-check.ts";
import type { Options } from "../inputs/options.ts";
import type { VariantSpec } from "../plan/types.ts";
import { type ProvisionedVariant, provisionVariant } from "../provision/variant.ts";
import type { Environment } from "../result.ts";
import { chat, deviceSeen, killed, memory, stopped } from "./checks.ts";
import { complete, failed, passed, type SelfTestStep, type StepId, skipped } from "./steps.ts";

export interface SelfTest {
  options: Pick<
    Options,
    "engine" | "model" | "device" | "serverArgs" | "memoryLimitBytes" | "offline"
  >;
  /** For GitHub's API, when a release of inferrs is fetched. */
  githubToken: string | null;
  environment: Environment;
  env: NodeJS.ProcessEnv;
  cwd: string;
  signal: AbortSignal;
  toolVersion: string;
  /** Told on which device the engine serves, where that is known. */
  onDevice: (device: string) => void;
  /** Told each step as soon as it is known. */
  onStep: (step: SelfTestStep) => void;
}

const READY_TIMEOUT_MS = 120_000;

/** All steps, in order; nothing is left behind, whatever fails. */
export async function selfTest(test: SelfTest): Promise<SelfTestStep[]> {
  const steps: SelfTestStep[] = [];
  const add = (step: SelfTestStep) => {
    steps.push(step);
    test.onStep(step);
    return step.status !== "fail";
  };
  const workDir = mkdtempSync(join(tmpdir(), "inferrs-bench-"));
  const pids: number[] = [];
  // The last way out, as in a run: an exception must not leave an engine behind.
  const onExit = () => {
    for (const pid of pids) signalGroup(pid, "SIGKILL");
  };
  process.once("exit", onExit);
  try {
    await lives(test, workDir, pids, add);
  } finally {
    process.removeListener("exit", onExit);
    rmSync(workDir, { recursive: true, force: true });
  }
  const left = "the engine may still write to it";
  add(
    existsSync(workDir)
      ? failed("cleanup", "expectation-failed", left, "Remove it by hand; please report it.")
      : passed("cleanup", "what the engines wrote is gone with it"),
  );
  return complete(steps);
}

/** Two lives: one that is asked and ends in order, one that is killed. */
async function lives(
  test: SelfTest,
  workDir: string,
  pids: number[],
  add: (step: SelfTestStep) => boolean,
): Promise<void> {
  const { engine, model, device, serverArgs } = test.options;
  const variant: VariantSpec = { name: "selftest", engine, model, device, serverArgs };
  const about = { cwd: test.cwd, workDir, env: test.env, toolVersion: test.toolVersion };
  const fetching = {
    token: test.githubToken,
    offline: test.options.offline,
    signal: test.signal,
    modelCache: null,
    say: () => {},
    note: () => {},
    warn: () => {},
  };
  const found = await attempt("executable", add, () =>
    provisionVariant(variant, { ...about, ...fetching, configDigest: "" }),
  );
  if (found === null) return;
  const { version, sha256 } = found.described.engine;
  const identity = `version ${version ?? "not told"}${sha256 === null ? "" : `, SHA-256 ${sha256}`}`;
  add(passed("executable", engine.kind === "sim" ? "the bundled simulator" : identity));
  const simulated = engine.kind === "sim";
  if (simulated) add(skipped("device-present", "the simulator has no device"));
  else {
    const machine = { platform: platform(), release: release(), env: test.env };
    const there = await attempt("device-present", add, () =>
      checkDevice(device, machine).then(() => true),
    );
    if (there === null) return;
    const gpus = test.environment.gpus.map((gpu) => gpu.name).join(", ") || "none";
    add(passed("device-present", `${device}; GPUs: ${gpus}`));
  }
  for (const life of [0, 1]) {
    const up = await startEngine(startOptions(test, variant, found, workDir, life, pids));
    const pid = pids.at(-1) ?? 0;
    if (up.kind === "failed") {
      const { kind, evidence } = up.failure;
      const id = kind === "wrong-device" ? "device-seen" : life === 0 ? "start" : "kill";
      add(failed(id, kind, evidence));
      return;
    }
    if (up.engine.device !== null) test.onDevice(up.engine.device.device);
    if (life === 1) add(await killed(up.engine, pid));
    else {
      add(passed("start", `ready after ${up.engine.readyMs.toFixed(0)} ms`));
      add(
        simulated
          ? skipped("device-seen", "the simulator has no device")
          : deviceSeen(device, up.engine, test.environment),
      );
      add(await chat(up.engine, test.signal));
      add(memory(up.engine));
      add(await stopped(up.engine, pid));
    }
  }
}

function startOptions(
  test: SelfTest,
  variant: VariantSpec,
  found: ProvisionedVariant,
  workDir: string,
  start: number,
  pids: number[],
): Parameters<typeof startEngine>[0] {
  return {
    variant,
    executable: found.executable,
    model: found.model,
    start,
    outDir: workDir,
    workDir,
    readyTimeoutMs: READY_TIMEOUT_MS,
    memoryLimitBytes: test.options.memoryLimitBytes,
    env: test.env,
    version: found.described.engine.version,
    signal: test.signal,
    onSpawned: ({ pid }) => pids.push(pid),
  };
}

/** What is thrown (a wrong input, a set-up that failed) fails the step in its own words. */
async function attempt<T>(
  id: StepId,
  add: (step: SelfTestStep) => boolean,
  work: () => Promise<T>,
): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    add(failed(id, "expectation-failed", words, null));
    return null;
  }
}
