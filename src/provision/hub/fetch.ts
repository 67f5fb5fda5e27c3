/** Requests to the hub: the token, redirects, patience with a busy hub, and refusals as errors. */
import { setTimeout as delay } from "node:timers/promises";
import { type Response, fetch as undiciFetch } from "undici";
import { SetupError } from "../../inputs/error.ts";
import { duration } from "../../report/format.ts";
import { backOffMs } from "../net/patience.ts";
import { proxyAgent } from "../net/proxy.ts";
import { LEAST_RATE, type LeastRate } from "../net/stretch.ts";
import { readRefusal, waitFor } from "./answers.ts";
import { type Asked, refusalError } from "./errors.ts";
import type { HubSettings } from "./settings.ts";

export interface HubClient {
  settings: HubSettings;
  signal: AbortSignal;
  /** One line for the user. */
  log: (line: string) => void;
  /** Of a body that is less, the connection is given up. */
  leastRate: LeastRate;
  /**
   * GET. Follows redirects; throws for every answer that is not 2xx, after its retries.
   * @param stop ends this request and its body alone
   */
  get: (
    url: string,
    asked: Asked,
    headers?: Record<string, string>,
    stop?: AbortSignal,
  ) => Promise<Response>;
  pause: (ms: number) => Promise<void>;
  close: () => Promise<void>;
}

export interface HubClientOptions {
  settings: HubSettings;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  log: (line: string) => void;
  /** Silence after which a connection is given up; default 60 s. */
  silenceMs?: number;
  leastRate?: LeastRate;
  /** A stand-in in tests; default: waits. */
  pause?: (ms: number) => Promise<void>;
}

/** Tries of one request that failed in a way that may pass. */
const TRIES = 4;
const REDIRECTS = 5;

/** A client with the proxies of the environment (HTTPS_PROXY, NO_PROXY). Close it in the end. */
export function hubClient(options: HubClientOptions): HubClient {
  const { settings, signal, log, env } = options;
  const silence = options.silenceMs ?? 60_000;
  const agent = proxyAgent(env, {
    headersTimeout: silence,
    bodyTimeout: silence,
    connect: { timeout: Math.min(silence, 20_000) },
  });
  const pause = options.pause ?? ((ms) => delay(ms, undefined, { signal }));
  const once = async (
    url: string,
    headers: Record<string, string>,
    stop: AbortSignal | undefined,
  ): Promise<Response> => {
    let target = new URL(url);
    for (let hop = 0; hop <= REDIRECTS; hop++) {
      const response = await undiciFetch(target, {
        dispatcher: agent,
        redirect: "manual",
        signal: stop === undefined ? signal : AbortSignal.any([signal, stop]),
        headers: { ...headers, ...authorization(settings, target), "accept-encoding": "identity" },
      });
      const location = response.headers.get("location");
      if (response.status < 300 || response.status > 399 || location === null) return response;
      await response.body?.cancel();
      target = new URL(location, target);
    }
    throw new SetupError(`${settings.endpoint} redirects in a circle. Check HF_ENDPOINT.`);
  };
  return {
    settings,
    signal,
    log,
    pause,
    leastRate: options.leastRate ?? LEAST_RATE,
    close: () => agent.destroy(),
    get: async (url, asked, headers = {}, stop) => {
      for (let tries = 1; ; tries++) {
        let response: Response;
        try {
          response = await once(url, headers, stop);
        } catch (cause) {
          if (signal.aborted || cause instanceof SetupError) throw cause;
          if (tries >= TRIES) throw unreachable(asked, cause);
          if (tries === 1) log(`${new URL(url).origin}: ${reasonOf(cause)}; trying again`);
          await pause(backOffMs(tries));
          continue;
        }
        if (response.ok) return response;
        const refusal = await readRefusal(response);
        const wait = waitFor(response, tries);
        if (wait === null || tries >= TRIES) throw refusalError(asked, refusal);
        if (wait >= 5_000) {
          log(`${asked.endpoint} is busy (${refusal.status}): waiting ${duration(wait)}`);
        }
        await pause(wait);
      }
    },
  };
}

/** Where a file is, at the revision that is asked for. */
export function fileUrl({ endpoint, id, revision }: Asked, path: string): string {
  return `${endpoint}/${id}/resolve/${revision}/${path.split("/").map(encodeURIComponent).join("/")}`;
}

/** The token goes to the hub's own origin alone: signed links to a CDN need none. */
function authorization(settings: HubSettings, target: URL): Record<string, string> {
  const own = target.origin === new URL(settings.endpoint).origin;
  return own && settings.token !== null ? { authorization: `Bearer ${settings.token}` } : {};
}

/** The reason behind fetch's own "fetch failed". */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof AggregateError && cause.errors.length > 0) return reasonOf(cause.errors[0]);
  if (cause instanceof Error && cause.message !== "") return reasonOf(cause);
  return error instanceof Error ? error.message : String(error);
}

function unreachable({ endpoint, id }: Asked, cause: unknown): SetupError {
  return new SetupError(
    `${endpoint} can't be reached to fetch ${id}: ${reasonOf(cause)}. Check the network, HTTPS_PROXY and HF_ENDPOINT; with the model in the cache, --offline asks nobody.`,
    { cause },
  );
}
