/** What a reader must know of machine and device to judge the figures. Pure. */
import type { RunState } from "../journal/state.ts";
import { mainVariantOf } from "../plan/types.ts";
import type { Platform, Warning } from "../result.ts";
import { momentWarnings } from "./moments.ts";
import { platformOf } from "./platforms.ts";

/** The kind of machine that the run was on, by the device of what it is about. */
export function platformOfRun(state: RunState): Platform {
  const spec = mainVariantOf(state.plan);
  if (spec?.engine.kind === "sim") return platformOf(state.environment, "simulated");
  if (spec?.engine.kind === "external") return platformOf(state.environment, "attached");
  const server = state.variants.get(spec?.name ?? "")?.provisioned?.server;
  const asked = server?.device === "auto" ? null : server?.device;
  return platformOf(state.environment, server?.deviceSeen ?? asked ?? "unknown");
}

/** Nothing is said of the machine where the engine is the simulator: no figure is of a real server. */
export function machineWarnings(state: RunState): Warning[] {
  if (state.plan.variants.every(({ engine }) => engine.kind === "sim")) return [];
  const { cpu } = state.environment;
  return [
    ...deviceWarnings(state),
    ...momentWarnings(state.moments, cpu.cores),
    ...platformWarnings(state),
  ];
}

function deviceWarnings(state: RunState): Warning[] {
  const warnings: Warning[] = [];
  for (const { name, engine } of state.plan.variants) {
    const ready = state.starts.filter((each) => each.variant === name && each.readyMs !== null);
    const server = state.variants.get(name)?.provisioned?.server;
    if (engine.kind !== "inferrs" || server === undefined || ready.length === 0) continue;
    const { device: asked, deviceSeen: seen } = server;
    const all = [...new Set(ready.map((start) => start.device).filter((each) => each !== null))];
    if (all.length > 1) {
      const text = `${name}: the engine served on ${all.join(" and on ")} in different starts: its figures are of different things. Name the device with --device.`;
      warnings.push({ code: "device-changed", text });
    }
    if (seen === null && (asked === "cuda" || asked === "metal")) {
      const text = `${name}: nothing confirms that the engine served on ${asked}: its log doesn't name its device. With --device auto inferrs says which one it uses.`;
      warnings.push({ code: "device-unconfirmed", text });
    }
    const [gpu] = state.environment.gpus;
    if (asked === "auto" && seen === "cpu" && gpu !== undefined) {
      const text = `${name}: the engine chose the CPU, though this machine has a GPU (${gpu.name}). Ask for it (--device cuda or metal) to see why it isn't used.`;
      warnings.push({ code: "gpu-unused", text });
    }
  }
  return warnings;
}

function platformWarnings(state: RunState): Warning[] {
  const { id, verified } = platformOfRun(state);
  const asked = state.starts.some((start) => start.readyMs !== null);
  const started = state.plan.variants.some(({ engine }) => engine.kind === "inferrs");
  if (verified !== null || !started || !asked) return [];
  // Nobody looked for the device then: the machine may well be one that was checked.
  const spec = mainVariantOf(state.plan);
  const server = state.variants.get(spec?.name ?? "")?.provisioned?.server;
  const lookedFor = state.starts.some((start) => start.readyMs !== null && start.deviceLookedFor);
  if (server?.device === "auto" && !lookedFor) return [];
  const text = `Unverified platform: nobody has checked inferrs-bench on ${id} yet. "inferrs-bench doctor --selftest" checks what matters; please report what it says.`;
  return [{ code: "unverified-platform", text }];
}
