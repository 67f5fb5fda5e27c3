/** The two lives of an engine in a self-test, and what each must show. */
import { platform, release } from "node:os";
import { basename } from "node:path";
import { lockMachine } from "../engine/lock.ts";
import { startEngine } from "../engine/started.ts";
import { checkDevice } from "../host/machine/device-check.ts";
import type { VariantSpec } from "../plan/types.ts";
import { type ProvisionedVariant, provisionVariant } from "../provision/variant.ts";
import type { Warning } from "../result.ts";
import { chat, deviceSeen, killed, memory, stopped } from "./checks.ts";
import { failed, identityWords, passed, type SelfTestStep, type StepId, skipped } from "./steps.ts";
import type { Left, SelfTest } from "./types.ts";

const READY_TIMEOUT_MS = 120_000;
/** What passes is told so often. */
const NOTE_EVERY_MS = 10_000;

/** Two lives: one that is asked and ends in order, one that is killed. */
export async function lives(
  test: SelfTest,
  left: Left,
  add: (step: SelfTestStep) => boolean,
): Promise<void> {
  const { workDir } = left;
  const { engine, model, device, serverArgs } = test.options;
  const variant: VariantSpec = { name: "selftest", engine, model, device, serverArgs };
  const about = { cwd: test.cwd, workDir, env: test.env, toolVersion: test.toolVersion };
  const simulated = engine.kind === "sim";
  // Before anything is fetched: on the wrong machine that would be for nothing.
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
  const warnings: string[] = [];
  const fetching = {
    token: test.githubToken,
    offline: test.options.offline,
    signal: test.signal,
    modelCache: null,
    say: test.say,
    note: noter(test.say),
    warn: ({ text }: Warning) => warnings.push(text),
  };
  const found = await attempt("executable", add, () =>
    provisionVariant(variant, { ...about, ...fetching, configDigest: "" }),
  );
  if (found === null) return;
  const words = simulated ? "the bundled simulator" : identityWords(found.described.engine);
  add(passed("executable", [words, ...warnings].join("; ")));
  if (!simulated) {
    left.lock = await attempt("start", add, () =>
      lockMachine({
        timeoutMs: test.options.lockTimeoutMs,
        signal: test.signal,
        env: test.env,
        onWait: (pid) => test.say(`waiting for process ${pid}, another run on this machine`),
      }),
    );
    if (left.lock === null) return;
  }
  for (const life of [0, 1]) {
    const up = await startEngine(startOptions(test, variant, found, life, left));
    const pid = left.groups[0] ?? 0;
    if (up.kind === "failed") {
      const { kind, evidence } = up.failure;
      const id = kind === "wrong-device" ? "device-seen" : life === 0 ? "start" : "kill";
      add(failed(id, kind, evidence));
      return;
    }
    try {
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
    } catch (error) {
      // Its cgroup goes with it; the last way out has no time for that.
      await up.engine.stop();
      throw error;
    }
  }
}

function startOptions(
  test: SelfTest,
  variant: VariantSpec,
  found: ProvisionedVariant,
  start: number,
  left: Left,
): Parameters<typeof startEngine>[0] {
  return {
    variant,
    executable: found.executable,
    model: found.model,
    start,
    outDir: left.workDir,
    workDir: left.workDir,
    readyTimeoutMs: READY_TIMEOUT_MS,
    memoryLimitBytes: test.options.memoryLimitBytes,
    env: test.env,
    version: found.described.engine.version,
    signal: test.signal,
    onSpawned: (spawned) => {
      const processes = [spawned, ...spawned.helpers];
      left.groups = processes.map(({ pid }) => pid);
      const engines = processes.map(({ pid, startTime }) => ({ pid, startTime }));
      left.lock?.note({ engines, cgroup: spawned.cgroup, workDir: basename(left.workDir) });
    },
  };
}

/** Progress of a download would be a line a second. */
function noter(say: (line: string) => void): (line: string, passing: boolean) => void {
  let at = performance.now();
  return (line, passing) => {
    if (passing && performance.now() - at < NOTE_EVERY_MS) return;
    at = performance.now();
    say(line);
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
