/** The machine in words: what decides speed, and whether this tool was checked on its kind. Pure. */
import type { Environment, Platform, ResultVariant } from "../result.ts";
import { bytes, count } from "./format.ts";

/** `AMD EPYC, 2 of 4 cores (limit), governor powersave, 8 GB (container's limit)`, and its GPUs. */
export function machineLine(env: Environment): string {
  const { cpu } = env;
  const cores =
    cpu.limitCores === null
      ? `${count(cpu.cores)} cores`
      : `${Number(cpu.limitCores.toFixed(2))} of ${count(cpu.cores)} cores (limit)`;
  const memory = bytes(env.memoryBytes) + (env.memoryLimitBytes === null ? "" : " (limit)");
  const parts = [cpu.model, cores, cpu.governor && `governor ${cpu.governor}`, memory];
  return [...parts, ...env.gpus.map(gpuText)].filter(Boolean).join(", ");
}

function gpuText(gpu: Environment["gpus"][number]): string {
  const facts = [
    gpu.driver === null ? null : `driver ${gpu.driver}`,
    gpu.powerLimitWatts === null ? null : `power limit ${Number(gpu.powerLimitWatts.toFixed(1))} W`,
  ].filter((fact) => fact !== null);
  const memory = gpu.memoryBytes === null ? "" : ` ${bytes(gpu.memoryBytes)}`;
  return `${gpu.name}${memory}${facts.length === 0 ? "" : ` (${facts.join(", ")})`}`;
}

/** `linux 6.8 x64 (Ubuntu 24.04.1 LTS), github-hosted runner image ubuntu24 20260101.1, Node v24`. */
export function systemLine({ os, runner, node }: Environment): string {
  const image = os.image === null ? "" : ` (${os.image})`;
  const version = [runner?.imageOs, runner?.imageVersion].filter(Boolean).join(" ");
  const parts = [
    `${os.platform} ${os.release} ${os.arch}${image}`,
    runner === null ? null : `${runner.environment ?? "unknown"} runner`,
    version === "" ? null : `runner image ${version}`,
    `Node ${node}`,
  ];
  return parts.filter((part) => part !== null).join(", ");
}

/** `cuda, served on cuda`: what was asked for is not yet what was used. */
export function deviceLine({ device, deviceSeen }: ResultVariant["server"]): string | null {
  if (device === null) return null;
  return deviceSeen === null
    ? `${device}, not named by the log`
    : `${device}, served on ${deviceSeen}`;
}

/** `linux-x64-cpu: verified 2026-11-26 (run)`. */
export function platformLine({ id, verified }: Platform): string {
  if (verified === null) return `${id}: unverified, nobody has checked this tool there yet`;
  return `${id}: verified ${verified.date} (${verified.run})`;
}
