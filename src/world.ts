/** The world that a run acts in: folders, requests, the engine that is up. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { replayRequests } from "./drive/openclaw/replay.ts";
import { buildRequests } from "./drive/openclaw/request.ts";
import type { CapturedTurns } from "./drive/real/captures.ts";
import { CaptureRefused } from "./drive/real/client.ts";
import type { SpawnedClient } from "./drive/real/gateway.ts";
import type { BenchHost } from "./end.ts";
import { lockMachine, type MachineLock } from "./engine/lock.ts";
import { signalGroup } from "./engine/process.ts";
import type { SpawnedEngine } from "./engine/started.ts";
import { removeTree } from "./host/files.ts";
import { readMoment } from "./host/machine/moment.ts";
import { isSameProcess } from "./host/proc.ts";
import type { Prepared } from "./inputs/prepare.ts";
import type { JournalEvent } from "./journal/events.ts";
import { heldTo } from "./lock/held.ts";
import { lockClient } from "./lock/here.ts";
import { lockVariant } from "./lock/variant.ts";
import type { World } from "./perform.ts";
import type { At } from "./plan/progress.ts";
import type { Scenario } from "./plan/scenario.ts";
import type { CellSpec, Plan, VariantSpec } from "./plan/types.ts";
import { promptSizer } from "./prompt-sizes.ts";
import { folderOf } from "./provision/folder.ts";
import { type FoundVariant, lookUpVariant } from "./provision/look-up.ts";
import { shared } from "./provision/shared.ts";
import { provisionVariant } from "./provision/variant.ts";
import type { Warning } from "./result.ts";
import { runClients } from "./run-clients.ts";

export interface OpenWorld extends World {
  /** Finds out what has to be fetched for a variant; null: nothing could have to be. */
  lookUp: (variant: VariantSpec) => Promise<FoundVariant | null>;
  /** Ends what is still alive, looks at the machine once more, and gives lock and work folder back. */
  close(): Promise<void>;
}

/** @param added cells that were not planned */
function cellAndScenario(plan: Plan, added: readonly CellSpec[], id: string) {
  const cell = [...plan.cells, ...added].find((each) => each.id === id);
  if (cell === undefined) throw new Error(`no cell ${id}`);
  return { cell, scenario: scenarioNamed(plan, cell.scenario) };
}

