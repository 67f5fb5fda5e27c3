/** Watches an engine from its first moment to its end, and tells how it ended. */
import type { Device } from "../plan/types.ts";
import type { Memory } from "../result.ts";
import type { Guard } from "./guard.ts";
import { lastPromptTokensIn, lastWords } from "./log.ts";
import { type Meter, meterProcess, type OnSample } from "./meter.ts";
import { meterMac } from "./meter-mac.ts";
import { meterSimulator } from "./meter-sim.ts";
import { type OomWatch, watchOom } from "./oom.ts";
import type { Spawned } from "./process.ts";
import type { EngineExit } from "./types.ts";
import { watchVram } from "./vram.ts";

/** New swap on macOS up to which nothing is thought of it: other programs are swapped out too. */
const SWAP_TOLERANCE_BYTES = 256 * 2 ** 20;

export interface WatchOptions {
  /** The simulator's account; null for a real engine. */
  statePath: string | null;
  device: Device;
  env: NodeJS.ProcessEnv;
  limitBytes: number | null;
}

/** @param guard null for the simulator */
export function watchEngine(spawned: Spawned, guard: Guard | null, options: WatchOptions) {
  const cgroup = guard?.cgroup ?? null;
  let endedBy: EngineExit["by"] = "itself";
  let guarded: EngineExit["guarded"];
  let exit: EngineExit | null = null;
  const kill = () => {
    spawned.kill();
    cgroup?.kill();
  };
  const watchdog: OnSample = (seen) => {
    const limit = guard?.means.watchdogBytes ?? null;
    const swapped = (seen.newSwapBytes ?? 0) > SWAP_TOLERANCE_BYTES;
    if (limit === null || exit !== null || (seen.heldBytes <= limit && !swapped)) return;
    endedBy = "guard";
    guarded ??= seen;
    kill();
  };
  const simulator = options.statePath === null ? null : meterSimulator(options.statePath);
  const oom = simulator === null ? watchOom(cgroup) : simulatedOom(simulator);
  const meter: Meter =
    simulator ??
    (process.platform === "darwin"
      ? meterMac(spawned.pid, watchdog, options.env)
      : meterProcess(spawned.pid, watchdog, cgroup));
  const members = () => [spawned.pid, ...meter.members(), ...(cgroup?.members() ?? [])];
  const vram =
    simulator !== null || options.device === "cpu" ? null : watchVram(members, options.env);
  let lifeVram: number | null = null;
  const peakVramBytes = () => {
    const now = vram?.peakBytes() ?? null;
    if (now !== null) lifeVram = Math.max(now, lifeVram ?? 0);
    return now;
  };
  const gone = new AbortController();
  const died = spawned.exited.then(({ exitCode, signal }) => {
    meter.sample();
    meter.stop();
    const { kills, facts, rssBytes } = oom.read(members());
    const sampling = meter.sampling();
    if (sampling !== null) sampling.spentMs += vram?.cpuMs() ?? 0;
    vram?.stop();
    peakVramBytes();
    const log = spawned.log();
    const full = kills > 0 && facts.limitOf === "engine-cgroup" ? cgroup?.peakBytes() : null;
    exit = {
      exitCode,
      signal,
      by: endedBy,
      oomKills: kills,
      oom: facts,
      ...(guarded === undefined ? {} : { guarded }),
      peak: highest(meter.peak(), rssBytes, full ?? null),
      peakVramBytes: lifeVram,
      addressSpaceBytes: meter.addressSpaceBytes(),
      lastPromptTokens: lastPromptTokensIn(log),
      sampling,
      logTail: lastWords(log),
      limitBytes: options.limitBytes,
    };
    // Children that outlived it would hold memory and CPU beside the next start.
    kill();
    removed = cgroup?.remove() ?? Promise.resolve();
    gone.abort(new Error("the engine died"));
    return exit;
  });
  let removed: Promise<void> = Promise.resolve();
  return {
    pid: spawned.pid,
    helpers: vram?.helper == null ? [] : [vram.helper],
    meter,
    died,
    /** Aborted at its death. */
    gone: gone.signal,
    exit: () => exit,
    members,
    beginPeak: () => {
      peakVramBytes();
      vram?.reset();
      meter.resetPeak();
    },
    peakVramBytes,
    end: async (graceMs: number): Promise<EngineExit> => {
      meter.sample();
      if (exit === null && endedBy === "itself") endedBy = "us";
      await spawned.end(graceMs);
      const ended = await died;
      await removed;
      return ended;
    },
  };
}

/** A sample can miss the last growth before a kill; the kernel has seen it. */
function highest(seen: Memory | null, killed: number | null, cgroup: number | null): Memory | null {
  const least = seen?.bytes ?? 0;
  const swapBytes = seen?.swapBytes ?? null;
  if (killed !== null && killed > least) return { bytes: killed, kind: "rss", swapBytes };
  if (killed === null && cgroup !== null && cgroup > least) {
    return { bytes: cgroup, kind: "cgroup", swapBytes };
  }
  return seen;
}

function simulatedOom(simulator: ReturnType<typeof meterSimulator>): OomWatch {
  const facts = { source: "simulator", limitOf: null, limitBytes: null } as const;
  return { read: () => ({ kills: simulator.oomKills(), facts, rssBytes: null }) };
}
