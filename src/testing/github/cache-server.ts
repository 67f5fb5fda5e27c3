/** A local stand-in for the service behind @actions/cache (its v1 REST API), which keeps in memory. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface CacheServer {
  /** As `ACTIONS_CACHE_URL` has it, with a slash at its end. */
  url: string;
  /** Keys of what was saved whole. */
  keys(): string[];
  close(): Promise<void>;
}

interface Kept {
  key: string;
  version: string;
  bytes: Buffer;
  whole: boolean;
}

/** Serves `_apis/artifactcache`: look up, reserve, upload in pieces, commit, and the archives. */
export async function startCacheServer(): Promise<CacheServer> {
  const kept: Kept[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://cache");
    const send = (status: number, value: object | Buffer | null) => {
      const body = value instanceof Buffer ? value : Buffer.from(JSON.stringify(value ?? {}));
      const type = value instanceof Buffer ? "application/octet-stream" : "application/json";
      response.writeHead(status, { "content-type": type, "content-length": body.length });
      response.end(status === 204 ? undefined : body);
    };
    const path = url.pathname.replace("/_apis/artifactcache/", "");
    const [, id] = /^(?:caches|archive)\/(\d+)$/.exec(path) ?? [];
    const entry = id === undefined ? undefined : kept[Number(id) - 1];
    if (request.method === "GET" && path === "cache") {
      const keys = (url.searchParams.get("keys") ?? "").split(",");
      const version = url.searchParams.get("version");
      const at = kept.findIndex(
        (each) => each.whole && keys.includes(each.key) && each.version === version,
      );
      if (at < 0) return send(204, null);
      const archiveLocation = `http://${request.headers.host}/_apis/artifactcache/archive/${at + 1}`;
      return send(200, { cacheKey: kept[at]?.key, archiveLocation });
    }
    if (request.method === "POST" && path === "caches") {
      const { key, version } = JSON.parse(String(await read(request)));
      const taken = kept.some((each) => each.key === key && each.version === version);
      if (taken) return send(409, { message: "already exists" });
      return send(201, {
        cacheId: kept.push({ key, version, bytes: Buffer.alloc(0), whole: false }),
      });
    }
    if (entry === undefined) return send(404, { message: "not found" });
    if (request.method === "PATCH") {
      const at = Number(/^bytes (\d+)-/.exec(request.headers["content-range"] ?? "")?.[1]);
      const piece = await read(request);
      const bytes = Buffer.alloc(Math.max(entry.bytes.length, at + piece.length));
      entry.bytes.copy(bytes);
      piece.copy(bytes, at);
      entry.bytes = bytes;
      return send(204, null);
    }
    if (request.method === "POST") {
      const { size } = JSON.parse(String(await read(request)));
      entry.whole = size === entry.bytes.length;
      return send(entry.whole ? 204 : 400, null);
    }
    send(200, entry.bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    keys: () => kept.filter((each) => each.whole).map((each) => each.key),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
