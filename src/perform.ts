/** Does one step in the world and tells the journal. The only place where plan meets machine. */
import { basename } from "node:path";
import { turnMsOf } from "./analyze/turn-metrics.ts";
import { type AttemptRecord, performAttempt } from "./drive/attempt.ts";
import { crosscheckRequests } from "./drive/crosscheck.ts";
import { largestBody, lookRequest } from "./drive/look.ts";
import { type PlannedRequest, plainVariant } from "./drive/openclaw/request.ts";
import { ClientPool } from "./drive/pool.ts";
import type { Combination, RealClient } from "./drive/real/client.ts";
import { confirmByCommandLine } from "./drive/real/command-line.ts";
import type { SpawnedClient } from "./drive/real/gateway.ts";
import { refusedAttempt } from "./drive/real/refused.ts";
import { performRealAttempt, type RealAttemptRecord } from "./drive/real/turn.ts";
import { runRound } from "./drive/round.ts";
import { settle } from "./drive/settle.ts";
import { attachEngine } from "./engine/attached.ts";
import type { RunningEngine } from "./engine/engine.ts";
import { restartEngine } from "./engine/restarted.ts";
import { type SpawnedEngine, type Started, startEngine } from "./engine/started.ts";
import { availableMemoryBytes } from "./host/environment.ts";
import type { JournalEvent } from "./journal/events.ts";
import type { RunState } from "./journal/state.ts";
import { ALONE, arrivalsOf, turnsOf } from "./plan/load.ts";
import type { Step } from "./plan/next.ts";
import type { At } from "./plan/progress.ts";
import type { Scenario } from "./plan/scenario.ts";
import { type CellSpec, isAttached, isJudged, type VariantSpec } from "./plan/types.ts";
import { variationOf, variationOfTurn } from "./plan/variation.ts";
import type { ProvisionedVariant } from "./provision/variant.ts";

/** What the steps share: the engine that is up, and how to reach it. */
export interface World {
  outDir: string;
  workDir: string;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  provision: (variant: VariantSpec) => Promise<ProvisionedVariant>;
  /** Makes the client ready where one takes the turns, or gets what it sends where that is replayed. */
  readyClient: (variant: string) => Promise<void>;
  /** What a cell sends in one turn, given the id under which the model is served. */
  requestsOf: (cell: string, servedId: string, variation: number) => PlannedRequest[];
  /** Milliseconds since the journal was opened. */
  now: () => number;
  append: (event: JournalEvent) => void;
  /** Tells the live view which cell is being asked, or has just been. */
  show: (at: At) => void;
  onSpawned: (process: SpawnedEngine) => void;
  /** Waits until no other run has an engine on this machine; at once where that was done. */
  lock: () => Promise<void>;
  /** Keeps what the machine is at before the first engine; once, however often it is called. */
  noteStart: () => Promise<void>;
  /** A file with what the simulator is to say to the client's turns; null where they are our own. */
  simScript: string | null;
  /** With all its texts, which the journal's own may not have. */
  scenarioOf: (cell: string) => Scenario;
  /**
   * Gets the bodies that the client sends for a cell: what is sent is from then on a replay of them.
   * @returns why there are none, in the client's words; null: they are there
   */
  captureOf: (cell: string) => Promise<string | null>;
  /** Why the client sends nothing for a cell; null: it does, or it wasn't asked. */
  refusalOf: (cell: string) => string | null;
  /** Bytes of the largest body that the client sends for a cell that may not be planned. */
  sizeOf: (cell: CellSpec) => Promise<{ bytes: number } | { bytes: null; why: string }>;
  /** Whether the client takes the config of a cell that was not planned: its complaint, else null. */
  complaintOf: (cell: CellSpec) => Promise<string | null>;
  /** A cell that was not planned is to be asked. */
  addCell: (cell: CellSpec) => Promise<void>;
  /** No client is at work while what it sends is measured. */
  restClient: () => Promise<void>;
  /** The client that takes a variant's turns; null until it was made ready, and where none does. */
  clientOf: (variant: string) => RealClient | null;
  /** A process of the client's: into the journal, and ended with us. */
  onClientSpawned: (process: SpawnedClient) => void;
  variants: Map<string, ProvisionedVariant>;
  up: { engine: RunningEngine; pool: ClientPool } | null;
}

