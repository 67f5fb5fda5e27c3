/** What a stand-in hub holds: repositories with their files, as the hub names and hashes them. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface StandInRepo {
  id: string;
  files: Record<string, Buffer>;
  /** Needs a token that has been given access. */
  gated?: boolean;
  /** Answers as if it were not there without a token. */
  private?: boolean;
  /** `base_model` of its model card. */
  baseModel?: string | string[];
  /** Branches and tags beside main, which all stand at the one commit there is. */
  revisions?: string[];
}

/** Files of a directory, as they lie there. */
export function filesIn(dir: string): Record<string, Buffer> {
  const names = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(names.map(({ name }) => [name, readFileSync(join(dir, name))]));
}

/** Big and binary files are LFS's on the hub. */
export function isLfs(path: string): boolean {
  return /\.(safetensors|gguf|bin)$|^tokenizer\.json$/.test(path);
}

export function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** As `git hash-object` does. */
export function gitSha1(content: Buffer): string {
  return createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
}

/** Depends on every byte, as a commit does. */
export function commitOf(repo: StandInRepo): string {
  const hash = createHash("sha1");
  for (const [path, content] of Object.entries(repo.files)) hash.update(path).update(content);
  return hash.digest("hex");
}

/** As `/api/models/ID/tree/REVISION?recursive=true` lists them. */
export function treeOf(repo: StandInRepo): object[] {
  return Object.entries(repo.files).map(([path, content]) => ({
    type: "file",
    path,
    size: content.length,
    // Of an LFS file git holds a pointer, whose hash this is.
    oid: gitSha1(isLfs(path) ? Buffer.from(`oid sha256:${sha256(content)}\n`) : content),
    ...(isLfs(path)
      ? { lfs: { oid: sha256(content), size: content.length, pointerSize: 134 } }
      : {}),
  }));
}

/** As `/api/models/ID/revision/REVISION` describes it, for the fields that are asked. */
export function infoOf(repo: StandInRepo): object {
  return {
    _id: "621ffdc036468d709f17434d",
    id: repo.id,
    sha: commitOf(repo),
    private: repo.private === true,
    gated: repo.gated === true ? "manual" : false,
    downloads: 1,
    likes: 1,
    lastModified: "2026-04-01T00:00:00.000Z",
    cardData: repo.baseModel === undefined ? {} : { base_model: repo.baseModel },
  };
}
