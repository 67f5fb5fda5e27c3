/** Everything that is known before anything is started: checked options, plan, estimate. */
import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import {
  mergeOpenClawConfig,
  type OpenClawConfig,
  redactedConfig,
} from "../drive/openclaw/config.ts";
import type { TurnKind } from "../drive/real/types.ts";
import type { BenchHost } from "../end.ts";
import { assetPath, toolVersion } from "../host/assets.ts";
import { machineMemoryBytes, readEnvironment } from "../host/environment.ts";
import { checkOutDir } from "../host/files.ts";
import { gpuWorkingSetBytes } from "../host/mac.ts";
import { widthOf } from "../host/screen.ts";
import { pinned } from "../lock/apply.ts";
import { lockedCommand } from "../lock/command.ts";
import { lockHead } from "../lock/head.ts";
import type { Lock, LockedVariant, LockHead } from "../lock/schema.ts";
import { buildPlan } from "../plan/build.ts";
import { estimateMs, type Speeds } from "../plan/estimate.ts";
import { loadScenario } from "../plan/load-scenario.ts";
import type { Scenario } from "../plan/scenario.ts";
import { type ShardMatrix, shardMatrix } from "../plan/shards.ts";
import { BASE, type CellSpec, HEAD, type Plan } from "../plan/types.ts";
import { renderPlan } from "../report/plan.ts";
import type { Environment, Warning } from "../result.ts";
import { ofBase } from "./base.ts";
import { selectCells } from "./cells.ts";
import type { PreparedClient } from "./client.ts";
import { commandOf } from "./command-line.ts";
import { readComparison } from "./comparison.ts";
import { readJson5, withConfigFile } from "./config-file.ts";
import { actionDefaults } from "./defaults.ts";
import { demoDefaults } from "./demo.ts";
import { InputError } from "./error.ts";
import { checkHistory } from "./history.ts";
import { withLocalModel } from "./local-model.ts";
import { readOpenClawFile } from "./openclaw-file.ts";
import { type Options, readOptions } from "./options.ts";
import { planView, type ToldByVariant } from "./plan-view.ts";
import { withBuilds } from "./ref-options.ts";
import { readRemedies } from "./remedies.ts";
import { settingsOf } from "./settings.ts";
import { prepareBase, prepareSide } from "./side.ts";
import { assumedSpeeds, sizeOfCell, withSizes } from "./sizes.ts";
import type { RawOptions } from "./table.ts";

export interface Prepared {
  options: Options;
  plan: Plan;
  /** The base config merged with the user's. */
  openclawConfig: OpenClawConfig;
  /** The real client, found and checked; null with scripted turns, and with --plan where it isn't installed. */
  client: PreparedClient | null;
  /** Base's, where it isn't head's; else null. */
  baseClient: PreparedClient | null;
  /** What was found on the way and belongs into every report. */
  warnings: Warning[];
  configDigest: string;
  /** What of the run's lock is known by now. */
  lockHead: LockHead;
  /** What it is held to; null: it isn't locked. */
  lock: Lock | null;
  /** Still being read: nvidia-smi can take a second, and the plan needn't wait for it. */
  environment: Promise<Environment>;
  estimateMs: number;
  /**
   * What will be fetched and run and how long it takes, for the reader.
   * @param told what GitHub and the hub say of each variant, by its name; empty: they weren't asked
   */
  planText: (told: ToldByVariant) => string;
  /** The cells spread over jobs; null: not asked for. */
  matrix: ShardMatrix | null;
  outDir: string;
  color: boolean;
  toolVersion: string;
  /** The arguments that ask for the same run again, as the Result keeps them. */
  command: string[];
}

/**
 * @param lock what the run is held to: its versions and commits are taken, whatever their names stand for now
 * @throws InputError for anything wrong; nothing has been started or written then
 */
