/**
 * The real client through a run: its gateway, the proxy between it and the engine that is up, and
 * its home, which is taken away at the end.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { traceExchange } from "../../analyze/trace.ts";
import type { RunningEngine } from "../../engine/engine.ts";
import { SetupError } from "../../inputs/error.ts";
import type { Scenario } from "../../plan/scenario.ts";
import type { ClientHome, OpenClawInstall } from "../../provision/openclaw/types.ts";
import type { ClientConfig, ClientConfigInputs } from "../openclaw/client-config.ts";
import { makeClientHome, removeClientHome } from "../openclaw/home.ts";
import { openProxy } from "../proxy/proxy.ts";
import type { HostClassChange, PassThroughProxy } from "../proxy/types.ts";
import { secretsOf } from "../secrets.ts";
import type { CapturedTurns } from "./captures.ts";
import { hide } from "./client-log.ts";
import { type ConfigFor, Gateway, type GatewayAddress, type SpawnedClient } from "./gateway.ts";
import { openScriptedServer, type ScriptedServer } from "./scripted-server.ts";
import { spreadTurns } from "./spread.ts";
import { resetWorkspace, type Snapshot, snapshotOf } from "./workspace.ts";

/** What of a cell makes the client's config. */
export interface Combination extends Pick<ClientConfigInputs, "compat" | "settings"> {
  /** Longest reply; null: the config's own. */
  maxTokens: number | null;
}

export interface RealClientOptions {
  install: OpenClawInstall;
  /** A folder of the run's, for its homes. */
  dir: string;
  env: NodeJS.ProcessEnv;
  /** Environment variables that the config refers to. */
  variables: Record<string, string>;
  configOf: (
    combination: Combination,
    at: Pick<ClientConfigInputs, "baseUrl" | "modelId" | "home" | "gateway">,
  ) => ClientConfig;
  keepBodies: boolean;
  signal: AbortSignal;
  onSpawned: (process: SpawnedClient) => void;
}

/** The client set up for one cell's turns. */
export interface RealSession {
  gateway: Gateway;
  proxy: PassThroughProxy;
  /** `provider/model`. */
  reference: string;
  workspaceDir: string;
  /** What must not be kept of its words. */
  secrets: string[];
  hostClassChanged: HostClassChange | null;
}

/** On a busy machine with two cores it was seen to take 14 s. */
const READY_TIMEOUT_MS = 180_000;
const WARM_UP_TIMEOUT_MS = 120_000;

/** The client didn't send what was to be captured. */
export class CaptureRefused extends Error {}

export class RealClient {
  readonly #options: RealClientOptions;
  readonly #home: ClientHome;
  #gateway: Gateway | null = null;
  readonly #homes: ClientHome[] = [];
  #proxy: { upstream: string; proxy: PassThroughProxy } | null = null;
  /** Without a model: it answers the warm-up, and by script. */
  #scripted: ScriptedServer | null = null;
  /** What the client itself has put into its workspace. */
  #own: Snapshot = new Map();

  constructor(options: RealClientOptions) {
    this.#options = options;
    this.#home = this.home("gateway");
  }

  get install(): OpenClawInstall {
    return this.#options.install;
  }

  /** A home of its own: the command line can't share the gateway's. */
  home(name: string): ClientHome {
    const { dir, env, install, variables } = this.#options;
    const compileCache = join(dir, "compile-cache");
    const home = makeClientHome(join(dir, name), { env, install, variables, compileCache });
    this.#homes.push(home);
    return home;
  }