const LEAST_LOAD_TIMEOUT_MS = 600_000;
const LEAST_SETTLE_MS = 60_000;

/** Performs one step. Failures of the engine are events; only our own bugs are thrown. */
export async function perform(step: Step, state: RunState, world: World): Promise<void> {
  switch (step.kind) {
    case "provision":
      return await provision(step.variant, state, world);
    case "start":
      return await start(step, state, world);
    case "settle":
      return await settleEngine(step, state, world);
    case "probe":
      await ask(
        step.cell,
        { ...step, phase: "probe", variation: variationOf("probe", step.round), limit: null },
        state,
        world,
      );
      return;
    case "calibrate":
      await ask(step.cell, { ...step, phase: "calibrate", round: 0 }, state, world);
      return;
    case "confirm":
      return await confirm(step, state, world);
    case "replay":
      return await replay(step, state, world);
    case "rung":
      return await climbOn(step, world);
    case "crosscheck":
      return await crosscheck(step, state, world);
    case "look":
      return await look(step, state, world);
    case "measure": {
      await world.restClient();
      const phase = step.warmup ? "warmup" : "measure";
      const variation = variationOf(phase, step.round);
      const ids = { ...step, phase, variation, limit: null } as const;
      await runRound(step.cells, (cell) => ask(cell, ids, state, world));
      return;
    }
    case "stop":
      return await stop(step, world);
    case "done":
      return;
  }
}

function specOf(state: RunState, name: string): VariantSpec {
  const spec = state.plan.variants.find((variant) => variant.name === name);
  if (spec === undefined) throw new Error(`no variant ${name} in the plan`);
  return spec;
}

async function provision(name: string, state: RunState, world: World): Promise<void> {
  try {
    const provisioned = await world.provision(specOf(state, name));
    await world.readyClient(name);
    world.variants.set(name, provisioned);
    const { described: variant, locked } = provisioned;
    world.append({ type: "provisioned", variant, ...(locked === undefined ? {} : { locked }) });
  } catch (error) {
    // Stopped in the middle of a download: the loop tells so, and what is there is kept.
    if (world.signal.aborted) return;
    world.append({ type: "provision-failed", variant: name, message: (error as Error).message });
  }
}

async function start(step: Step & { kind: "start" }, state: RunState, world: World): Promise<void> {
  const { variant: name, start: index, phase } = step;
  const spec = specOf(state, name);
  const provisioned = world.variants.get(name);
  if (provisioned === undefined) throw new Error(`variant ${name} was not provisioned`);
  const { engine } = spec;
  if (engine.kind === "inferrs") {
    await world.lock();
    if (world.signal.aborted) return;
    await world.noteStart();
  }
  if (world.signal.aborted) return;
  world.append({ type: "start-begun", variant: name, start: index, phase, ...step.pair });
  const started = await launch(step, spec, provisioned, state, world);
  if (started.kind === "failed") {
    if (world.signal.aborted) {
      const exit = started.failure.exit;
      world.append({
        type: "start-ended",
        variant: name,
        start: index,
        exit,
        peak: exit?.peak ?? null,
      });
      return;
    }
    world.append({ type: "start-failed", variant: name, start: index, failure: started.failure });
    return;
  }
  const up = started.engine;
  world.up = { engine: up, pool: new ClientPool(up.baseUrl, up.apiKey) };
  const { readyMs, servedId, version, chosen, device, windowTokens, portsTaken } = up;
  const ready = { readyMs, servedId, version, chosen, device, windowTokens, portsTaken };
  world.append({ type: "start-ready", variant: name, start: index, ...ready });
}

