/**
 * A local stand-in for the model hub and for the CDN that it sends big files to: two servers, so that
 * a redirect leads to another host. It can refuse, break off, change and stall as it is told.
 *
 * As a process: `node src/testing/hub/server.ts --repo ID=DIR --port-file F [--slow BYTES_PER_SECOND]`.
 */
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  commitOf,
  filesIn,
  gitSha1,
  infoOf,
  isLfs,
  type StandInRepo,
  sha256,
  treeOf,
} from "./repos.ts";

/** What differs from the usual; the first that fits and has uses left counts. */
export interface HubRule {
  host?: "hub" | "cdn";
  /** On the path. */
  path: RegExp;
  /** How often; default: always. */
  times?: number;
  /** An answer in place of the usual one. */
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** The body breaks off after so many bytes, the connection with it. */
  cutAfter?: number;
  /** So many bytes, then silence. */
  stallAfter?: number;
  /** Content-Length of all, but the body ends in order after so many bytes: a proxy's fault. */
  shortBy?: number;
  /** The first byte of the file is another one. */
  corrupt?: boolean;
  /** Pieces of so many bytes, with a pause between them. */
  trickle?: { bytes: number; everyMs: number };
  /** Answers 200 with the whole file whatever range is asked. */
  ignoreRange?: boolean;
}

export interface HubRequest {
  host: "hub" | "cdn";
  path: string;
  authorization: string | null;
  range: string | null;
  status: number;
}

export interface StandInHub {
  url: string;
  cdnUrl: string;
  requests: HubRequest[];
  rule(...rules: HubRule[]): void;
  /** It no longer keeps its process alive. */
  unref(): void;
  close(): Promise<void>;
}

/** The one token that has been given access to gated models. */
export const GOOD_TOKEN = "hf_good0123456789";

