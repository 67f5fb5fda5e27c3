/** Everything that is known before anything is started: checked options, plan, estimate. */
import { createHash } from "node:crypto";
import { platform, release } from "node:os";
import { join, resolve } from "node:path";
import { OUTCOMES } from "../analyze/outcomes.ts";
import { mergeOpenClawConfig, type OpenClawConfig } from "../drive/openclaw/config.ts";
import { buildRequests } from "../drive/openclaw/request.ts";
import type { TurnKind } from "../drive/real/types.ts";
import type { BenchHost } from "../end.ts";
import { attachEngine } from "../engine/attached.ts";
import { assetPath, toolVersion } from "../host/assets.ts";
import { machineMemoryBytes, readEnvironment } from "../host/environment.ts";
import { checkOutDir } from "../host/files.ts";
import { gpuWorkingSetBytes } from "../host/mac.ts";
import { checkDevice } from "../host/machine/device-check.ts";
import { widthOf } from "../host/screen.ts";
import { buildPlan } from "../plan/build.ts";
import {
  CPU_SPEEDS,
  estimateMs,
  GPU_SPEEDS,
  plannedRequests,
  type Speeds,
} from "../plan/estimate.ts";
import { loadScenario } from "../plan/load-scenario.ts";
import { name, nameOfSettings } from "../plan/matrix.ts";
import type { Scenario } from "../plan/scenario.ts";
import type { CellSpec, EngineSpec, ModelSpec, Plan, VariantSpec } from "../plan/types.ts";
import { describeHubModel } from "../provision/hub/describe.ts";
import { hubSettings } from "../provision/hub/settings.ts";
import { checkInferrs } from "../provision/inferrs/check.ts";
import { thisPlatform } from "../provision/inferrs/platform.ts";
import { readTable } from "../provision/inferrs/table.ts";
import type { Told } from "../provision/look-up.ts";
import { checkModelDirectory } from "../provision/model.ts";
import { describeOpenClaw } from "../provision/openclaw/spec.ts";
import { renderPlan } from "../report/plan.ts";
import type { Compat, Environment } from "../result.ts";
import { parseKnobs } from "../sim/knobs.ts";
import type { ClientInputs, PreparedClient } from "./client.ts";
import { readMatrix } from "./compat.ts";
import { readJson5, withConfigFile } from "./config-file.ts";
import { actionDefaults } from "./defaults.ts";
import { demoDefaults } from "./demo.ts";
import { InputError, SetupError } from "./error.ts";
import { checkHistory } from "./history.ts";
import { readOpenClawFile } from "./openclaw-file.ts";
import { type Options, readOptions } from "./options.ts";
import { readRemedies } from "./remedies.ts";
import { settingCombinations } from "./settings.ts";
import type { RawOptions } from "./table.ts";

export interface Prepared {
  options: Options;
  plan: Plan;
  /** The base config merged with the user's. */
  openclawConfig: OpenClawConfig;
  /** The real client, found and checked; null with scripted turns, and with --plan where it isn't installed. */
  client: PreparedClient | null;
  configDigest: string;
  /** Still being read: nvidia-smi can take a second, and the plan needn't wait for it. */
  environment: Promise<Environment>;
  estimateMs: number;
  /**
   * What will be fetched and run and how long it takes, for the reader.
   * @param told what GitHub and the hub say of it; null: they weren't asked
   */
  planText: (told: Told | null) => string;
  outDir: string;
  color: boolean;
  toolVersion: string;
}