/** Brings an engine up: ours by a process, a running one by asking it, or by its user's command. */
async function launch(
  step: Step & { kind: "start" },
  spec: VariantSpec,
  { executable, model, described }: ProvisionedVariant,
  { plan }: RunState,
  world: World,
): Promise<Started> {
  const { variant, start } = step;
  const { outDir, workDir, env, signal } = world;
  const readyTimeoutMs = Math.max(LEAST_LOAD_TIMEOUT_MS, plan.timeoutMs);
  const { engine, restartCommand = null } = spec;
  if (engine.kind !== "external") {
    const compared = plan.comparison != null;
    return await startEngine({
      ...{ variant: spec, executable, model, start, outDir, workDir, readyTimeoutMs, env, signal },
      simScript: world.simScript,
      // Base's and head's starts of the same number are not the same lives.
      ...(compared ? { simKnobs: [`seed=${plan.seed}`, `variant=${variant}`], evenly: true } : {}),
      memoryLimitBytes: plan.memoryLimitBytes,
      version: described.engine.version,
      onSpawned: (spawned) => {
        const ids = { variant, start, workDir: basename(workDir) };
        world.append({ type: "engine-spawned", ...ids, ...spawned });
        world.onSpawned(spawned);
      },
    });
  }
  const server = {
    baseUrl: engine.baseUrl,
    apiKey: engine.apiKeyEnv === null ? null : (env[engine.apiKeyEnv] ?? null),
    modelId: spec.model.kind === "served" ? spec.model.id : null,
    signal,
  };
  if (restartCommand === null) return await attachEngine(server);
  const ids = { command: restartCommand, variant, start, cwd: process.cwd() };
  const restarted = await restartEngine({ ...server, ...ids, outDir, env, readyTimeoutMs });
  if (restarted.kind === "up" && restarted.sameProcess !== null) {
    const text = `${variant}: after its restart command the same process as before (${restarted.sameProcess}) listened at ${engine.baseUrl}: it was not started afresh, and the pairs of starts are none.`;
    world.append({ type: "warning", warning: { code: "not-restarted", text } });
  }
  return restarted;
}

async function settleEngine(
  step: Step & { kind: "settle" },
  state: RunState,
  world: World,
): Promise<void> {
  const { up } = world;
  if (up === null) return;
  if (await buryDead(step, world)) return;
  const timeoutMs = Math.max(LEAST_SETTLE_MS, state.plan.timeoutMs);
  const gone = new AbortController();
  void up.engine.died.then(() => gone.abort("the engine died"));
  const signal = AbortSignal.any([world.signal, gone.signal]);
  const client = up.pool.take();
  const settled = await settle(up.engine, client, { timeoutMs, signal });
  up.pool.give(client);
  if (world.signal.aborted) return;
  world.append({ type: "settled", variant: step.variant, start: step.start, ...settled });
  if (await buryDead(step, world)) return;
  if (!settled.idle) await stop(step, world);
}

/** The engine died: says so, and forgets it. */
async function buryDead(ids: { variant: string; start: number }, world: World): Promise<boolean> {
  const exit = world.up?.engine.exit() ?? null;
  if (exit === null) return false;
  await world.up?.pool.close();
  await world.clientOf(ids.variant)?.engineGone();
  world.up = null;
  world.append({ type: "engine-died", variant: ids.variant, start: ids.start, exit });
  return true;
}

interface AttemptIds {
  phase: "probe" | "calibrate" | "warmup" | "measure";
  variant: string;
  start: number;
  round: number;
  /** Which of the prompts. */
  variation: number;
  /** Of a plain request: how many tokens to ask for; null: as many as the stream. */
  limit: number | null;
}

