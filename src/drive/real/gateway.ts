/**
 * The life of the client's gateway: one process for a run, on the loopback and with a token of its
 * own, which takes a new config while it runs. A turn is a POST to it.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type Spawned, spawnGroup } from "../../engine/process.ts";
import { freePort } from "../../host/port.ts";
import { SetupError } from "../../inputs/error.ts";
import type { ClientHome, OpenClawInstall } from "../../provision/openclaw/types.ts";
import { MeasuringClient } from "../client.ts";
import { writeClientConfig } from "../openclaw/home.ts";
import type { Exchange } from "../types.ts";
import { hide, plainLines } from "./client-log.ts";

/** Where it listens, and what it wants to be shown. */
export interface GatewayAddress {
  port: number;
  token: string;
}

/** The client's config, given where its gateway listens. */
export type ConfigFor = (gateway: GatewayAddress) => unknown;

export interface SpawnedClient {
  pid: number;
  startTime: string | null;
}

export interface GatewayOptions {
  install: OpenClawInstall;
  home: ClientHome;
  readyTimeoutMs: number;
  /** What must not be in its last words. */
  secrets: readonly string[];
  signal: AbortSignal;
  onSpawned: (process: SpawnedClient) => void;
}

export interface TurnRequest {
  message: string;
  sessionKey: string;
  /** `provider/model`. */
  reference: string;
  timeoutMs: number;
  signal: AbortSignal;
  attemptStart: bigint;
}

const STOP_GRACE_MS = 1_500;
const POLL_MS = 50;
/** A config that isn't taken by then is not taken at all. */
const RELOAD_TIMEOUT_MS = 30_000;

export class Gateway {
  readonly #spawned: Spawned;
  readonly #options: GatewayOptions;
  readonly #port: number;
  #exit: { exitCode: number | null; signal: string | null } | null = null;
  /** Without its token. */
  #config: unknown = null;
  #client: MeasuringClient;

  private constructor(spawned: Spawned, options: GatewayOptions, address: GatewayAddress) {
    this.#spawned = spawned;
    this.#options = options;
    this.#port = address.port;
    this.#client = new MeasuringClient(baseUrl(address.port), address.token);
    void spawned.exited.then((exit) => {
      this.#exit = exit;
    });
  }

  /**
   * Starts it and waits until it answers.
   * @throws SetupError with its last lines when it ends, or isn't ready in time
   */
  static async start(configFor: ConfigFor, options: GatewayOptions): Promise<Gateway> {
    const { install, home } = options;
    const address = { port: await freePort(), token: newToken() };
    writeClientConfig(home, configFor(address));
    const spawned = await spawnGroup(install.node, [install.entry, "gateway", "run"], {
      cwd: home.workspaceDir,
      env: home.env,
      // It holds what was said: it stays in the home, which is taken away.
      logPath: join(home.dir, "logs", "gateway.log"),
      title: "gateway",
    });
    options.onSpawned({ pid: spawned.pid, startTime: spawned.startTime });
    const gateway = new Gateway(spawned, options, address);
    gateway.#config = withoutToken(configFor, address.port);
    if (await gateway.#answers(address.token, options.readyTimeoutMs)) return gateway;
    const why = gateway.exit() === null ? "was not ready in time" : "ended while it started";
    const tail = hide(gateway.linesSince(0).slice(-5).join(" | "), options.secrets);
    await gateway.end();
    throw new SetupError(`OpenClaw ${install.version}: its gateway ${why}: ${tail}`);
  }

  /** How its process ended; null while it lives. */
  exit(): { exitCode: number | null; signal: string | null } | null {
    return this.#exit;
  }

  /**
   * Puts another config in and waits until it has been taken. The token changes with it: the gateway
   * takes a new config as a whole, so when it knows the new token it knows the rest.
   * @returns false when it is not taken; the gateway is to be started anew then
   */
  async apply(configFor: ConfigFor): Promise<boolean> {
    const plain = withoutToken(configFor, this.#port);
    if (isDeepStrictEqual(plain, this.#config)) return true;
    const token = newToken();
    writeClientConfig(this.#options.home, configFor({ port: this.#port, token }));
    if (!(await this.#answers(token, RELOAD_TIMEOUT_MS))) return false;
    this.#config = plain;
    await this.#client.close();
    this.#client = new MeasuringClient(baseUrl(this.#port), token);
    return true;
  }

  /** One turn; whatever becomes of it is data. Hanging up ends it in the client as well. */
  send(turn: TurnRequest): Promise<Exchange> {
    return this.#client.send(
      {
        method: "POST",
        path: "/v1/chat/completions",
        body: JSON.stringify({
          model: "openclaw/main",
          stream: true,
          messages: [{ role: "user", content: turn.message }],
        }),
        step: 0,
        kind: "generate",
        stream: true,
        headers: {
          "x-openclaw-model": turn.reference,
          "x-openclaw-session-key": turn.sessionKey,
        },
      },
      {
        timeoutMs: turn.timeoutMs,
        signal: turn.signal,
        attemptStart: turn.attemptStart,
        keepBodies: false,
      },
    );
  }

  /** How many characters it has written: to tell apart what comes later. */
  mark(): number {
    return this.#spawned.log().length;
  }

  linesSince(mark: number): string[] {
    return plainLines(this.#spawned.log().slice(mark));
  }

  /** After a turn that was broken off: waits until it has dropped it. False: it may go on with it. */
  async dropped(mark: number, timeoutMs: number): Promise<boolean> {
    const until = performance.now() + timeoutMs;
    while (performance.now() < until && this.#exit === null) {
      if (this.linesSince(mark).some((line) => /abort/i.test(line))) return true;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return this.#exit !== null;
  }

  async end(): Promise<void> {
    await this.#client.close();
    await this.#spawned.end(STOP_GRACE_MS);
  }

  async #answers(token: string, timeoutMs: number): Promise<boolean> {
    const until = performance.now() + timeoutMs;
    while (performance.now() < until && this.#exit === null) {
      if (this.#options.signal.aborted) return false;
      const status = await fetch(`${baseUrl(this.#port)}/models`, {
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.any([this.#options.signal, AbortSignal.timeout(2_000)]),
      }).then(
        (response) => response.status,
        () => null,
      );
      if (status === 200) return true;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return false;
  }
}

function baseUrl(port: number): string {
  return `http://127.0.0.1:${port}/v1`;
}

function newToken(): string {
  return randomBytes(24).toString("hex");
}

function withoutToken(configFor: ConfigFor, port: number): unknown {
  return configFor({ port, token: "" });
}
