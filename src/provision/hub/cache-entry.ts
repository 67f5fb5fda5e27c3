/** A model as an entry of a cache between jobs: its key and its paths. */
import { join } from "node:path";
import { blobPath, type RepoDir, snapshotDir } from "./layout.ts";

export interface CacheEntry {
  key: string;
  /** Absolute, and patterns of @actions/glob; those to leave out begin with `!`. */
  paths: string[];
}

/** Where models are kept between jobs: the Action's cache. */
export interface ModelCache {
  /**
   * @param signal ends the wait: what was begun then goes on on its own, and is checked before use
   * @returns whether the entry was found and put in place
   */
  restore(entry: CacheEntry, signal: AbortSignal): Promise<boolean>;
  /** The entry was not found, and is whole now: it is worth saving when the run has ended. */
  keep(entry: CacheEntry): void;
}

/** Part of a model that belongs to one repository. */
export interface CachePart {
  repo: RepoDir;
  revision: string;
  commit: string;
  digests: string[];
}

/**
 * The quantized file that inferrs writes lies in the snapshot's folder, so it is kept with the model.
 * @param parts the model's repository first; then the one of its tokenizer
 */
export function cacheEntry(parts: CachePart[], ggufFile: string | null): CacheEntry {
  const [model] = parts;
  if (model === undefined) throw new Error("an entry has a model");
  const name = [model.repo.id.replaceAll("/", "--"), model.commit, ggufFile ?? "safetensors"];
  const paths = parts.flatMap(({ repo, revision, commit, digests }) => [
    ...[...new Set([revision, commit])].map((ref) => join(repo.dir, "refs", ref)),
    ...[...new Set(digests)].sort().map((digest) => blobPath(repo, digest)),
    join(snapshotDir(repo, commit), "*"),
  ]);
  // A quantized file that inferrs was killed over.
  const half = parts.map(({ repo, commit }) => `!${join(snapshotDir(repo, commit), "*.tmp")}`);
  return {
    key: `inferrs-bench-model-v1-${name.join("-").replace(/[^\w.-]+/g, "_")}`,
    paths: [...paths, ...half],
  };
}