/** One attempt at a cell, into the journal. */
async function ask(
  cell: string,
  ids: AttemptIds,
  state: RunState,
  world: World,
): Promise<{ durationMs: number | null; halt: boolean }> {
  const { up } = world;
  if (up === null || (await buryDead(ids, world))) return { durationMs: null, halt: true };
  world.show({ running: cell, finished: null });
  const { phase, variant, start, round, variation, limit } = ids;
  const client = world.clientOf(variant);
  if (client !== null) return await askClient(cell, ids, state, world, client);
  const refusal = world.refusalOf(cell);
  if (refusal !== null) {
    const which = { phase, cell, variant, start, round, variation, limit, atMs: world.now() };
    world.append({ type: "attempt", ...which, ...refusedAttempt(refusal) });
    return await asked(cell, ids, state, world);
  }
  const { timeoutMs, keepBodies, seed } = state.plan;
  const load = phase === "calibrate" ? ALONE : (state.cells.get(cell)?.spec.load ?? ALONE);
  const turns = Array.from({ length: turnsOf(load) }, (_, turn) =>
    world.requestsOf(cell, up.engine.servedId, variationOfTurn(variation, turn)),
  );
  const requests = phase === "calibrate" ? turns.map((turn) => plainTurn(turn, limit)) : turns;
  const options = { timeoutMs, keepBodies, signal: world.signal };
  const arrivals = arrivalsOf(load, seed + variation);
  const atMs = world.now();
  const record = await performAttempt(up.engine, up.pool, requests, arrivals, options);
  if (world.signal.aborted) return { durationMs: null, halt: true };
  const which = { phase, cell, variant, start, round, variation, limit, atMs };
  world.append({ type: "attempt", ...which, ...record });
  return await asked(cell, ids, state, world);
}

/** One attempt by the real client. Making it ready takes no part in what is measured. */
async function askClient(
  cell: string,
  ids: AttemptIds,
  state: RunState,
  world: World,
  client: RealClient,
): Promise<{ durationMs: number | null; halt: boolean }> {
  const { up } = world;
  const scenario = world.scenarioOf(cell);
  const combination = combinationOf(cell, scenario, ids.variant, state);
  if (up === null) return { durationMs: null, halt: true };
  const { timeoutMs, keepBodies } = state.plan;
  const options = { timeoutMs, keepBodies, signal: world.signal };
  let record: RealAttemptRecord;
  let atMs: number;
  try {
    const session = await client.session(up.engine, combination, scenario);
    if (await buryDead(ids, world)) return { durationMs: null, halt: true };
    const { hostClassChanged } = session;
    if (hostClassChanged !== null) {
      world.append({
        type: "warning",
        warning: { code: "host-class", text: `${hostClassChanged.effect}.` },
      });
    }
    atMs = world.now();
    record = await performRealAttempt(up.engine, client, session, scenario, options);
  } catch (error) {
    // Who stops the run doesn't want to hear that the client did not start.
    if (world.signal.aborted) return { durationMs: null, halt: true };
    throw error;
  }
  if (world.signal.aborted) return { durationMs: null, halt: true };
  const { phase, variant, start, round, variation, limit } = ids;
  const which = { phase, cell, variant, start, round, variation, limit, atMs };
  world.append({ type: "attempt", ...which, ...record });
  return await asked(cell, ids, state, world);
}

/** What of a cell makes the client's config. */
function combinationOf(
  cell: string,
  scenario: Scenario,
  variant: string,
  state: RunState,
): Combination {
  const spec = state.cells.get(cell)?.spec;
  // Random weights never come to an end by themselves.
  const own = isJudged(specOf(state, variant)) ? null : scenario.maxTokens;
  return {
    compat: spec?.compat ?? {},
    settings: spec?.settings ?? {},
    maxTokens: state.plan.maxTokens ?? own,
  };
}

