/** What this machine is, without anything that identifies it. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { arch, cpus, platform, release, totalmem } from "node:os";
import type { Result } from "../result.ts";

/** Memory that this process may use: the container's limit where there is one. */
export function machineMemoryBytes(): number {
  const limit = process.constrainedMemory();
  const total = totalmem();
  return limit > 0 && limit < total ? limit : total;
}

/** Machine facts; the fingerprint covers those that decide speed. */
export function readEnvironment(): Result["environment"] {
  const all = cpus();
  const cpu = { model: all[0]?.model.trim() ?? "unknown", cores: Math.max(1, all.length) };
  const os = { platform: platform(), release: release(), arch: arch() };
  const memoryBytes = machineMemoryBytes();
  const gpus = readGpus();
  const decisive = JSON.stringify([
    os.platform,
    os.arch,
    cpu,
    Math.round(memoryBytes / 2 ** 30),
    gpus,
  ]);
  const fingerprint = createHash("sha256").update(decisive).digest("hex").slice(0, 16);
  return { fingerprint, os, cpu, memoryBytes, gpus, node: process.version };
}

/** NVIDIA cards by nvidia-smi; none where it isn't installed. */
function readGpus(): Result["environment"]["gpus"] {
  try {
    const text = execFileSync(
      "nvidia-smi",
      ["--query-gpu=name,memory.total", "--format=csv,noheader,nounits"],
      { encoding: "utf8", timeout: 3_000, stdio: ["ignore", "pipe", "ignore"] },
    );
    return text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => {
        const [name = "unknown", mib] = line.split(",").map((part) => part.trim());
        const memoryBytes = Number(mib) * 1024 ** 2;
        return { name, memoryBytes: Number.isFinite(memoryBytes) ? memoryBytes : null };
      });
  } catch {
    return [];
  }
}
