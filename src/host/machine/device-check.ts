/** Whether this machine can have the device that was asked for: found out before anything is started. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError, SetupError } from "../../inputs/error.ts";
import type { Device } from "../../plan/types.ts";
import { readNvidia } from "./nvidia.ts";
import { ROOTS, type Roots } from "./roots.ts";

export interface DeviceMachine {
  platform: string;
  /** Darwin's, on macOS. */
  release: string;
  env: NodeJS.ProcessEnv;
  roots?: Roots;
}

/** Rust's builds for Apple silicon need macOS 11 (rustc's platform support), which is Darwin 20. */
const FIRST_DARWIN = 20;

/**
 * `auto` and `cpu` are always there. What is found here is only that the device can be: that it is
 * used is told by the engine's log.
 * @throws InputError when the machine can't have it; SetupError when its driver doesn't work
 */
export async function checkDevice(device: Device, machine: DeviceMachine): Promise<void> {
  if (device === "metal") checkMetal(machine);
  if (device === "cuda") await checkCuda(machine);
}

function checkMetal({ platform, release }: DeviceMachine): void {
  if (platform !== "darwin") {
    throw wrong("metal", "a Mac: Metal is Apple's", "Use --device cuda, cpu or auto here.");
  }
  const darwin = Number.parseInt(release, 10);
  if (darwin < FIRST_DARWIN) {
    const seen = `This one has Darwin ${release}.`;
    throw wrong("metal", "macOS 11 or newer", `${seen} Update it, or use --device cpu.`);
  }
}

async function checkCuda({ platform, env, roots = ROOTS }: DeviceMachine): Promise<void> {
  if (platform === "darwin") {
    throw wrong("cuda", "a machine with an NVIDIA GPU; Macs have none", "Use --device metal.");
  }
  const nvidia = await readNvidia(env);
  if (nvidia.kind === "broken") {
    throw new SetupError(
      `--device cuda: nvidia-smi doesn't work here: ${nvidia.words} Mend the driver (a restart after an update often does), or use --device cpu.`,
    );
  }
  if (nvidia.kind === "found" && nvidia.gpus.length > 0) return;
  // Jetsons have a driver and no nvidia-smi.
  const driver = [
    join(roots.proc, "driver", "nvidia", "version"),
    join(roots.sys, "module", "nvidia"),
    join(roots.sys, "module", "nvgpu"),
  ].some((path) => existsSync(path));
  if (nvidia.kind === "none" && driver) return;
  const found =
    nvidia.kind === "none"
      ? "There is no nvidia-smi on PATH and no NVIDIA driver."
      : "nvidia-smi lists no card.";
  throw wrong(
    "cuda",
    "a machine with an NVIDIA GPU and its driver",
    `${found} In a container, give it the GPU (docker run --gpus all); else use --device cpu or auto.`,
  );
}

function wrong(value: string, expected: string, mend: string): InputError {
  return new InputError({ input: "--device", value, expected, mend });
}
