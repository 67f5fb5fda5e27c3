/** Artifacts of a workflow's run, and the storage on another host from which they are fetched. */
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface StoredArtifact {
  id: number;
  name: string;
  bytes: Buffer;
  run: number;
  /** What GitHub says of its size; default: the truth. */
  size?: number;
  expired?: boolean;
  created?: string;
  /** Of the archive; default: the truth. */
  digest?: string | null;
}

/** How the storage behaves; the first that has uses left counts. */
export interface StorageRule {
  times?: number;
  /** A status without the file. */
  status?: number;
  /** The connection breaks after so many bytes. */
  cutAfter?: number;
  /** Whether `content-length` is sent; default: true. */
  length?: boolean;
  /** On to another address. */
  redirect?: string;
}

export interface Storage {
  url(id: number): string;
  rule(...rules: StorageRule[]): void;
  /** Paths that were asked for. */
  asked: string[];
  /** What no client may send there. */
  wrong: string[];
  close(): Promise<void>;
}

/** A host of its own, which wants a signature and takes no token. */
export async function startStorage(artifacts: StoredArtifact[]): Promise<Storage> {
  const asked: string[] = [];
  const wrong: string[] = [];
  let rules: StorageRule[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://storage");
    asked.push(url.pathname);
    for (const header of ["authorization", "cookie"]) {
      if (request.headers[header] !== undefined) wrong.push(`storage: ${header} was sent`);
    }
    const rule = rules.find((each) => (each.times ?? 1) > 0);
    if (rule?.times !== undefined) rule.times -= 1;
    const artifact = artifacts.find(({ id }) => url.pathname === `/zip/${id}`);
    const status = rule?.status ?? (url.searchParams.get("sig") === "s3cret" ? 200 : 403);
    if (rule?.redirect !== undefined) {
      response.writeHead(302, { location: rule.redirect }).end();
      return;
    }
    if (artifact === undefined || status !== 200) {
      response.writeHead(artifact === undefined ? 404 : status).end("<Error/>");
      return;
    }
    const { bytes } = artifact;
    response.writeHead(200, rule?.length === false ? {} : { "content-length": bytes.length });
    if (rule?.cutAfter === undefined) response.end(bytes);
    else response.write(bytes.subarray(0, rule.cutAfter), () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (id) => `http://127.0.0.1:${port}/zip/${id}?sig=s3cret`,
    rule: (...next) => {
      rules = next.map((rule) => ({ ...rule }));
    },
    asked,
    wrong,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function asArtifact(artifact: StoredArtifact): object {
  const { id, name, bytes, run, size, expired = false, created, digest } = artifact;
  const at = created ?? "2026-01-01T00:00:00Z";
  const own = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  return {
    id,
    name,
    size_in_bytes: size ?? bytes.length,
    url: `https://github.test/artifacts/${id}`,
    archive_download_url: `https://github.test/artifacts/${id}/zip`,
    expired,
    created_at: at,
    updated_at: at,
    expires_at: "2026-04-01T00:00:00Z",
    digest: digest === undefined ? own : digest,
    workflow_run: { id: run },
  };
}
