/** Where an engine's log is silent about its device, the GPU's driver may know. */
import { gpuProcesses } from "../host/machine/nvidia.ts";
import { groupMembers } from "../host/proc.ts";
import type { Device } from "../plan/types.ts";
import { type DeviceSeen, deviceIn } from "./device.ts";

/**
 * On which device a running engine serves. inferrs says nothing where it was told `--device cuda`:
 * then the driver is asked whether one of its processes computes on a GPU.
 * @returns null where neither says
 */
export async function witnessDevice(
  asked: Device,
  engine: { pid: number; log: string; env: NodeJS.ProcessEnv },
): Promise<DeviceSeen | null> {
  const said = deviceIn(engine.log);
  if (said !== null || asked !== "cuda") return said;
  const processes = await gpuProcesses(engine.env);
  const members = new Set([engine.pid, ...groupMembers(engine.pid)]);
  const found = processes?.find(({ pid }) => pid !== null && members.has(pid));
  return found === undefined
    ? null
    : { device: "cuda", words: `nvidia-smi lists process ${found.pid}, the engine's, on a GPU` };
}
