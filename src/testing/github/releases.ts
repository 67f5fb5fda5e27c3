/**
 * A local stand-in for where releases come from: GitHub's API and its web server on one address,
 * and on another the storage that the web server redirects downloads to. It can refuse, cut off,
 * trickle, lie and answer in HTML, as it is told.
 *
 * As a process: `node src/testing/github/releases.ts VERSION FILE...` serves files as a release.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { sendFile } from "./storage.ts";

export interface FakeRelease {
  version: string;
  assets: Record<string, Buffer>;
  /** Default: a commit. */
  target?: string;
  draft?: boolean;
  /** Default: as GitHub does, the asset's own. Null: as for assets from before 2025-06. */
  digest?: string | null;
  /** Default: `uploaded`. */
  state?: string;
}

/** What a server does instead; the first that fits and has uses left counts. */
export interface ReleaseRule {
  host: "github" | "storage";
  /** Default: GET. */
  method?: "HEAD";
  /** A regular expression on the path; default: any. */
  path?: string;
  /** Default: always. */
  times?: number;
  act:
    | { kind: "answer"; status: number; headers?: Record<string, string>; body?: string }
    /** The usual file, but broken. */
    /** `when`: not before this is true, given the position in the file. */
    | { kind: "cut"; after: number; etag?: false; when?: (position: number) => boolean }
    | { kind: "trickle"; after: number }
    | { kind: "replace"; body: Buffer; length?: false }
    | { kind: "no-ranges" }
    | { kind: "wrong-range" };
}

export interface SeenRequest {
  host: "github" | "storage";
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
}

export interface ReleaseServer {
  /** Of the web server. */
  url: string;
  /** Below the web server's, so that whoever sends the API's token there is found out. */
  apiUrl: string;
  storageUrl: string;
  requests: SeenRequest[];
  rule(...rules: ReleaseRule[]): void;
  close(): Promise<void>;
}

export const COMMIT = "9535ae3b087bd2df06bcb8285c28d7cb99e81674";
const REPO = "/repos/ericcurtin/inferrs";

/** Starts both servers on free ports of 127.0.0.1. */
export async function startReleaseServer(releases: FakeRelease[]): Promise<ReleaseServer> {
  const requests: SeenRequest[] = [];
  let rules: ReleaseRule[] = [];
  const ruled =
    (host: "github" | "storage", usual: Handler): Handler =>
    (url, request, response, _act) => {
      // As on GitHub Enterprise; what is recorded and ruled is the path below.
      url.pathname = url.pathname.replace(/^\/api\/v3(?=\/)/, "");
      const { method = "GET", headers: sent } = request;
      requests.push({ host, method, path: url.pathname + url.search, headers: sent });
      const rule = rules.find(
        (one) =>
          one.host === host &&
          (one.method ?? "GET") === method &&
          (one.times ?? 1) > 0 &&
          new RegExp(one.path ?? "").test(url.pathname),
      );
      if (rule?.times !== undefined) rule.times -= 1;
      if (rule?.act.kind !== "answer") return usual(url, request, response, rule?.act ?? null);
      const { status, headers = {}, body = "" } = rule.act;
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
    };
  const storage = await listen(ruled("storage", serveFile));
  const github = await listen(ruled("github", serveGithub));
  const url = addressOf(github);
  const base = { url, apiUrl: `${url}/api/v3`, storageUrl: addressOf(storage) };

  function serveFile(
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
    act: ReleaseRule["act"] | null,
  ): void {
    const [, version, name] = url.pathname.split("/");
    const file = releases.find((one) => one.version === version)?.assets[name ?? ""];
    if (file === undefined) response.writeHead(404).end("<Error><Code>BlobNotFound</Code></Error>");
    else sendFile(file, request, response, act);
  }

  function serveGithub(url: URL, _request: IncomingMessage, response: ServerResponse): void {
    const download = /^\/ericcurtin\/inferrs\/releases\/download\/([^/]+\/[^/]+)$/.exec(
      url.pathname,
    );
    if (download !== null) {
      const location = `${base.storageUrl}/${download[1]}?sig=secret`;
      response.writeHead(302, { location }).end();
      return;
    }
    const [status, body, headers] = answer(url);
    const text = typeof body === "string" ? body : JSON.stringify(body);
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(text);
  }

  function answer(url: URL): [number, unknown, Record<string, string>?] {
    const path = url.pathname.slice(REPO.length);
    if (path === "/releases") return page(url);
    const tag = /^\/(?:releases\/tags|commits)\/(.+)$/.exec(path)?.[1];
    const found = releases.find(({ version, draft }) => version === tag && draft !== true);
    if (!url.pathname.startsWith(REPO) || found === undefined) {
      return [404, { message: "Not Found", status: "404" }];
    }
    return path.startsWith("/commits/") ? [200, COMMIT] : [200, describe(found, base.url)];
  }

  /** https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api */
  function page(url: URL): [number, unknown, Record<string, string>?] {
    const size = Number(url.searchParams.get("per_page") ?? 30);
    const number = Number(url.searchParams.get("page") ?? 1);
    const shown = releases.slice((number - 1) * size, number * size);
    const next = new URL(`${base.apiUrl}${url.pathname}${url.search}`);
    next.searchParams.set("page", String(number + 1));
    const more = number * size < releases.length;
    const headers = more ? { link: `<${next.href}>; rel="next"` } : {};
    return [200, shown.map((release) => describe(release, base.url)), headers];
  }

  return {
    ...base,
    requests,
    rule: (...next) => {
      rules = next.map((rule) => ({ ...rule }));
    },
    close: async () => {
      await Promise.all([close(github), close(storage)]);
    },
  };
}

type Handler = (
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
  act: ReleaseRule["act"] | null,
) => void;

function describe(release: FakeRelease, url: string) {
  const { version, assets, state = "uploaded" } = release;
  return {
    tag_name: version,
    name: `${version} (${COMMIT.slice(0, 7)})`,
    draft: release.draft === true,
    prerelease: true,
    target_commitish: release.target ?? COMMIT,
    assets: Object.entries(assets).map(([name, file]) => ({
      name,
      state,
      size: file.length,
      digest: release.digest === undefined ? `sha256:${sha256(file)}` : release.digest,
      browser_download_url: `${url}/ericcurtin/inferrs/releases/download/${version}/${name}`,
    })),
  };
}

export function sha256(data: Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

async function listen(handle: Handler): Promise<Server> {
  const server = createServer((request, response) => {
    handle(new URL(request.url ?? "/", addressOf(server)), request, response, null);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // It ends with its tests, also where all of them were filtered out and no hook closes it.
  server.unref();
  return server;
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [version = "", ...files] = process.argv.slice(2);
  const assets = Object.fromEntries(files.map((path) => [basename(path), readFileSync(path)]));
  const { url } = await startReleaseServer([{ version, assets }]);
  process.stdout.write(`${url}\n`);
  // Until it is ended.
  setInterval(() => {}, 2 ** 30);
}