export async function startHub(repos: StandInRepo[], rules: HubRule[] = []): Promise<StandInHub> {
  const requests: HubRequest[] = [];
  let active = rules.map((rule) => ({ ...rule }));
  const serve =
    (host: HubRequest["host"], answer: (request: IncomingMessage, send: Send) => void) =>
    (request: IncomingMessage, response: ServerResponse) => {
      const path = request.url ?? "/";
      const rule = active.find(
        (each) => (each.host ?? host) === host && each.path.test(path) && (each.times ?? 1) > 0,
      );
      if (rule?.times !== undefined) rule.times -= 1;
      const { authorization = null, range = null } = request.headers;
      const record = { host, path, authorization, range, status: 0 };
      requests.push(record);
      const send: Send = (status, headers, body) => {
        record.status = status;
        void write(response, status, headers, body, request, rule, record);
      };
      if (rule?.status === undefined) answer(request, send);
      else send(rule.status, rule.headers ?? {}, Buffer.from(rule.body ?? ""));
    };
  const cdn = createServer(serve("cdn", (request, send) => answerCdn(repos, request, send)));
  const cdnUrl = await listen(cdn);
  const hub = createServer(
    serve("hub", (request, send) => answerHub(repos, cdnUrl, request, send)),
  );
  const url = await listen(hub);
  return {
    url,
    cdnUrl,
    requests,
    rule: (...next) => {
      active = next.map((rule) => ({ ...rule }));
    },
    unref: () => {
      for (const server of [hub, cdn]) server.unref();
    },
    close: async () => {
      for (const server of [hub, cdn]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

type Send = (status: number, headers: Record<string, string>, body: Buffer) => void;

function answerHub(repos: StandInRepo[], cdnUrl: string, request: IncomingMessage, send: Send) {
  const url = new URL(request.url ?? "/", "http://hub");
  const path = decodeURIComponent(url.pathname);
  const match =
    /^\/api\/(?:models|resolve-cache\/models)\/([^/]+\/[^/]+)\/(revision|tree|[0-9a-f]{40})\/?(.*)$/.exec(
      path,
    ) ?? /^\/([^/]+\/[^/]+)\/(resolve)\/(.*)$/.exec(path);
  const [, id, what, rest = ""] = match ?? [];
  const repo = repos.find((each) => each.id === id);
  const token = request.headers.authorization === `Bearer ${GOOD_TOKEN}`;
  if (repo === undefined || (repo.private === true && !token)) {
    return refuse(send, token ? 404 : 401, "RepoNotFound", "Repository not found");
  }
  if (what === "revision" || what === "tree") {
    if (!knows(repo, rest)) return noRevision(send, rest);
    const body = what === "tree" ? treeOf(repo) : infoOf(repo);
    return send(200, { "content-type": "application/json" }, Buffer.from(JSON.stringify(body)));
  }
  const at = rest.indexOf("/");
  const [revision, file] =
    what === "resolve" ? [rest.slice(0, at), rest.slice(at + 1)] : [what ?? "", rest];
  if (repo.gated === true && !token) {
    const known = request.headers.authorization !== undefined;
    const text = `Access to model ${repo.id} is restricted. You must have access to it and be authenticated to access it.`;
    return refuse(send, known ? 403 : 401, "GatedRepo", text);
  }
  if (!knows(repo, revision)) return noRevision(send, revision);
  const content = repo.files[file];
  if (content === undefined) return refuse(send, 404, "EntryNotFound", "Entry not found");
  const headers = { "x-repo-commit": commitOf(repo), "accept-ranges": "bytes" };
  if (isLfs(file)) {
    const digest = sha256(content);
    const location = `${cdnUrl}/repos/${digest}?X-Amz-Signature=signed-link-secret`;
    const linked = { "x-linked-size": String(content.length), "x-linked-etag": `"${digest}"` };
    return send(302, { ...headers, ...linked, location }, Buffer.alloc(0));
  }
  if (what === "resolve") {
    const location = `/api/resolve-cache/models/${repo.id}/${commitOf(repo)}/${file}`;
    return send(307, { ...headers, location }, Buffer.alloc(0));
  }
  send(200, { ...headers, etag: `"${gitSha1(content)}"`, "content-type": "text/plain" }, content);
}

function answerCdn(repos: StandInRepo[], request: IncomingMessage, send: Send) {
  const digest = /^\/repos\/([0-9a-f]{64})\?X-Amz-Signature=/.exec(request.url ?? "")?.[1];
  const content = repos
    .flatMap((repo) => Object.values(repo.files))
    .find((each) => sha256(each) === digest);
  // S3 takes a signature or a header, not both.
  if (content === undefined || request.headers.authorization !== undefined) {
    return send(400, { "content-type": "application/xml" }, Buffer.from("<Error/>"));
  }
  send(200, { "accept-ranges": "bytes", "content-type": "binary/octet-stream" }, content);
}

function knows(repo: StandInRepo, revision: string): boolean {
  return ["main", "HEAD", commitOf(repo), ...(repo.revisions ?? [])].includes(revision);
}

function noRevision(send: Send, revision: string) {
  refuse(send, 404, "RevisionNotFound", `Invalid rev id: ${revision}`);
}

function refuse(send: Send, status: number, code: string, text: string) {
  const headers = { "x-error-code": code, "x-error-message": text };
  const body = Buffer.from(JSON.stringify({ error: text }));
  send(status, { ...headers, "content-type": "application/json" }, body);
}

/** The answer, cut to the range that was asked, with what the rule does to it. */
async function write(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  whole: Buffer,
  request: IncomingMessage,
  rule: HubRule | undefined,
  record: HubRequest,
): Promise<void> {
  let body = whole;
  let code = status;
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  if (range !== null && status === 200 && rule?.ignoreRange !== true) {
    const from = Number(range[1]);
    const to = range[2] ? Math.min(Number(range[2]), whole.length - 1) : whole.length - 1;
    code = from < whole.length ? 206 : 416;
    body = whole.subarray(from, to + 1);
    if (code === 206) headers["content-range"] = `bytes ${from}-${to}/${whole.length}`;
  }
  record.status = code;
  if (rule?.corrupt && body.length > 0) {
    body = Buffer.from(body);
    body[0] = (body[0] ?? 0) ^ 0xff;
  }
  const length = { "content-length": String(body.length) };
  if (rule?.shortBy !== undefined) {
    response.writeHead(code, headers);
    response.end(body.subarray(0, body.length - rule.shortBy));
    return;
  }
  response.writeHead(code, { ...headers, ...length });
  const cut = rule?.cutAfter ?? rule?.stallAfter;
  if (cut !== undefined) {
    response.write(body.subarray(0, cut), () => {
      if (rule?.cutAfter !== undefined) response.destroy();
    });
    return;
  }
  if (rule?.trickle === undefined) {
    response.end(body);
    return;
  }
  const { bytes, everyMs } = rule.trickle;
  for (let at = 0; at < body.length && !response.destroyed; at += bytes) {
    response.write(body.subarray(at, at + bytes));
    await delay(everyMs);
  }
  response.end();
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      repo: { type: "string", multiple: true, default: [] },
      "port-file": { type: "string" },
      slow: { type: "string" },
    },
  });
  const repos = values.repo.map((text) => {
    const [id = "", dir = ""] = text.split("=");
    return { id, files: filesIn(dir) };
  });
  const slow = Number(values.slow ?? 0);
  const trickle = { bytes: Math.ceil(slow / 20), everyMs: 50 };
  const hub = await startHub(repos, slow > 0 ? [{ host: "cdn", path: /./, trickle }] : []);
  writeFileSync(values["port-file"] ?? "/dev/stdout", hub.url);
}