/** @throws InputError for anything wrong; nothing has been started or written then */
export async function prepare(given: RawOptions, host: BenchHost): Promise<Prepared> {
  const merged = withConfigFile(given, host.cwd);
  const environment = readEnvironment({ env: host.env });
  const { raw, notes } =
    given.command === "demo"
      ? { raw: demoDefaults(merged), notes: [] }
      : host.entry === "action"
        ? actionDefaults(merged, await environment)
        : { raw: merged, notes: [] };
  const memoryBytes = machineMemoryBytes();
  const gpuBytes = gpuWorkingSetBytes(memoryBytes) ?? Infinity;
  const options = readOptions(raw, host.env, memoryBytes, gpuBytes);
  checkHistory(options.history, host);
  const benchDir = assetPath("bench");
  const scenarios = [...new Set(options.scenarios)].map((each) =>
    loadScenario(each, { benchDir, cwd: host.cwd, scale: options.scale }),
  );
  const names = scenarios.map((scenario) => scenario.name);
  const twice = names.find((each, index) => names.indexOf(each) !== index);
  if (twice !== undefined) {
    throw new InputError({
      input: "--scenario",
      value: twice,
      expected: "scenarios with different names",
      mend: "A file's name is its scenario's name: rename one of the two.",
    });
  }
  for (const scenario of scenarios) checkTaker(scenario, options.turn);
  const base = readJson5("bench/openclaw.json5", join(benchDir, "openclaw.json5"), host.cwd);
  const own =
    options.openclawConfig === null
      ? { config: null, variables: {}, missing: [] }
      : readOpenClawFile(options.openclawConfig, host.env, host.cwd);
  const flags = options.turn === "scripted" ? "known" : "any";
  const openclawConfig = mergeOpenClawConfig(base, own.config, flags);
  const engine = await checkEngine(options, host);
  const outDir = resolve(host.cwd, options.out);
  checkOutDir(outDir);
  const { baseCompat } = openclawConfig;
  const { client, matrix } = await readClient(
    options,
    { ...own, base, user: own.config, baseCompat },
    host,
  );

  const variant: VariantSpec = {
    name: "head",
    engine: engine.spec,
    model: options.model,
    device: options.device,
    serverArgs: options.serverArgs,
  };
  const planned = buildPlan({
    turn: options.turn,
    openclaw: options.openclaw,
    confirm: options.confirm,
    variants: [variant],
    scenarios,
    combinations: matrix,
    settings: settingCombinations(options.settings),
    loads: options.loads,
    baseCompat,
    starts: options.starts,
    rounds: options.rounds,
    maxTokens: options.maxTokens,
    timeoutMs: options.timeoutMs,
    timeBudgetMs: options.timeBudgetMs,
    memoryLimitBytes: options.memoryLimitBytes,
    look: options.look,
    seed: options.seed,
    keepBodies: options.keepBodies,
  });
  const remedies =
    client === null
      ? null
      : readRemedies(
          { base, user: own.config, compat: baseCompat },
          options.remedies,
          options.turn === "real" ? SESSION : null,
        );
  const plan = withSession(withSizes({ ...planned, remedies }), host.cwd);
  const sizeOf = (cell: CellSpec) => sizeOfCell(plan, cell);
  const speeds = assumedSpeeds(options);
  const estimate = estimateMs(plan, sizeOf, speeds);
  const requests = plannedRequests(plan, sizeOf);
  const planText = (told: Told | null) =>
    renderPlan(
      {
        engine: told?.engine ?? engine.text,
        model: told?.model ?? describeModel(options, host.env),
        device: options.engine.kind === "inferrs" ? options.device : "",
        scenarios: scenarios.map(({ name, title, scale }) => ({ name, title, scale })),
        combinations: matrix.map(name),
        settings: settingCombinations(options.settings).map(nameOfSettings),
        client: describeClient(options, client),
        cells: plan.cells.filter((cell) => cell.applicable).length,
        starts: plan.starts,
        rounds: plan.rounds,
        requests,
        ladder: plan.look !== undefined && plan.look.budgetMs > 0,
        estimateMs: estimate,
        estimateBasis: speeds.basis,
        timeBudgetMs: options.timeBudgetMs,
        fetches: told?.fetches ?? false,
        defaults: notes,
        out: options.out,
        attached: options.engine.kind === "external",
        simulated: options.engine.kind === "sim",
        synthetic: options.model.kind === "synthetic",
      },
      widthOf(host.stderr, 100),
    );
  return {
    options,
    plan,
    openclawConfig,
    client,
    configDigest: createHash("sha256").update(JSON.stringify(openclawConfig)).digest("hex"),
    environment,
    estimateMs: estimate,
    planText,
    outDir,
    color: host.stderr.isTTY === true && host.env.NO_COLOR === undefined,
    toolVersion: toolVersion(),
  };
}

