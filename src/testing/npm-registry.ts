/** An npm registry on loopback with packages made on the spot. */
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tarGz } from "./archives.ts";

export interface FakePackage {
  name: string;
  version: string;
  /** Beside name and version. */
  manifest?: Record<string, unknown>;
  files: Record<string, string>;
  /** Other bytes come than those that the integrity is of. */
  tampered?: boolean;
}

export interface NpmRegistry {
  url: string;
  /** npm's integrity by `name@version`. */
  integrity: Record<string, string>;
  /** Paths that were asked for. */
  requests: string[];
  close(): Promise<void>;
}

interface Packument {
  name: string;
  versions: Record<string, unknown>;
  "dist-tags": Record<string, string>;
}

/** The last version of a package is its `latest`. */
export async function npmRegistry(packages: readonly FakePackage[]): Promise<NpmRegistry> {
  const integrity: Record<string, string> = {};
  const tarballs = new Map<string, Buffer>();
  const documents = new Map<string, Packument>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "/");
    requests.push(path);
    const tarball = tarballs.get(path);
    const document = documents.get(path.slice(1));
    if (tarball !== undefined) return response.end(tarball);
    response.setHeader("content-type", "application/json");
    if (document !== undefined) return response.end(JSON.stringify(document));
    response.statusCode = 404;
    return response.end('{"error":"not found"}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const each of packages) {
    const { name, version } = each;
    const manifest = { name, version, ...each.manifest };
    const files = { ...each.files, "package.json": JSON.stringify(manifest) };
    const bytes = pack(files);
    const digest = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
    const path = `/${name}/-/${name}-${version}.tgz`;
    integrity[`${name}@${version}`] = digest;
    tarballs.set(path, each.tampered === true ? pack({ ...files, "extra.txt": "x" }) : bytes);
    const none: Packument = { name, versions: {}, "dist-tags": {} };
    const document = documents.get(name) ?? none;
    document.versions[version] = { ...manifest, dist: { tarball: url + path, integrity: digest } };
    documents.set(name, { ...document, "dist-tags": { latest: version } });
  }
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, integrity, requests, close };
}

function pack(files: Record<string, string>): Buffer {
  return tarGz(Object.entries(files).map(([name, text]) => ({ name: `package/${name}`, text })));
}