/** A turn of the cell by the client's command line. */
async function confirm(
  step: Step & { kind: "confirm" },
  state: RunState,
  world: World,
): Promise<void> {
  const { up } = world;
  const client = world.clientOf(step.variant);
  if (up === null || client === null || (await buryDead(step, world))) return;
  const scenario = world.scenarioOf(step.cell);
  const combination = combinationOf(step.cell, scenario, step.variant, state);
  const { timeoutMs, keepBodies } = state.plan;
  const options = { timeoutMs, keepBodies, signal: world.signal };
  const atMs = world.now();
  const runs = await confirmByCommandLine(up.engine, client, combination, scenario, {
    ...options,
    onSpawned: world.onClientSpawned,
  });
  if (world.signal.aborted) return;
  const { cell, variant, start } = step;
  const exit = up.engine.exit();
  world.append({ type: "confirmed", cell, variant, start, atMs, runs, exit });
  await buryDead(step, world);
}

/** The next rung: how large its prompt is, or that it is asked from now on. */
async function climbOn(step: Step & { kind: "rung" }, world: World): Promise<void> {
  const { variant, part, cell } = step;
  if (part === "capture") {
    const size = await world.sizeOf(cell);
    if (world.signal.aborted) return;
    const why = size.bytes === null ? size.why : null;
    const rungs = cell.rung?.rungs ?? [];
    world.append({ type: "rung-captured", variant, rungs, requestBytes: size.bytes, why });
    return;
  }
  const refused = part === "session" ? await world.complaintOf(cell) : null;
  if (refused === null) await world.addCell(cell);
  if (world.signal.aborted) return;
  world.append({ type: "rung-tried", variant, cell, refused });
}

/** What a turn that failed would have sent, sent by us: is it the engine, or the client? */
async function replay(
  step: Step & { kind: "replay" },
  state: RunState,
  world: World,
): Promise<void> {
  if (world.up === null || (await buryDead(step, world))) return;
  const { cell, variant, start } = step;
  const refusal = await world.captureOf(cell);
  const { up } = world;
  if (await buryDead(step, world)) return;
  if (refusal !== null) {
    const nothing = { exchanges: [], loggedPromptTokens: [], exit: null, silentCpuMs: null };
    world.append({ type: "replayed", cell, variant, start, atMs: world.now(), ...nothing });
    return;
  }
  const { timeoutMs, keepBodies, seed } = state.plan;
  const requests = world.requestsOf(step.cell, up.engine.servedId, variationOf("probe", 0));
  const options = { timeoutMs, keepBodies, signal: world.signal };
  const atMs = world.now();
  const arrivals = arrivalsOf(ALONE, seed);
  const record = await performAttempt(up.engine, up.pool, [requests], arrivals, options);
  if (world.signal.aborted) return;
  world.append({ type: "replayed", cell, variant, start, atMs, ...record });
  await buryDead(step, world);
}

/** An attempt is in the journal: how long it took, and whether the round can go on. */
async function asked(
  cell: string,
  ids: AttemptIds,
  state: RunState,
  world: World,
): Promise<{ durationMs: number | null; halt: boolean }> {
  world.show({ running: null, finished: cell });
  const died = await buryDead(ids, world);
  const attempt = state.cells.get(cell)?.attempts.at(-1);
  const calls = attempt?.calls ?? [];
  const last = calls.at(-1)?.exchange;
  const burst = last?.turn === undefined ? null : (last.sentNs + last.end.tNs) / 1e6;
  const durationMs = burst ?? (attempt === undefined ? null : turnMsOf(attempt));
  return {
    durationMs,
    halt: died || state.live === null || state.live.unsettled || state.live.hung,
  };
}

/** The turn without streaming; of a shortened one the first model call is enough. */
function plainTurn(turn: readonly PlannedRequest[], limit: number | null): PlannedRequest[] {
  const plain = turn.map((request) => plainVariant(request, limit));
  const first = plain.findIndex((request) => request.kind === "generate");
  return limit === null ? plain : plain.slice(first, first + 1);
}

