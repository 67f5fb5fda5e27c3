/** An engine of the doctor's own, where the user asked for one: made ready, started, and ended again. */
import { mkdtempSync, rmSync } from "node:fs";
import { platform, release, tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { BenchHost } from "../end.ts";
import type { RunningEngine } from "../engine/engine.ts";
import { lockMachine, type MachineLock } from "../engine/lock.ts";
import { signalGroup } from "../engine/process.ts";
import { startEngine } from "../engine/started.ts";
import type { StartFailure } from "../engine/types.ts";
import { toolVersion } from "../host/assets.ts";
import { checkDevice } from "../host/machine/device-check.ts";
import { withLocalModel } from "../inputs/local-model.ts";
import type { Options } from "../inputs/options.ts";
import type { VariantSpec } from "../plan/types.ts";
import { describeHubModel } from "../provision/hub/describe.ts";
import { hubSettings } from "../provision/hub/settings.ts";
import { checkInferrs } from "../provision/inferrs/check.ts";
import { thisPlatform } from "../provision/inferrs/platform.ts";
import { readTable } from "../provision/inferrs/table.ts";
import { provisionVariant } from "../provision/variant.ts";

const LEAST_LOAD_TIMEOUT_MS = 120_000;
/** What passes (a download's progress) is told so often. */
const NOTE_EVERY_MS = 10_000;

export interface OwnEngine {
  started: { kind: "up"; engine: RunningEngine } | { kind: "failed"; failure: StartFailure };
  version: string | null;
  close(): Promise<void>;
}

/** @param say told what is fetched and how large it is, before and while it is */
export async function startOwn(
  asked: Options,
  host: BenchHost,
  say: (line: string) => void,
): Promise<OwnEngine> {
  const options = withLocalModel(asked, host.cwd);
  const { engine, model, device, serverArgs } = options;
  const workDir = mkdtempSync(join(tmpdir(), "inferrs-bench-"));
  let groups: number[] = [];
  let lock: MachineLock | null = null;
  const onExit = () => {
    for (const pid of groups) signalGroup(pid, "SIGKILL");
  };
  process.once("exit", onExit);
  const release_ = () => {
    onExit();
    lock?.release();
    process.removeListener("exit", onExit);
    rmSync(workDir, { recursive: true, force: true });
  };
  try {
    await announce(options, host, say);
    const variant: VariantSpec = { name: "doctor", engine, model, device, serverArgs };
    const found = await provisionVariant(variant, {
      ...{ cwd: host.cwd, workDir, env: host.env, signal: host.signal, say },
      token: host.githubToken ?? null,
      offline: options.offline,
      modelCache: null,
      note: noter(say),
      warn: ({ text }) => say(text),
      toolVersion: toolVersion(),
      configDigest: "",
    });
    if (engine.kind === "inferrs") {
      lock = await lockMachine({
        timeoutMs: options.lockTimeoutMs,
        signal: host.signal,
        env: host.env,
        onWait: (pid) => say(`waiting for process ${pid}, another run on this machine`),
      });
    }
    const { version } = found.described.engine;
    const started = await startEngine({
      ...{ variant, executable: found.executable, model: found.model, start: 0, version },
      ...{ outDir: workDir, workDir, env: host.env, signal: host.signal },
      readyTimeoutMs: Math.max(LEAST_LOAD_TIMEOUT_MS, options.timeoutMs),
      memoryLimitBytes: options.memoryLimitBytes,
      onSpawned: (spawned) => {
        const processes = [spawned, ...spawned.helpers];
        groups = processes.map(({ pid }) => pid);
        const engines = processes.map(({ pid, startTime }) => ({ pid, startTime }));
        lock?.note({ engines, cgroup: spawned.cgroup, workDir: basename(workDir) });
      },
    });
    const close = async () => {
      try {
        if (started.kind === "up") await started.engine.stop();
      } finally {
        release_();
      }
    };
    return { started, version, close };
  } catch (error) {
    release_();
    throw error;
  }
}

/** What will be used, and how large what must be fetched is. */
async function announce(options: Options, host: BenchHost, say: (line: string) => void) {
  const { engine, model, device, offline } = options;
  if (engine.kind !== "inferrs") return say("the simulator is started");
  await checkDevice(device, { platform: platform(), release: release(), env: host.env });
  const here = {
    env: host.env,
    cwd: host.cwd,
    offline,
    platform: thisPlatform(),
    table: readTable(),
  };
  const { text } = await checkInferrs(engine.inferrs, engine.sha256, here);
  say(text);
  if (model.kind === "hub") say(describeHubModel(model, hubSettings(host.env, offline)));
}

function noter(say: (line: string) => void): (line: string, passing: boolean) => void {
  let at = performance.now();
  return (line, passing) => {
    if (passing && performance.now() - at < NOTE_EVERY_MS) return;
    at = performance.now();
    say(line);
  };
}