/** @throws InputError for a scenario that is not for who takes the turns */
function checkTaker({ name, turns }: Scenario, turn: TurnKind): void {
  if (turns.length > 0 === (turn !== "scripted")) return;
  const forClient = turns.length > 0;
  throw new InputError({
    input: "--scenario",
    value: name,
    expected: forClient
      ? "--turn real or replayed with it: its turns are OpenClaw's"
      : `a scenario with turns for --turn ${turn}`,
    mend: forClient
      ? "Add --turn real."
      : "The scenarios whose names begin with oc- are for it; docs/scenarios.md tells how to write one.",
  });
}

function describeClient(options: Options, client: PreparedClient | null): string | null {
  if (options.openclaw === null) return null;
  const which =
    client === null
      ? `${describeOpenClaw(options.openclaw)}, installed before the run (about 650 MB)`
      : client.install.version;
  return `OpenClaw ${which}; ${options.turn} turns`;
}

/**
 * With scripted turns the flags that this tool can apply; else those of the client, which is
 * installed for it. Loaded only then: a demo starts without.
 */
async function readClient(
  options: Options,
  inputs: ClientInputs,
  host: BenchHost,
): Promise<{ client: PreparedClient | null; matrix: Compat[] }> {
  const { openclaw } = options;
  if (openclaw === null) return { client: null, matrix: readMatrix(options) };
  const { prepareClient } = await import("./client.ts");
  return await prepareClient({ ...options, openclaw }, inputs, host);
}

/** What can be found wrong without starting anything; the engine as it will be, and in words. */
async function checkEngine(
  options: Options,
  host: BenchHost,
): Promise<{ spec: EngineSpec; text: string }> {
  const { engine } = options;
  if (options.model.kind === "directory") checkModelDirectory(options.model.path, host.cwd);
  switch (engine.kind) {
    case "sim":
      readKnobs(engine.knobs);
      return { spec: engine, text: ["the simulator", ...engine.knobs].join(" ") };
    case "external":
      await checkServer(engine, options.model, host);
      return { spec: engine, text: engine.baseUrl };
    case "inferrs": {
      await checkDevice(options.device, {
        platform: platform(),
        release: release(),
        env: host.env,
      });
      const { spec, text } = await checkInferrs(engine.inferrs, engine.sha256, {
        env: host.env,
        cwd: host.cwd,
        offline: options.offline,
        platform: thisPlatform(),
        table: readTable(),
      });
      return { spec: { ...engine, inferrs: spec }, text };
    }
  }
}

/** @throws SetupError when the attached server doesn't answer, or doesn't list the model */
async function checkServer(
  engine: EngineSpec & { kind: "external" },
  model: ModelSpec,
  host: BenchHost,
): Promise<void> {
  const attached = await attachEngine({
    baseUrl: engine.baseUrl,
    apiKey: engine.apiKeyEnv === null ? null : (host.env[engine.apiKeyEnv] ?? null),
    modelId: model.kind === "served" ? model.id : null,
    signal: host.signal,
  });
  if (attached.kind === "up") return;
  const { kind, evidence } = attached.failure;
  const { meaning, remedy } = OUTCOMES[kind];
  throw new SetupError(`--base-url ${engine.baseUrl}: ${meaning} ${evidence}. ${remedy ?? ""}`);
}

function readKnobs(knobs: string[]) {
  try {
    return parseKnobs(knobs);
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError({
      input: "--sim",
      value: knobs.join(" "),
      expected: "knobs of the simulator",
      mend: (cause as Error).message,
    });
  }
}

