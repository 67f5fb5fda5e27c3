/**
 * The hub's cache on disk, as its Python library and inferrs's hf-hub crate lay it out:
 *
 *     models--OWNER--NAME/blobs/DIGEST             SHA-256 of an LFS file, git's SHA-1 of another
 *     models--OWNER--NAME/snapshots/COMMIT/PATH    link to a blob
 *     models--OWNER--NAME/refs/REVISION            the commit that a branch stood at
 *
 * inferrs looks for `refs/REVISION` whatever the revision is, so a commit gets a ref of its own name.
 */
import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { SetupError } from "../../inputs/error.ts";
import { type Place, writeFailure } from "../net/disk.ts";

const COMMIT = /^[0-9a-f]{40}$/;

export interface RepoDir {
  id: string;
  dir: string;
}

/** The model's folder in the cache; it need not be there. */
export function repoDir(cacheDir: string, id: string): RepoDir {
  return { id, dir: join(cacheDir, `models--${id.replaceAll("/", "--")}`) };
}

export function snapshotDir(repo: RepoDir, commit: string): string {
  return join(repo.dir, "snapshots", commit);
}

export function blobPath(repo: RepoDir, digest: string): string {
  return join(repo.dir, "blobs", digest);
}

/** The commit that a revision stands for, as far as the cache knows. */
export function cachedCommit(repo: RepoDir, revision: string): string | null {
  try {
    const commit = readFileSync(join(repo.dir, "refs", revision), "utf8").trim();
    if (COMMIT.test(commit)) return commit;
  } catch {
    // No such ref.
  }
  const dir = statSync(snapshotDir(repo, revision), { throwIfNoEntry: false });
  return COMMIT.test(revision) && dir?.isDirectory() ? revision : null;
}

/** Paths of a snapshot whose content is there, sorted; what inferrs wrote itself is among them. */
export function cachedPaths(repo: RepoDir, commit: string): string[] {
  const root = snapshotDir(repo, commit);
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(root, path), { throwIfNoEntry: false })?.isFile())
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
}

/** Remembers which commit the revision stands for, and the commit by its own name. */
export function writeRefs(repo: RepoDir, revision: string, commit: string): void {
  for (const name of new Set([revision, commit])) {
    const path = join(repo.dir, "refs", name);
    if (cachedCommit(repo, name) === commit && statSync(path, { throwIfNoEntry: false })) continue;
    writable(repo.dir, () => {
      mkdirSync(dirname(path), { recursive: true });
      const draft = `${path}.${process.pid}.tmp`;
      writeFileSync(draft, commit);
      renameSync(draft, path);
    });
  }
}

/** Makes the snapshot's entry for a blob: a relative link, or a copy where links aren't allowed. */
export function linkBlob(repo: RepoDir, commit: string, path: string, digest: string): void {
  const from = blobPath(repo, digest);
  const to = join(snapshotDir(repo, commit), path);
  if (sameFile(from, to)) return;
  writable(repo.dir, () => {
    mkdirSync(dirname(to), { recursive: true });
    const draft = `${to}.${process.pid}.tmp`;
    rmSync(draft, { force: true });
    try {
      symlinkSync(relative(dirname(to), from), draft);
    } catch {
      copyFileSync(from, draft);
    }
    renameSync(draft, to);
  });
}

function sameFile(from: string, to: string): boolean {
  const [a, b] = [from, to].map((path) => statSync(path, { throwIfNoEntry: false }));
  if (a === undefined || b === undefined) return false;
  return (a.ino === b.ino && a.dev === b.dev) || !lstatSync(to).isSymbolicLink();
}

/** A folder of the hub's cache, for what can't be written there. */
export function hubPlace(dir: string): Place {
  const elsewhere =
    "set HF_HOME to a folder elsewhere, on a larger disk; what is already there is kept and used";
  return { dir, elsewhere };
}

/** Runs what writes to the cache. @throws SetupError that names the folder and the variable */
export function writable<T>(dir: string, write: () => T): T {
  try {
    return write();
  } catch (cause) {
    throw writeFailure("The hub's cache", cause, hubPlace(dir));
  }
}

/**
 * A repository's file names come from outside and become paths here.
 * @throws SetupError for one that would lead out of the snapshot (rules of huggingface_hub #4540)
 */
export function checkPath(path: string): string {
  const parts = path.split(/[\\/]/);
  const bad = parts.some((part) => part === ".." || part === "" || /^[a-z]:/i.test(part));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  if (!bad && !/[\x00-\x1f]/.test(path)) return path;
  throw new SetupError(
    `The repository holds a file with the name ${JSON.stringify(path)}, which would lead out of the cache. Nothing was fetched.`,
  );
}
