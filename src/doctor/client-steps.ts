/** The client's own steps: its smallest question, and an agent's turn, through the pass-through proxy. */

import type { Finding } from "../analyze/classify.ts";
import { classifyTurn } from "../analyze/classify-turn.ts";
import { settingsOf } from "../analyze/remedies/climb.ts";
import type { Rung, RungSetting } from "../analyze/remedies/rungs.ts";
import { traceExchange } from "../analyze/trace.ts";
import { clientConfig } from "../drive/openclaw/client-config.ts";
import { RealClient } from "../drive/real/client.ts";
import { type CommandRun, confirmByCommandLine } from "../drive/real/command-line.ts";
import type { SpawnedClient } from "../drive/real/gateway.ts";
import type { RunningEngine } from "../engine/engine.ts";
import { assetPath } from "../host/assets.ts";
import { loadScenario } from "../plan/load-scenario.ts";
import type { Scenario } from "../plan/scenario.ts";
import type { OpenClawInstall } from "../provision/openclaw/types.ts";
import type { Compat } from "../result.ts";

export interface ClientFacts {
  install: OpenClawInstall;
  dir: string;
  env: NodeJS.ProcessEnv;
  base: unknown;
  /** With the provider under test as the primary model's. */
  user: unknown;
  /** That the config refers to. */
  variables: Record<string, string>;
  ladder: readonly Rung[];
  timeoutMs: number;
  signal: AbortSignal;
  onSpawned(process: SpawnedClient): void;
}

export interface ClientRun {
  finding: Finding;
  tookMs: number;
  requests: number;
  bytes: number;
}

const SCENARIO = "oc-answer";
/** Of which the client is to give an answer; whether it is right is another question. */
const JUDGED = false;

export class ClientSteps {
  readonly #facts: ClientFacts;
  readonly #client: RealClient;
  readonly #scenario: Scenario;

  constructor(facts: ClientFacts) {
    const { install, dir, env, base, user, variables, signal, onSpawned } = facts;
    this.#facts = facts;
    const benchDir = assetPath("bench");
    this.#scenario = loadScenario(SCENARIO, { benchDir, cwd: benchDir, scale: 1 });
    this.#client = new RealClient({
      ...{ install, dir, env, variables, signal, onSpawned, keepBodies: false },
      configOf: ({ maxTokens: _, ...combination }, at) =>
        clientConfig({ base, user, ...combination, ...at }),
    });
  }

  /**
   * One command of the client's.
   * @param asked flags and settings, by paths of the user's own config
   */
  async run(
    driver: "infer" | "agent",
    engine: RunningEngine,
    asked: { compat: Compat; settings: readonly RungSetting[] },
  ): Promise<ClientRun> {
    const { timeoutMs, signal, onSpawned } = this.#facts;
    const combination = combinationOf(asked.compat, asked.settings);
    const scenario = this.#scenario;
    const options = { timeoutMs, signal, onSpawned, keepBodies: false, drivers: [driver] as const };
    const [run] = await confirmByCommandLine(engine, this.#client, combination, scenario, options);
    if (run === undefined) throw new Error(`the client was not run by ${driver}`);
    return { ...judged(run, timeoutMs, engine), ...sizesOf(run) };
  }

  /**
   * The largest request of such a turn, answered by a server without a model.
   * @throws SetupError when the client can't be started, or doesn't take these settings
   */
  async bodyOf(rungs: readonly string[], compat: Compat): Promise<string> {
    const turns = await this.#client.capture(this.#combination(rungs, compat), this.#scenario);
    return turns.flat().reduce((most, body) => (body.length > most.length ? body : most), "");
  }

  /** Its gateway takes memory that the engine may need. */
  async rest(): Promise<void> {
    await this.#client.dropGateway();
  }

  #combination(rungs: readonly string[], compat: Compat) {
    const chosen = settingsOf(this.#facts.ladder, rungs);
    return combinationOf({ ...compat, ...chosen.compat }, chosen.settings);
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

/** In the client's own home the provider has its one model alone. */
function combinationOf(compat: Compat, settings: readonly RungSetting[]) {
  const atFirst = settings.map(({ path, value }) => [
    path.replace(/(\.models)\[\d+\]/, "$1[0]"),
    value,
  ]);
  return { compat, settings: Object.fromEntries(atFirst), maxTokens: null };
}

function judged(run: CommandRun, timeoutMs: number, engine: RunningEngine) {
  const { turn, exchanges, silentCpuMs } = run;
  const finding = classifyTurn({
    ...{ exchanges, turns: [turn], toolNames: [], silentCpuMs, timeoutMs },
    traces: exchanges.map(traceExchange),
    exit: engine.exit(),
    attached: true,
    judged: JUDGED,
  });
  return { finding, tookMs: (turn.endedNs - turn.beganNs) / 1e6 };
}

function sizesOf({ exchanges }: CommandRun) {
  const generated = exchanges.filter(({ kind }) => kind === "generate");
  const bytes = Math.max(0, ...generated.map(({ requestBytes }) => requestBytes));
  return { requests: generated.length, bytes };
}
