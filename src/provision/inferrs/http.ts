/** GET by hand: so that a token never follows a redirect to another host, and proxies are used. */
import { type Dispatcher, request } from "undici";
import { InputError, SetupError } from "../../inputs/error.ts";
import { proxyAgent } from "../net/proxy.ts";
import { broken, messageOf, RequestFailed } from "./failure.ts";
import type { FetchWorld } from "./world.ts";

export interface Answer {
  status: number;
  headers: Record<string, string | undefined>;
  body: Dispatcher.ResponseData["body"];
}

const REDIRECTS = 5;
const REDIRECT = [301, 302, 303, 307, 308];
/** Of an answer that is no archive, this much is read. */
const MOST_TEXT_BYTES = 16 * 1024 * 1024;

/** The API's address, on GitHub Enterprise another than GitHub's. */
export function apiUrl(env: NodeJS.ProcessEnv): string {
  return (env.GITHUB_API_URL || "https://api.github.com").replace(/\/+$/, "");
}

/** The web server's address, from which releases are downloaded. */
export function serverUrl(env: NodeJS.ProcessEnv): string {
  return (env.GITHUB_SERVER_URL || "https://github.com").replace(/\/+$/, "");
}

interface Way {
  method: "GET" | "HEAD";
  signal: AbortSignal;
  /** Whether the API's address may be given the token. */
  trusted: boolean;
}

/** What asking needs of the world. */
export interface HttpWorld extends Pick<FetchWorld, "token" | "env" | "userAgent"> {
  limits: Pick<FetchWorld["limits"], "headersMs" | "stretchMs">;
}

export class Http {
  readonly #world: HttpWorld;
  readonly #dispatcher: Dispatcher;

  constructor(world: HttpWorld) {
    this.#world = world;
    const { headersMs: headersTimeout, stretchMs: bodyTimeout } = world.limits;
    this.#dispatcher = proxyAgent(world.env, { headersTimeout, bodyTimeout });
  }

  /**
   * One GET, its redirects followed. The token goes to the API's own address and, once a redirect
   * has led to another host, to nobody.
   *
   * @throws RequestFailed for a connection that fails and for every status but 2xx and 416
   * @throws SetupError for redirects that lead round, or from https to http
   */
  async get(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<Answer> {
    const trusted = this.#world.token !== null;
    return await accepted(await this.#follow(url, headers, { method: "GET", signal, trusted }));
  }

  async #follow(url: string, headers: Record<string, string>, way: Way): Promise<Answer> {
    const { token, env, userAgent } = this.#world;
    let { trusted } = way;
    let at = new URL(url);
    for (let hops = 0; hops <= REDIRECTS; hops++) {
      const own = trusted && at.href.startsWith(`${apiUrl(env)}/`);
      const sent = { ...headers, "user-agent": userAgent, "accept-encoding": "identity" };
      const authorized = own ? { ...sent, authorization: `Bearer ${token}` } : sent;
      const answer = await this.#request(at, authorized, way);
      if (!REDIRECT.includes(answer.status)) return answer;
      const to = new URL(answer.headers.location ?? "", at);
      await answer.body.dump();
      if (at.protocol === "https:" && to.protocol !== "https:") {
        throw new SetupError(`${at.host} redirects to ${to.protocol}//${to.host}: refused.`);
      }
      if (to.origin !== at.origin) trusted = false;
      at = to;
    }
    throw new SetupError(`${new URL(url).host} redirects more than ${REDIRECTS} times.`);
  }

  /**
   * What a file's server says of its size, which no token is sent for.
   *
   * @returns null where it doesn't say, or doesn't answer
   */
  async size(url: string, signal: AbortSignal): Promise<number | null> {
    try {
      const answer = await this.#follow(url, {}, { method: "HEAD", signal, trusted: false });
      await answer.body.dump();
      const length = Number(answer.headers["content-length"] ?? 0);
      return answer.status === 200 && length > 0 ? length : null;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof InputError) throw error;
      return null;
    }
  }

  async #request(
    url: URL,
    headers: Record<string, string>,
    { method, signal }: Pick<Way, "method" | "signal">,
  ): Promise<Answer> {
    const options = { dispatcher: this.#dispatcher, method, headers, signal };
    try {
      const { statusCode, headers: got, body } = await request(url, options);
      const flat = Object.entries(got).map(([name, value]) => [name, String(value)]);
      return { status: statusCode, headers: Object.fromEntries(flat), body };
    } catch (error) {
      throw networkFailure(error);
    }
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }
}

async function accepted(answer: Answer): Promise<Answer> {
  const { status, headers } = answer;
  if ((status >= 200 && status < 300) || status === 416) return answer;
  const message = messageOf(await textOf(answer).catch(() => ""));
  throw new RequestFailed({ kind: "answered", status, message, headers });
}

/** The whole body as text, up to a bound. */
export async function textOf(answer: Answer): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of answer.body) {
      bytes += (part as Buffer).length;
      if (bytes > MOST_TEXT_BYTES) throw new SetupError(`an answer of more than ${bytes} bytes`);
      parts.push(part as Buffer);
    }
  } catch (error) {
    throw networkFailure(error);
  }
  return Buffer.concat(parts).toString("utf8");
}

/** A certificate that isn't trusted won't be on the next try either. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/;

/** An error of the connection as a failure that may pass; anything else as it is. */
export function networkFailure(error: unknown): unknown {
  // A run that is stopped is told by its signal: undici calls a proxy's refusal an abort, too.
  if (!(error instanceof Error) || error instanceof SetupError) return error;
  const { code } = error as NodeJS.ErrnoException;
  const message = error.message || code || "the connection failed";
  if (code !== undefined && CERTIFICATE.test(code)) {
    return new SetupError(
      `The server's certificate is not trusted (${message}). If your network has a certificate authority of its own, name its file in NODE_EXTRA_CA_CERTS.`,
    );
  }
  return error instanceof RequestFailed ? error : broken(message, { cause: error });
}