/** One small chat on every route of the server; what its counts are worth is worked out later. */
async function crosscheck(
  step: Step & { kind: "crosscheck" },
  state: RunState,
  world: World,
): Promise<void> {
  const { up } = world;
  if (up === null || (await buryDead(step, world))) return;
  const { timeoutMs, keepBodies, seed } = state.plan;
  const ollama = !isAttached(specOf(state, step.variant));
  const requests = crosscheckRequests(up.engine.servedId, step.maxTokens, seed, ollama);
  const exchanges: AttemptRecord["exchanges"] = [];
  const loggedPromptTokens: (number | null)[] = [];
  let exit: AttemptRecord["exit"] = null;
  const atMs = world.now();
  // Each on its own: a server without the Ollama route still tells by the other two.
  for (const request of requests) {
    const sentNs = (world.now() - atMs) * 1e6;
    const options = { timeoutMs, keepBodies, signal: world.signal };
    const record = await performAttempt(
      up.engine,
      up.pool,
      [[request]],
      arrivalsOf(ALONE, seed),
      options,
    );
    if (world.signal.aborted) return;
    exchanges.push(...record.exchanges.map((exchange) => ({ ...exchange, sentNs })));
    loggedPromptTokens.push(...record.loggedPromptTokens);
    exit = record.exit;
    if (exit !== null || record.exchanges.some(({ end }) => end.kind !== "closed")) break;
  }
  const { variant, start } = step;
  world.append({ type: "crosschecked", variant, start, atMs, exchanges, loggedPromptTokens, exit });
  await buryDead(step, world);
}

/** One prompt of the ladder. */
async function look(step: Step & { kind: "look" }, state: RunState, world: World): Promise<void> {
  const { up } = world;
  if (up === null || (await buryDead(step, world))) return;
  const { variant, start, rung, requestBytes, stream, tools } = step;
  const { timeoutMs, keepBodies, seed } = state.plan;
  const { servedId } = up.engine;
  const like = likeLargest(state, variant, (cell) => world.requestsOf(cell, servedId, 0));
  const request = lookRequest({ servedId, requestBytes, stream, tools, seed, like });
  const room = roomFor(up.engine);
  const atMs = world.now();
  const options = { timeoutMs, keepBodies, signal: world.signal };
  const turn = [[request]];
  const record = await performAttempt(up.engine, up.pool, turn, arrivalsOf(ALONE, seed), options);
  if (world.signal.aborted) return;
  const ids = { variant, start, atMs, rung, tools };
  world.append({ type: "looked", ...ids, roomBytes: room, ...record });
  await buryDead(step, world);
}

/** Body of the largest cell of which there is one: of the real client's only some are captured. */
function likeLargest(
  state: RunState,
  variant: string,
  requestsOf: (cell: string) => PlannedRequest[],
): string | null {
  const bySize = [...state.cells.values()]
    .filter(({ spec }) => spec.variant === variant && spec.requestBytes !== undefined)
    .sort((a, b) => (b.spec.requestBytes ?? 0) - (a.spec.requestBytes ?? 0));
  for (const { spec } of bySize) {
    const body = largestBody(requestsOf(spec.id));
    if (body !== null) return body;
  }
  return null;
}

/** What it has and what is free; null where its memory isn't the machine's. */
function roomFor(engine: RunningEngine): number | null {
  engine.beginPeak();
  const now = engine.peak();
  if (now === null || now.kind === "simulated") return null;
  const free = availableMemoryBytes();
  return free === null ? null : now.bytes + free;
}

async function stop(ids: { variant: string; start: number }, world: World): Promise<void> {
  if (await buryDead(ids, world)) return;
  const { up } = world;
  world.up = null;
  await up?.pool.close();
  await world.clientOf(ids.variant)?.engineGone();
  const ended = (await up?.engine.stop()) ?? { exit: null, peak: null };
  world.append({ type: "start-ended", variant: ids.variant, start: ids.start, ...ended });
}
