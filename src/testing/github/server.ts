/**
 * A local stand-in for the part of GitHub's REST API that is used: comments, pull requests, artifacts,
 * check runs, who the token is, and the git data of the repository. Every request and every usual answer
 * is held to GitHub's own description of the API: a request that it doesn't allow makes `close` fail. It
 * can refuse, stall and lose answers as it is told.
 *
 * As a process: `node src/testing/github/server.ts --port-file F --state F [--rules JSON]`.
 */

import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { asArtifact, type Storage, type StoredArtifact, startStorage } from "./artifacts.ts";
import { answerChecks, CheckStore, type StoredCheck } from "./checks-api.ts";
import { answerGit } from "./git-api.ts";
import { GitStore } from "./git-store.ts";
import { asGithubAnswers, operationOf, wrongIn } from "./openapi.ts";
import { answerPulls, asPull, type StoredPull } from "./pulls-api.ts";
import { asComment, CommentStore, type StoredComment } from "./store.ts";

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
  /** Held until so many of them are there: runs that do the same at the same time. */
  together?: number;
  /** The connection breaks after so many bytes of the answer. */
  cutAfter?: number;
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
  pulls?: StoredPull[];
  artifacts?: StoredArtifact[];
  /** GitHub never gives more than 100 per page; a smaller number makes pages out of few comments. */
  maxPerPage?: number;
}

export interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
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
  /** Takes a comment away, as a person would. */
  deleteComment(id: number): void;
  checks(): StoredCheck[];
  pulls: StoredPull[];
  artifacts: StoredArtifact[];
  /** Where artifacts are fetched from: another host. */
  storage: Storage;
  /** Replaces the rules. */
  rule(...rules: GithubRule[]): void;
  /** @throws Error when a request was not as GitHub's description of its API allows */
  close(): Promise<void>;
}

/** Starts it on a free port of 127.0.0.1. */
export async function startGithubServer(options: GithubServerOptions = {}): Promise<GithubServer> {
  const comments = new CommentStore(options.stateFile ?? null, options.comments ?? []);
  const checks = new CheckStore();
  const gitStore = new GitStore();
  gitStore.write("main", { "README.md": "# r\n" });
  const pulls = options.pulls ?? [];
  const artifacts = options.artifacts ?? [];
  const storage = await startStorage(artifacts);
  const wrong: string[] = [];
  const held: (() => void)[] = [];
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
    if (rule?.together !== undefined) await gathered(rule.together);
    const refused = rule !== undefined && rule.status !== null;
    const usual =
      refused && rule.afterEffect !== true ? null : answer(method, url, body, request.headers);
    if (rule?.delayMs !== undefined) await delay(rule.delayMs, undefined, { ref: false });
    if (refused) {
      send(response, rule.status ?? 500, { message: rule.message ?? "as told" }, rule.headers);
    } else if (usual !== null && rule?.cutAfter !== undefined) {
      const text = JSON.stringify(usual.body);
      response.writeHead(usual.status, {
        "content-type": JSON_TYPE,
        "content-length": text.length,
      });
      response.write(text.slice(0, rule.cutAfter), () => response.destroy());
    } else if (usual !== null) send(response, usual.status, usual.body, usual.headers);
  }

  async function gathered(count: number): Promise<void> {
    await new Promise<void>((resolve) => {
      held.push(resolve);
      if (held.length >= count) for (const release of held.splice(0)) release();
    });
  }

  function answer(
    method: string,
    url: URL,
    body: unknown,
    headers: IncomingMessage["headers"],
  ): Answer {
    if (!/^(token|bearer) \S+$/i.test(headers.authorization ?? "")) {
      return { status: 401, body: { message: "Bad credentials" } };
    }
    const git = answerGit(gitStore, base(), method, url, body);
    if (git !== null) return git;
    const asked = operationOf(method, url);
    const mistakes = asked === null ? ["no such operation"] : wrongIn(asked, url, body);
    wrong.push(...mistakes.map((mistake) => `${method} ${url.pathname}: ${mistake}`));
    if (asked === null) return { status: 404, body: { message: "Not Found" } };
    if (mistakes.length > 0) return { status: 422, body: { message: mistakes.join("; ") } };
    const { operation, values } = asked;
    const answered = usual(operation.name, values, url, body);
    if (answered.status !== operation.status || answered.status === 204) return answered;
    return { ...answered, body: asGithubAnswers(operation, answered.body) };
  }

  function usual(name: string, values: string[], url: URL, body: unknown): Answer {
    const found = answerPulls(pulls, name, values, url);
    if (found !== null) return Array.isArray(found) ? page(url, found, asPull) : found;
    const checked = answerChecks(checks, name, values, url, body);
    if (checked !== null) return checked;
    const author = options.user ?? { login: options.bot ?? "github-actions[bot]", type: "Bot" };
    const text = bodyText(body);
    const id = Number(values[2]);
    switch (name) {
      case "GET /user":
        if (options.user !== undefined) return { status: 200, body: options.user };
        return { status: 403, body: { message: "Resource not accessible by integration" } };
      case "GET /repos/{owner}/{repo}/issues/{issue_number}/comments":
        return page(url, comments.of(id), asComment);
      case "POST /repos/{owner}/{repo}/issues/{issue_number}/comments":
        if (text === null) return invalidBody();
        return { status: 201, body: asComment(comments.add(id, text, author)) };
      case "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}": {
        if (text === null) return invalidBody();
        const changed = comments.change(id, text);
        return changed === null ? NOT_FOUND : { status: 200, body: asComment(changed) };
      }
      case "DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}":
        return comments.remove(id) ? { status: 204, body: "" } : NOT_FOUND;
      case "GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts": {
        const ofRun = artifacts.filter(({ run }) => run === id);
        const { body: listed, ...rest } = page(url, ofRun, asArtifact);
        return { ...rest, body: { total_count: ofRun.length, artifacts: listed } };
      }
      case "GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}": {
        const artifact = artifacts.find((each) => each.id === id);
        if (artifact === undefined) return NOT_FOUND;
        if (artifact.expired) return { status: 410, body: { message: "Artifact has expired" } };
        return { status: 302, body: {}, headers: { location: storage.url(id) } };
      }
      default:
        return NOT_FOUND;
    }
  }

  /** https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api */
  function page<T>(url: URL, all: readonly T[], as: (each: T) => object) {
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
    const body = all.slice((number - 1) * size, number * size).map(as);
    return { status: 200, body, headers: links.length > 0 ? { link: links.join(", ") } : {} };
  }

  const base = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: base(),
    requests,
    git: gitStore,
    comments: () => comments.all(),
    deleteComment: (id) => comments.remove(id),
    pulls,
    artifacts,
    storage,
    checks: () => structuredClone(checks.checks),
    rule: (...next) => {
      rules = next.map((rule) => ({ ...rule }));
    },
    close: async () => {
      await storage.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      const all = [...wrong, ...storage.wrong];
      if (all.length > 0) throw new Error(`not as GitHub's API is asked: ${all.join("; ")}`);
    },
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

function invalidBody(): Answer {
  return { status: 422, body: { message: "Validation Failed" } };
}

const NOT_FOUND: Answer = { status: 404, body: { message: "Not Found" } };
const JSON_TYPE = "application/json; charset=utf-8";

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { "content-type": JSON_TYPE, ...headers });
  response.end(status === 204 ? undefined : JSON.stringify(body));
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