/** A growing session that what the ladder of remedies recommends must survive. */
const SESSION = "oc-session";

/** Its scenario is part of the plan; cells of it are made when it comes to that. */
function withSession(plan: Plan, cwd: string): Plan {
  if (plan.remedies?.session !== SESSION) return plan;
  if (plan.scenarios.some(({ name }) => name === SESSION)) return plan;
  const session = loadScenario(SESSION, { benchDir: assetPath("bench"), cwd, scale: 1 });
  return { ...plan, scenarios: [...plan.scenarios, session] };
}

/** How long each cell's prompt is decides whether it may be sent; the client's prompts are captured. */
function withSizes(plan: Plan): Plan {
  if (plan.turn !== "scripted") return plan;
  const cells = plan.cells.map((cell) => {
    const { requestBytes } = sizeOfCell(plan, cell);
    return requestBytes.length === 0 ? cell : { ...cell, requestBytes: Math.max(...requestBytes) };
  });
  return { ...plan, cells };
}

function sizeOfCell(plan: Plan, cell: CellSpec) {
  const scenario = plan.scenarios.find((each) => each.name === cell.scenario);
  if (scenario === undefined) throw new Error(`no scenario ${cell.scenario}`);
  const { maxTokens, seed } = plan;
  if (scenario.turns.length > 0) return sizeOfTurns(scenario, cell.compat, maxTokens);
  const context = { modelId: "model", compat: cell.compat, maxTokens, seed };
  const requestBytes = buildRequests(scenario, context)
    .filter((request) => request.kind === "generate")
    .map((request) => Buffer.byteLength(request.body ?? ""));
  return { requestBytes, maxTokens: maxTokens ?? scenario.maxTokens };
}

/** As OpenClaw 2026.9.6 was seen to send them; a session's later turns send it all again. */
const TURN_BYTES = 60_000;
const TURN_BYTES_WITHOUT_TOOLS = 28_000;
/** Its own time for a turn and for taking the combination's config. */
const CLIENT_MS = 2_000;

function sizeOfTurns({ turns, maxTokens }: Scenario, compat: Compat, limit: number | null) {
  const bytes = compat.supportsTools === false ? TURN_BYTES_WITHOUT_TOOLS : TURN_BYTES;
  const calls = turns.reduce((sum, { script, repeat }) => sum + script.length * repeat, 0);
  return {
    requestBytes: Array.from({ length: calls }, () => bytes),
    maxTokens: limit ?? maxTokens,
    clientMs: CLIENT_MS * turns.reduce((sum, { repeat }) => sum + repeat, 0),
  };
}

/** Rough speeds for the first estimate; the live view corrects it by what is measured. */
function assumedSpeeds(options: Options): Speeds {
  if (options.engine.kind === "sim") {
    const knobs = readKnobs(options.engine.knobs);
    return {
      prefillTokensPerSecond: knobs["prefill-speed"],
      decodeTokensPerSecond: knobs["decode-speed"],
      loadMs: knobs["load-time"] + 300,
      basis: "by the simulator's own speeds",
    };
  }
  const gpu = options.device === "cuda" || options.device === "metal";
  const speeds = gpu ? GPU_SPEEDS : CPU_SPEEDS;
  const { prefillTokensPerSecond: prefill, decodeTokensPerSecond: decode } = speeds;
  const basis = `if it reads ${prefill} and writes ${decode} tokens/s, as assumed for ${gpu ? "a GPU" : "a CPU"}; corrected once it is measured`;
  return { ...speeds, basis };
}

function describeModel(options: Options, env: NodeJS.ProcessEnv): string {
  switch (options.model.kind) {
    case "hub":
      return options.engine.kind === "inferrs"
        ? describeHubModel(options.model, hubSettings(env, options.offline))
        : options.model.id;
    case "directory":
      return options.model.path;
    case "synthetic":
      return "a synthetic Gemma 4 (random weights)";
    case "served":
      return options.model.id ?? "the first that the server lists";
  }
}
