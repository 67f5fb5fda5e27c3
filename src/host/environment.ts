/** What this machine is, without anything that identifies it. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { arch, availableParallelism, cpus, platform, release, totalmem, version } from "node:os";
import type { Environment } from "../result.ts";
import { cgroupLimitBytes, memoryCgroup } from "./cgroup.ts";
import { cpuGovernor, meminfoBytes } from "./machine/cpu.ts";
import { cpuQuotaCores } from "./machine/cpu-cgroup.ts";
import { type Nvidia, readNvidia } from "./machine/nvidia.ts";
import { ROOTS, type Roots, readText } from "./machine/roots.ts";

/** Memory that this process may use: the least of the machine's and every cgroup's around it. */
export function machineMemoryBytes(): number {
  const limits = [process.constrainedMemory(), cgroupLimitBytes(memoryCgroup()) ?? 0];
  return Math.min(totalmem(), ...limits.filter((limit) => limit > 0));
}

/** Memory that could be had now without swapping; null where the system doesn't tell (not Linux). */
export function availableMemoryBytes(): number | null {
  return meminfoBytes(ROOTS, "MemAvailable");
}

/**
 * Machine facts. Files are read at once; nvidia-smi and sw_vers run beside whatever the caller does
 * until it awaits this. It never fails: what can't be told is null.
 */
export async function readEnvironment(options: {
  env: NodeJS.ProcessEnv;
  roots?: Roots;
}): Promise<Environment> {
  const { env, roots = ROOTS } = options;
  const memoryBytes = machineMemoryBytes();
  const facts: Omit<Environment, "fingerprint" | "gpus"> = {
    os: { platform: platform(), release: release(), arch: arch(), image: null },
    cpu: readCpu(roots),
    memoryBytes,
    memoryLimitBytes: memoryBytes < totalmem() ? memoryBytes : null,
    swapBytes: meminfoBytes(roots, "SwapTotal"),
    runner: readRunner(env),
    node: process.version,
  };
  const [nvidia, image] = await Promise.all([readNvidia(env), osImage(roots, env)]);
  facts.os.image = image;
  const gpus = gpusOf(nvidia, facts);
  return { fingerprint: fingerprintOf({ ...facts, gpus }), ...facts, gpus };
}

/**
 * A short key over what decides speed. What changes every week (a runner's image version, a system's
 * patch level) is left out: runs over months must still be comparable.
 */
export function fingerprintOf(facts: Omit<Environment, "fingerprint">): string {
  const { os, cpu, memoryBytes, gpus } = facts;
  const decisive = JSON.stringify([
    [os.platform, os.arch, /^\D*\d+(?:\.\d+)?/.exec(os.image ?? "")?.[0] ?? null],
    [cpu.model, cpu.cores, cpu.limitCores, cpu.governor],
    Math.round(memoryBytes / 2 ** 30),
    gpus.map((gpu) => [gpu.name, gpu.memoryBytes, gpu.driver, gpu.powerLimitWatts]),
  ]);
  return createHash("sha256").update(decisive).digest("hex").slice(0, 16);
}

function readCpu(roots: Roots): Environment["cpu"] {
  const all = cpus();
  const cores = Math.max(1, all.length);
  const allowed = Math.min(cpuQuotaCores(roots) ?? cores, availableParallelism());
  return {
    model: all[0]?.model.trim() || "unknown",
    cores,
    limitCores: allowed < cores ? allowed : null,
    governor: cpuGovernor(roots),
  };
}

/** GitHub's own words on the runner; never its name. */
function readRunner(env: NodeJS.ProcessEnv): Environment["runner"] {
  if (env.GITHUB_ACTIONS !== "true") return null;
  return {
    environment: env.RUNNER_ENVIRONMENT || null,
    imageOs: env.ImageOS || null,
    imageVersion: env.ImageVersion || null,
  };
}

/** On Apple silicon the GPU is part of the chip and shares its memory. */
function gpusOf(nvidia: Nvidia, { os, cpu }: Pick<Environment, "os" | "cpu">): Environment["gpus"] {
  if (nvidia.kind === "found") return nvidia.gpus;
  if (os.platform !== "darwin" || os.arch !== "arm64") return [];
  return [{ name: `${cpu.model} GPU`, memoryBytes: null, driver: null, powerLimitWatts: null }];
}

/** `Ubuntu 24.04.1 LTS`, `macOS 15.1`, `Windows Server 2022 Datacenter`. */
async function osImage(roots: Roots, env: NodeJS.ProcessEnv): Promise<string | null> {
  if (platform() === "win32") return version();
  if (platform() === "darwin") {
    const said = await new Promise<string>((resolve) => {
      execFile("/usr/bin/sw_vers", ["-productVersion"], { env, timeout: 3_000 }, (_error, stdout) =>
        resolve(stdout.trim()),
      );
    });
    return said === "" ? null : `macOS ${said}`;
  }
  const text = readText(roots.etc, "os-release") ?? "";
  return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(text)?.[1] ?? null;
}