  /**
   * The gateway up, with the cell's config taken and its workspace as the scenario wants it. All of
   * it takes no part in what is measured.
   * @throws SetupError when the client can't be started
   */
  async session(
    engine: RunningEngine,
    combination: Combination,
    scenario: Scenario,
  ): Promise<RealSession> {
    const { proxy, configFor, about } = await this.prepared(engine, combination, this.#home);
    const gateway = await this.#up(combination, configFor);
    const { workspaceDir } = this.#home;
    resetWorkspace(workspaceDir, this.#own, scenario.workspace);
    return { gateway, proxy, workspaceDir, ...about };
  }

  /**
   * The bodies that the client sends in the scenario's turns when it is answered by script: no model
   * is asked.
   * @throws CaptureRefused with the client's words when it doesn't come to an end with them
   */
  async capture(combination: Combination, scenario: Scenario): Promise<CapturedTurns> {
    const scripted = await this.#scriptedServer();
    const at = { baseUrl: scripted.baseUrl, modelId: null, home: this.#home };
    const { reference } = this.#options.configOf(combination, at);
    const gateway = await this.#up(
      combination,
      (address) => this.#options.configOf(combination, { ...at, gateway: address }).config,
    );
    resetWorkspace(this.#home.workspaceDir, this.#own, scenario.workspace);
    const sessionKey = newSessionKey(scenario.name);
    const turns: CapturedTurns = [];
    for (const { message, script } of spreadTurns(scenario.turns)) {
      scripted.play(script);
      const exchange = await gateway.send({
        ...{ message, sessionKey, reference, timeoutMs: WARM_UP_TIMEOUT_MS },
        signal: this.#options.signal,
        attemptStart: process.hrtime.bigint(),
      });
      const { error } = traceExchange(exchange);
      const bodies = scripted.bodies();
      if (error !== null || exchange.end.kind !== "closed" || bodies.length === 0) {
        const why = error ?? ("error" in exchange.end ? exchange.end.error : "it sent nothing");
        throw new CaptureRefused(hide(why, []));
      }
      turns.push(bodies);
    }
    return turns;
  }

  async #up(combination: Combination, configFor: ConfigFor): Promise<Gateway> {
    const running = this.#gateway?.exit() === null ? this.#gateway : await this.#start(combination);
    if (await running.apply(configFor)) return running;
    const again = await this.#start(combination);
    if (await again.apply(configFor)) return again;
    const said = again.linesSince(0).filter((line) => /config/i.test(line));
    const secrets = secretsOf(configFor({ port: 0, token: "" }), this.#options.variables);
    const words = hide(said.slice(-2).join(" | "), secrets);
    throw new SetupError(`OpenClaw does not take the config: ${words}`);
  }

  /** The proxy of the engine that is up, and the client's config to reach it. */
  async prepared(engine: RunningEngine, combination: Combination, home: ClientHome) {
    const proxy = await this.#proxyOf(engine);
    proxy.resume();
    const configOf = (gateway?: GatewayAddress) =>
      this.#options.configOf(combination, {
        baseUrl: proxy.baseUrl,
        modelId: engine.servedId,
        home,
        ...(gateway === undefined ? {} : { gateway }),
      });
    const { config, reference } = configOf();
    const about = {
      reference,
      secrets: secretsOf(config, this.#options.variables),
      hostClassChanged: proxy.hostClassChanged,
    };
    return { proxy, about, config, configFor: (at: GatewayAddress) => configOf(at).config };
  }

  /** The engine is gone: so is the way to it. */
  async engineGone(): Promise<void> {
    await this.#proxy?.proxy.close();
    this.#proxy = null;
  }

  /** It may still be at a turn that was broken off: the next one gets a new gateway. */
  async dropGateway(): Promise<void> {
    await this.#gateway?.end();
    this.#gateway = null;
  }

  async close(): Promise<void> {
    await this.engineGone();
    await this.dropGateway();
    for (const home of this.#homes) removeClientHome(home);
    await this.#scripted?.close();
    this.#scripted = null;
  }

  async #scriptedServer(): Promise<ScriptedServer> {
    this.#scripted ??= await openScriptedServer();
    return this.#scripted;
  }

  async #proxyOf(engine: RunningEngine): Promise<PassThroughProxy> {
    if (this.#proxy?.upstream === engine.baseUrl) return this.#proxy.proxy;
    await this.engineGone();
    const proxy = await openProxy({
      upstream: engine.baseUrl,
      apiKey: engine.apiKey,
      keepBodies: this.#options.keepBodies,
      signal: this.#options.signal,
    });
    this.#proxy = { upstream: engine.baseUrl, proxy };
    return proxy;
  }

  /**
   * Starts the gateway and takes one turn against a server without a model: its first turn takes many
   * seconds more than the rest, and it writes its own files into the workspace in it.
   */
  async #start(combination: Combination): Promise<Gateway> {
    const { install, signal, onSpawned, variables } = this.#options;
    await this.dropGateway();
    const scripted = await this.#scriptedServer();
    scripted.play([]);
    const at = { baseUrl: scripted.baseUrl, modelId: null, home: this.#home };
    const configFor = (gateway: GatewayAddress) =>
      this.#options.configOf(combination, { ...at, gateway }).config;
    const { reference } = this.#options.configOf(combination, at);
    const options = {
      ...{ install, home: this.#home, signal, onSpawned },
      readyTimeoutMs: READY_TIMEOUT_MS,
      secrets: secretsOf(configFor({ port: 0, token: "" }), variables),
    };
    resetWorkspace(this.#home.workspaceDir, this.#own, {});
    const gateway = await Gateway.start(configFor, options);
    this.#gateway = gateway;
    await gateway.send({
      ...{ message: "Reply with ok.", sessionKey: newSessionKey("warm-up"), reference, signal },
      timeoutMs: WARM_UP_TIMEOUT_MS,
      attemptStart: process.hrtime.bigint(),
    });
    this.#own = snapshotOf(this.#home.workspaceDir);
    return gateway;
  }
}

let sessions = 0;

/** Each turn, or series of turns, is in a fresh session. */
export function newSessionKey(name: string): string {
  const id = createHash("sha256").update(`${name} ${process.pid} ${sessions++} ${Date.now()}`);
  return `agent:main:bench-${id.digest("hex").slice(0, 16)}`;
}
