/**
 * A local stand-in for the part of GitHub's REST API that is used: the comments of issues with pages,
 * who the token is, check runs, and the git data of the repository. It can refuse, stall and lose answers as it
 * is told.
 *
 * As a process: `node src/testing/github/server.ts --port-file F --state F [--rules JSON]`.
 */

import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { answerChecks, CheckStore, type StoredCheck } from "./checks-api.ts";
import { answerGit } from "./git-api.ts";
import { GitStore } from "./git-store.ts";
import { CommentStore, type StoredComment } from "./store.ts";

/** Answers that differ from the usual; the first that fits and has uses left counts. */
export interface GithubRule {
  /** Default: any method. */
  method?: string;
  /** A regular expression on the path; default: any. */
  path?: string;
  /** How often it is used; default: always. */
  times?: number;
  /** Null with a delay: the usual answer, late. */
  status: number | null;
  message?: string;
  headers?: Record<string, string>;
  delayMs?: number;
  /** Do what was asked, then answer as the rule says: an answer lost on its way. */
  afterEffect?: boolean;
}

export interface GithubServerOptions {
  rules?: GithubRule[];
  /** Whose the token is; default: an installation, for which GET /user answers 403. */
  user?: { login: string; type: string };
  /** Whom new comments belong to when the token is an installation's. */
  bot?: string;
  comments?: Partial<StoredComment>[];
  /** Comments are kept here, so that two runs see the same pull request. */
  stateFile?: string;
  /** GitHub never gives more than 100 per page; a smaller number makes pages out of few comments. */
  maxPerPage?: number;
}

export interface RecordedRequest {
  method: string;
  path: string;
  body: unknown;
}

export interface GithubServer {
  url: string;
  requests: RecordedRequest[];
  /** The repository; it has a branch `main` with one file. */
  git: GitStore;
  comments(): StoredComment[];
  checks(): StoredCheck[];
  /** Replaces the rules. */
  rule(...rules: GithubRule[]): void;
  close(): Promise<void>;
}

/** Starts it on a free port of 127.0.0.1. */
export async function startGithubServer(options: GithubServerOptions = {}): Promise<GithubServer> {
  const store = new CommentStore(options.stateFile ?? null, options.comments ?? []);
  const checks = new CheckStore();
  const git = new GitStore();
  git.write("main", { "README.md": "# r\n" });
  const requests: RecordedRequest[] = [];
  let rules = (options.rules ?? []).map((rule) => ({ ...rule }));
  const server = createServer((request, response) => {
    void handle(request, response).catch((error: unknown) => {
      send(response, 500, { message: String(error) });
    });
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readAll(request);
    const url = new URL(request.url ?? "/", base());
    const method = request.method ?? "GET";
    const body: unknown = text === "" ? null : JSON.parse(text);
    requests.push({ method, path: url.pathname + url.search, body });
    const rule = rules.find(
      (one) =>
        (one.times ?? 1) > 0 &&
        (one.method ?? method) === method &&
        new RegExp(one.path ?? "").test(url.pathname),
    );
    if (rule?.times !== undefined) rule.times -= 1;
    const refused = rule !== undefined && rule.status !== null;
    const usual =
      refused && rule.afterEffect !== true ? null : answer(method, url, body, request.headers);
    if (rule?.delayMs !== undefined) await delay(rule.delayMs, undefined, { ref: false });
    if (refused) {
      send(response, rule.status ?? 500, { message: rule.message ?? "as told" }, rule.headers);
    } else if (usual !== null) send(response, usual.status, usual.body, usual.headers);
  }

  function answer(
    method: string,
    url: URL,
    body: unknown,
    headers: IncomingMessage["headers"],
  ): { status: number; body: unknown; headers?: Record<string, string> } {
    if (!/^(token|bearer) \S+$/i.test(headers.authorization ?? "")) {
      return { status: 401, body: { message: "Bad credentials" } };
    }
    if (method === "GET" && url.pathname === "/user") {
      if (options.user !== undefined) return { status: 200, body: options.user };
      return { status: 403, body: { message: "Resource not accessible by integration" } };
    }
    const answered = answerGit(git, base(), method, url, body);
    if (answered !== null) return answered;
    const checked = answerChecks(checks, method, url, body);
    if (checked !== null) return checked;
    const author = options.user ?? { login: options.bot ?? "github-actions[bot]", type: "Bot" };
    const list = /^\/repos\/[^/]+\/[^/]+\/issues\/(\d+)\/comments$/.exec(url.pathname);
    if (list !== null && method === "GET") return page(url, store.of(Number(list[1])));
    if (list !== null && method === "POST") {
      const text = bodyText(body);
      if (text === null) return invalidBody();
      return { status: 201, body: store.add(Number(list[1]), text, author) };
    }
    const one = /^\/repos\/[^/]+\/[^/]+\/issues\/comments\/(\d+)$/.exec(url.pathname);
    if (one !== null && method === "PATCH") {
      const text = bodyText(body);
      if (text === null) return invalidBody();
      const changed = store.change(Number(one[1]), text);
      if (changed !== null) return { status: 200, body: changed };
    }
    return { status: 404, body: { message: "Not Found" } };
  }

  /** https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api */
  function page(url: URL, all: StoredComment[]) {
    const asked = Number(url.searchParams.get("per_page") ?? 30);
    const size = Math.max(1, Math.min(asked, options.maxPerPage ?? 100));
    const number = Math.max(1, Number(url.searchParams.get("page") ?? 1));
    const last = Math.max(1, Math.ceil(all.length / size));
    const link = (to: number, rel: string): string => {
      const target = new URL(url);
      target.searchParams.set("page", String(to));
      return `<${target.href}>; rel="${rel}"`;
    };
    const links = [
      ...(number > 1 ? [link(number - 1, "prev"), link(1, "first")] : []),
      ...(number < last ? [link(number + 1, "next"), link(last, "last")] : []),
    ];
    const body = all.slice((number - 1) * size, number * size);
    return { status: 200, body, headers: links.length > 0 ? { link: links.join(", ") } : {} };
  }

  const base = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: base(),
    requests,
    git,
    comments: () => store.all(),
    checks: () => structuredClone(checks.checks),
    rule: (...next) => {
      rules = next.map((rule) => ({ ...rule }));
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

async function readAll(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

function bodyText(body: unknown): string | null {
  const text = (body as { body?: unknown } | null)?.body;
  return typeof text === "string" && text !== "" && text.length <= 65_536 ? text : null;
}

function invalidBody() {
  return { status: 422, body: { message: "Validation Failed" } };
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
  response.end(JSON.stringify(body));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      "port-file": { type: "string" },
      state: { type: "string" },
      rules: { type: "string" },
    },
  });
  const { url } = await startGithubServer({
    rules: JSON.parse(values.rules ?? "[]") as GithubRule[],
    ...(values.state === undefined ? {} : { stateFile: values.state }),
  });
  if (values["port-file"] !== undefined) writeFileSync(values["port-file"], new URL(url).port);
  process.stdout.write(`${url}\n`);
}