export async function prepare(
  asGiven: RawOptions,
  host: BenchHost,
  lock: Lock | null = null,
): Promise<Prepared> {
  const merged = withConfigFile(asGiven, host.cwd);
  const environment = readEnvironment({ env: host.env });
  const { raw, notes } =
    asGiven.command === "demo"
      ? { raw: demoDefaults(merged), notes: [] }
      : host.entry === "action" && lock === null
        ? actionDefaults(merged, await environment)
        : { raw: merged, notes: [] };
  const memoryBytes = machineMemoryBytes();
  const gpuBytes = gpuWorkingSetBytes(memoryBytes) ?? Infinity;
  const given = readOptions(raw, host.env, memoryBytes, gpuBytes);
  const asked = readComparison(raw, given, { env: host.env, memoryBytes, gpuBytes });
  const built = await withBuilds(raw, given, asked, host);
  // What a lock found on the hub is the hub's, whatever lies here.
  const modelHere = (given: Options, locked: LockedVariant | undefined) =>
    pinned(locked?.model.kind === "hub" ? given : withLocalModel(given, host.cwd), locked);
  const options = modelHere(built.head, variantIn(lock, HEAD));
  const compared = built.compared && {
    ...built.compared,
    base: modelHere(built.compared.base, variantIn(lock, BASE)),
  };
  const { warnings } = built;
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
  const guide = readJson5("bench/openclaw.json5", join(benchDir, "openclaw.json5"), host.cwd);
  const own =
    options.openclawConfig === null
      ? { config: null, variables: {}, missing: [] }
      : readOpenClawFile(options.openclawConfig, host.env, host.cwd);
  const flags = options.turn === "scripted" ? "known" : "any";
  const openclawConfig = mergeOpenClawConfig(guide, own.config, flags);
  const outDir = resolve(host.cwd, options.out);
  checkOutDir(outDir);
  const { baseCompat } = openclawConfig;
  const inputs = { ...own, base: guide, user: own.config, baseCompat };
  const head = await prepareSide(HEAD, options, inputs, host);
  const base =
    compared === null
      ? null
      : await prepareBase(BASE, compared.base, { side: head, options }, inputs, host).catch(
          (error: unknown) => {
            throw ofBase(error, compared.own);
          },
        );
  const whole = buildPlan({
    turn: options.turn,
    openclaw: options.openclaw,
    confirm: options.confirm,
    variants: base === null ? [head.spec] : [base.spec, head.spec],
    comparison: compared?.comparison ?? null,
    scenarios,
    combinations: head.matrix,
    settings: settingsOf(options),
    ...(base !== null && compared !== null
      ? { base: { combinations: base.matrix, settings: settingsOf(compared.base) } }
      : {}),
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
  const planned = selectCells(whole, options.cells);
  const remedies =
    head.client === null || (options.cells !== null && !keepsTools(planned))
      ? null
      : readRemedies(
          { base: guide, user: own.config, compat: baseCompat },
          options.remedies,
          options.turn === "real" ? SESSION : null,
        );
  const plan = withSession(withSizes({ ...planned, remedies }), host.cwd);
  const sizeOf = (cell: CellSpec) => sizeOfCell(plan, cell);
  const speeds = assumedSpeeds(options, compared?.base ?? null);
  const estimate = estimateMs(plan, sizeOf, speeds);
  const view = planView({
    ...{ options, compared, head, base, plan, speeds, notes, sizeOf, warnings },
    estimateMs: estimate,
  });
  const configDigest = createHash("sha256").update(JSON.stringify(openclawConfig)).digest("hex");
  // Scripted turns take the provider and the model of a config; the client takes all of it.
  const inForce = options.turn === "scripted" ? openclawConfig : redactedConfig(guide, own.config);
  // The demo's own defaults are this version's; an Action's are the runner's, and have to be said.
  const said = asGiven.command === "demo" ? merged : raw;
  const sides = { head: options, base: compared?.base ?? null, cwd: host.cwd };
  const command = lock?.command ?? lockedCommand(said, sides);
  return {
    options,
    plan,
    openclawConfig,
    lockHead: await lockHead({ command, scenarios: plan.scenarios, config: inForce }),
    lock,
    client: head.client,
    baseClient: base?.spec.openclaw === undefined ? null : base.client,
    warnings: distinct([
      ...warnings,
      ...(head.client?.warnings ?? []),
      ...(base?.client?.warnings ?? []),
    ]),
    configDigest,
    environment,
    estimateMs: estimate,
    planText: (told) => renderPlan(view(told), widthOf(host.stderr, 100)),
    matrix: options.matrix && matrixOf(plan, { ...options.matrix, label: options.label, speeds }),
    outDir,
    color: host.stderr.isTTY === true && host.env.NO_COLOR === undefined,
    toolVersion: toolVersion(),
    // The demo's own defaults are those of everybody who asks for it.
    command: commandOf(asGiven.command === "demo" ? merged : raw, host),
  };
}

/** @throws InputError where there is nothing to spread */
function matrixOf(
  plan: Plan,
  { speeds, ...wanted }: { speeds: Speeds; shards: number | null; label: string | null },
): ShardMatrix {
  const sizes = new Map(plan.cells.map((cell) => [cell.id, sizeOfCell(plan, cell)]));
  const sizeOf = (cell: CellSpec) => sizes.get(cell.id) ?? sizeOfCell(plan, cell);
  const matrix = shardMatrix(plan, {
    ...wanted,
    estimateMs: (part) => estimateMs(part, sizeOf, speeds),
  });
  if (matrix.include.length > 0) return matrix;
  throw new InputError({
    input: "--matrix",
    value: null,
    expected: "a cell that can be asked",
    mend: "GitHub refuses a matrix without jobs. Ask for other scenarios or combinations.",
  });
}

/** Where --cell leaves out whatever keeps the tools, nothing says that they can't be kept. */
function keepsTools({ cells }: Plan): boolean {
  return cells.some(({ variant, compat }) => variant === HEAD && compat.supportsTools !== false);
}

function variantIn(lock: Lock | null, name: string): LockedVariant | undefined {
  return lock?.variants.find((each) => each.name === name);
}

function distinct(warnings: readonly Warning[]): Warning[] {
  return [...new Map(warnings.map((warning) => [warning.text, warning])).values()];
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

/** A growing session that what the ladder of remedies recommends must survive. */
const SESSION = "oc-session";

/** Its scenario is part of the plan; cells of it are made when it comes to that. */
function withSession(plan: Plan, cwd: string): Plan {
  if (plan.remedies?.session !== SESSION) return plan;
  if (plan.scenarios.some(({ name }) => name === SESSION)) return plan;
  const session = loadScenario(SESSION, { benchDir: assetPath("bench"), cwd, scale: 1 });
  return { ...plan, scenarios: [...plan.scenarios, session] };
}
