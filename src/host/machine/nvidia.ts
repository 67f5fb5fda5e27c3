/**
 * What nvidia-smi says. It is found on PATH and run as a child process; where there is none, nothing
 * is started. Of a card only what decides its speed is asked: no serial number, no UUID.
 */
import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { GpuMoment } from "../../analyze/moments.ts";

export interface NvidiaGpu {
  name: string;
  memoryBytes: number | null;
  driver: string | null;
  powerLimitWatts: number | null;
}

export type Nvidia =
  | { kind: "none" }
  /** It is installed and doesn't work: its own words. */
  | { kind: "broken"; words: string }
  | { kind: "found"; gpus: NvidiaGpu[] };

export interface GpuProcess {
  /** Null where the driver hides it, as in many containers. */
  pid: number | null;
  bytes: number | null;
}

/** A driver that isn't loaded yet takes its time; one that hangs must not hold up a run. */
const TIMEOUT_MS = 10_000;

/** Cards don't change while we run, and asking can take a second: once for each nvidia-smi. */
const asked = new Map<string, Promise<Nvidia>>();

/** The cards of this machine. Never throws. */
export async function readNvidia(env: NodeJS.ProcessEnv): Promise<Nvidia> {
  const path = findSmi(env);
  if (path === null) return { kind: "none" };
  const answer = asked.get(path) ?? readCards(path, env);
  asked.set(path, answer);
  return await answer;
}

async function readCards(path: string, env: NodeJS.ProcessEnv): Promise<Nvidia> {
  const said = await query(path, env, "gpu", [
    "name",
    "memory.total",
    "driver_version",
    "power.limit",
  ]);
  if ("error" in said) return { kind: "broken", words: said.error };
  const gpus = said.rows.map(([name, mib, driver, watts]): NvidiaGpu => {
    const memory = number(mib);
    return {
      name: text(name) ?? "unknown",
      memoryBytes: memory === null ? null : memory * 1024 ** 2,
      driver: text(driver),
      powerLimitWatts: number(watts),
    };
  });
  return { kind: "found", gpus };
}

/** Processes that compute on a card now; null where that can't be told. */
export async function gpuProcesses(env: NodeJS.ProcessEnv): Promise<GpuProcess[] | null> {
  const path = findSmi(env);
  if (path === null) return null;
  const said = await query(path, env, "compute-apps", ["pid", "used_memory"]);
  if ("error" in said) return null;
  return said.rows.map(([pid, mib]) => {
    const memory = number(mib);
    return { pid: number(pid), bytes: memory === null ? null : memory * 1024 ** 2 };
  });
}

/** How busy each card is, and how long it has been slowed down for heat; null where unknown. */
export async function gpuMoments(env: NodeJS.ProcessEnv): Promise<GpuMoment[] | null> {
  const path = findSmi(env);
  if (path === null) return null;
  const counters = ["hw_thermal_slowdown", "sw_thermal_slowdown"].map(
    (name) => `clocks_event_reasons_counters.${name}`,
  );
  const [busy, slowed] = await Promise.all([
    query(path, env, "gpu", ["utilization.gpu"]),
    // Drivers before 560 or so don't know these and refuse the whole question: asked apart.
    query(path, env, "gpu", counters),
  ]);
  if ("error" in busy) return null;
  return busy.rows.map(([percent], index) => {
    const times = "error" in slowed ? [] : (slowed.rows[index] ?? []).map(number);
    const known = times.filter((us) => us !== null);
    return {
      utilizationPercent: number(percent),
      thermalMs: known.length === 0 ? null : known.reduce((sum, us) => sum + us, 0) / 1000,
    };
  });
}

type Said = { rows: string[][] } | { error: string };

function query(
  path: string,
  env: NodeJS.ProcessEnv,
  what: string,
  fields: string[],
): Promise<Said> {
  const args = [`--query-${what}=${fields.join(",")}`, "--format=csv,noheader,nounits"];
  return new Promise((resolve) => {
    execFile(path, args, { env, timeout: TIMEOUT_MS }, (error, stdout, stderr) => {
      const lines = stdout.split("\n").filter((line) => line.trim() !== "");
      const rows = lines.map((line) => line.split(",").map((part) => part.trim()));
      if (error === null) return resolve({ rows });
      const words = `${stdout} ${stderr}`.replace(/\s+/g, " ").trim();
      resolve({ error: words === "" ? error.message : words.slice(0, 300) });
    });
  });
}

function findSmi(env: NodeJS.ProcessEnv): string | null {
  const name = process.platform === "win32" ? "nvidia-smi.exe" : "nvidia-smi";
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    if (folder === "") continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

/** `[N/A]` and `[Not Supported]` are what it doesn't know. */
function text(field: string | undefined): string | null {
  return field === undefined || field === "" || field.startsWith("[") ? null : field;
}

function number(field: string | undefined): number | null {
  const value = Number(text(field) ?? "x");
  return Number.isFinite(value) ? value : null;
}
