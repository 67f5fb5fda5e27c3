/** What the cache holds of a repository, told without asking anybody. */
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { hashes } from "./digest.ts";
import { blobPath, cachedCommit, cachedPaths, type RepoDir, snapshotDir } from "./layout.ts";
import { neededFiles, type RepoFile, shardsOf } from "./needed.ts";
import type { ResolvedRepo } from "./repo.ts";

/** The repository as the cache has it; null when it doesn't know the revision. */
export function resolveCached(repo: RepoDir, revision: string): ResolvedRepo | null {
  const commit = cachedCommit(repo, revision);
  if (commit === null) return null;
  const files = cachedPaths(repo, commit).flatMap((path) => cachedFile(repo, commit, path) ?? []);
  return { id: repo.id, revision, commit, files, baseModel: null };
}

/** Null for a file that is no blob of the hub: inferrs's own quantized one. */
function cachedFile(repo: RepoDir, commit: string, path: string): RepoFile | null {
  const entry = join(snapshotDir(repo, commit), path);
  const real = realpathSync(entry);
  const { size: bytes } = statSync(real);
  const name = basename(real);
  if (basename(dirname(real)) === "blobs" && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(name)) {
    return { path, bytes, digest: name };
  }
  // Where links aren't allowed the entry is a copy: its blob is found by its content.
  if (!blobSizes(repo).has(bytes)) return null;
  const content = readFileSync(entry);
  for (const length of [64, 40]) {
    const digest = hashes("0".repeat(length), bytes);
    digest.update(content);
    if (statSync(blobPath(repo, digest.named()), { throwIfNoEntry: false })) {
      return { path, bytes, digest: digest.named() };
    }
  }
  return null;
}

function blobSizes(repo: RepoDir): Set<number> {
  const dir = join(repo.dir, "blobs");
  if (statSync(dir, { throwIfNoEntry: false }) === undefined) return new Set();
  return new Set(readdirSync(dir).map((name) => statSync(join(dir, name)).size));
}

export interface CacheView {
  commit: string | null;
  /** Of the files that are needed and there. */
  bytes: number;
  /** Empty: all is there. With no commit: not known. */
  missing: string[];
}

/** What of a model is in the cache, for the plan. Sizes and digests are not checked here. */
export function viewCache(repo: RepoDir, revision: string, ggufFile: string | null): CacheView {
  const found = resolveCached(repo, revision);
  if (found === null) return { commit: null, bytes: 0, missing: [] };
  const paths = found.files.map((file) => file.path);
  const needed = neededFiles(paths, ggufFile);
  if (needed.kind === "nothing")
    return { commit: found.commit, bytes: 0, missing: [needed.missing] };
  const wanted =
    needed.kind === "gguf"
      ? [...needed.small, needed.file]
      : [...needed.small, ...needed.weights, ...shards(repo, found.commit, needed.index)];
  const missing = wanted.filter((path) => !paths.includes(path));
  const bytes = found.files
    .filter((file) => wanted.includes(file.path))
    .reduce((sum, file) => sum + file.bytes, 0);
  return { commit: found.commit, bytes, missing };
}

function shards(repo: RepoDir, commit: string, index: string | null): string[] {
  if (index === null) return [];
  const text = readFileSync(join(snapshotDir(repo, commit), index), "utf8");
  return [index, ...(shardsOf(text) ?? [])];
}