function scenarioNamed(plan: Plan, name: string): Scenario {
  const scenario = plan.scenarios.find((each) => each.name === name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  return scenario;
}

/** The scenarios' scripts, for a simulator that does as it is told. */
function writeSimScript({ turn = "scripted", scenarios }: Plan, workDir: string): string | null {
  if (turn === "scripted") return null;
  const path = join(workDir, "script.json");
  const scripts = scenarios.flatMap(({ turns }) =>
    turns.map(({ message, script }) => ({ message, replies: script })),
  );
  writeFileSync(path, JSON.stringify(scripts));
  return path;
}

function leftBehind(dir: string, why: string): Warning {
  const text = `This run's own folder ${basename(dir)}, in the system's temporary one, could not be taken away (${why.replaceAll(dir, "it")}); you may delete it.`;
  return { code: "left-behind", text };
}

/** @param append writes to the journal and folds */
export function openWorld(
  prepared: Prepared,
  host: BenchHost,
  append: (event: JournalEvent) => void,
  screen: { show: (at: At) => void; note: (line: string, passing: boolean) => void },
  now: () => number,
): OpenWorld {
  const workDir = mkdtempSync(join(tmpdir(), "inferrs-bench-"));
  const { plan } = prepared;
  const { show, note } = screen;
  let groups: number[] = [];
  const clients: SpawnedClient[] = [];
  const captures = new Map<string, CapturedTurns>();
  const refusals = new Map<string, string>();
  const added: CellSpec[] = [];
  const capture = ({ variant, compat, settings = {} }: CellSpec, scenario: Scenario) =>
    ready.of(variant).captured({ compat, settings }, scenario);
  const sizer = promptSizer(plan, capture);
  const ready = runClients(prepared, {
    ...{ env: host.env, signal: host.signal, dir: workDir },
    onSpawned: (spawned) => world.onClientSpawned(spawned),
  });
  const real = new Set<string>();
  let captured = false;
  const engines = new Set<number>();
  let spawnedEngine: SpawnedEngine | null = null;
  /** What a run in any folder is to end and take away if we are killed. */
  const noteLeft = () => {
    const processes = spawnedEngine === null ? [] : [spawnedEngine, ...spawnedEngine.helpers];
    const left = [...processes, ...clients].map(({ pid, startTime }) => ({ pid, startTime }));
    const cgroup = spawnedEngine?.cgroup ?? null;
    lock?.note({ engines: left, cgroup, workDir: basename(workDir) });
  };
  let began = false;
  let lock: MachineLock | null = null;
  // The last way out: an exception that nobody caught must not leave an engine behind. Its cgroup
  // can't be taken away so soon: our place in the queue stays, and the next run cleans up by it.
  const onExit = () => {
    for (const pgid of groups) signalGroup(pgid, "SIGKILL");
    for (const { pid, startTime } of clients) {
      if (isSameProcess(pid, startTime)) signalGroup(pid, "SIGKILL");
    }
  };
  process.once("exit", onExit);
  const found = new Map<string, FoundVariant | null>();
  const once = shared();
  const fetching = {
    cwd: host.cwd,
    workDir,
    env: host.env,
    signal: host.signal,
    token: host.githubToken ?? null,
    offline: prepared.options.offline,
    modelCache: host.modelCache ?? null,
    note,
    say: (line: string) => note(line, false),
    warn: (warning: Warning) => append({ type: "warning", warning }),
  };
  const world: OpenWorld = {
    outDir: prepared.outDir,
    workDir,
    env: host.env,
    signal: host.signal,
    append,
    show,
    now,
    variants: new Map(),
    up: null,
    simScript: writeSimScript(plan, workDir),
    clientOf: (variant) => (real.has(variant) ? ready.of(variant).client : null),
    readyClient: async (variant) => {
      if (plan.turn !== "real" && plan.turn !== "replayed") return;
      if (plan.turn === "real") real.add(variant);
      if (captured) return;
      // All at once, so that no client is at work while the engine is measured.
      if (plan.turn === "replayed") {
        for (const cell of plan.cells) if (cell.applicable) await world.captureOf(cell.id);
      }
      const { cells, bodies, why } = await sizer.planned();
      for (const [id, turns] of bodies) captures.set(id, turns);
      if (cells.length > 0) append({ type: "captured", cells });
      if (why !== null && !host.signal.aborted) {
        append({ type: "warning", warning: { code: "not-captured", text: why } });
      }
      await world.restClient();
      captured = true;
    },
    restClient: async () => {
      if (plan.turn !== "replayed") return;
      for (const { client } of ready.made()) await client.dropGateway();
    },
    sizeOf: (cell) => sizer.of(cell),
    complaintOf: (cell) => ready.of(cell.variant).complaint(cell),
    addCell: async (cell) => {
      added.push(cell);
      if (plan.turn === "replayed") await world.captureOf(cell.id);
    },
    scenarioOf: (id) => cellAndScenario(plan, added, id).scenario,
    captureOf: async (id) => {
      const { cell, scenario } = cellAndScenario(plan, added, id);
      try {
        captures.set(id, await capture(cell, scenario));
        return null;
      } catch (error) {
        if (!(error instanceof CaptureRefused)) throw error;
        refusals.set(id, error.message);
        return error.message;
      }
    },
    refusalOf: (id) => refusals.get(id) ?? null,
    onClientSpawned: (spawned) => {
      clients.push(spawned);
      append({ type: "client-spawned", ...spawned });
      noteLeft();
    },
    lookUp: async (variant) => {
      const looked = await lookUpVariant(variant, fetching, once);
      found.set(variant.name, looked);
      return looked;
    },
    provision: async (kept) => {
      const { toolVersion, configDigest } = prepared;
      // The journal's own plan is without a URL's signature, which the download needs.
      const variant = plan.variants.find(({ name }) => name === kept.name) ?? kept;
      const own = variant.openclaw === undefined ? prepared.client : prepared.baseClient;
      const client = own?.install ?? null;
      const ownDir = join(workDir, folderOf(plan, variant));
      mkdirSync(ownDir, { recursive: true });
      const options = { ...fetching, workDir: ownDir, toolVersion, configDigest, client };
      const looked = found.get(kept.name);
      // A compiler at work would disturb what another run measures.
      if (looked?.inferrs.kind === "to-build") await world.lock();
      const provisioned = await provisionVariant(variant, options, looked, once);
      const { described } = provisioned;
      const inputs = { found: looked ?? null, described, client: lockClient(client) };
      const used = await lockVariant(variant, inputs, options, once);
      return { ...provisioned, locked: heldTo(prepared.lock, used) };
    },
    requestsOf: (id, servedId, variation) => {
      const { cell, scenario } = cellAndScenario(plan, added, id);
      const captured = captures.get(id);
      if (captured !== undefined) {
        return replayRequests(captured, {
          modelId: servedId,
          maxTokens: plan.maxTokens ?? scenario.maxTokens,
          seed: plan.seed,
          variation: scenario.vary ? variation : null,
        });
      }
      return buildRequests(scenario, {
        modelId: servedId,
        compat: cell.compat,
        maxTokens: plan.maxTokens,
        seed: plan.seed,
        variation,
      });
    },
    onSpawned: (spawned) => {
      const processes = [spawned, ...spawned.helpers];
      groups = processes.map(({ pid }) => pid);
      engines.add(spawned.pid);
      spawnedEngine = spawned;
      noteLeft();
      host.onEngineSpawned?.(spawned);
    },
    lock: async () => {
      if (lock !== null) return;
      try {
        lock = await lockMachine({
          timeoutMs: prepared.options.lockTimeoutMs,
          signal: host.signal,
          env: host.env,
          onWait: (waitingFor) => show({ running: null, finished: null, waitingFor }),
        });
      } catch (error) {
        // Who stops the run doesn't want to hear that it failed.
        if (!host.signal.aborted) throw error;
        return;
      }
      const { waitedMs, holder } = lock;
      append({ type: "lock-taken", waitedMs, holder });
      if (clients.length > 0) noteLeft();
    },
    noteStart: async () => {
      if (began) return;
      began = true;
      const from = now();
      const moment = await readMoment({ env: host.env });
      append({ type: "moment", at: "start", moment, tookMs: now() - from });
    },
    close: async () => {
      try {
        for (const { client } of ready.made()) await client.close();
        await world.up?.engine.stop();
        await world.up?.pool.close();
        world.up = null;
        onExit();
        // A stopped job has seconds left: it doesn't wait for nvidia-smi. With the lock released,
        // the next run's engine may be at work already.
        if (began && !host.signal.aborted) {
          const moment = await readMoment({ env: host.env, own: engines });
          append({ type: "moment", at: "end", moment });
        }
      } finally {
        onExit();
        lock?.release();
        process.removeListener("exit", onExit);
        const left = removeTree(workDir);
        if (left !== null) append({ type: "warning", warning: leftBehind(workDir, left) });
      }
    },
  };
  return world;
}
