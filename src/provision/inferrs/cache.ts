/**
 * What was fetched before. The folders are laid out as @actions/tool-cache lays them out
 * (`inferrs/VERSION/ARCH`, and beside it an empty `ARCH.complete`), so that its `find` sees them.
 * A record in the folder holds the digests, and nothing is used before it was hashed again. Folder
 * and record come to their place in one step: no reader sees half of an entry.
 */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { z } from "zod";
import { sha256Of } from "../../host/hash.ts";
import { cacheDir } from "../model.ts";
import type { Place } from "../net/disk.ts";
import { isVersion } from "./spec.ts";

const RECORD = ".inferrs-bench.json";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const recordSchema = z.strictObject({
  schema: z.literal("inferrs-bench/cached/v1"),
  /** The archive's name; of a URL its last part. */
  asset: z.string(),
  tag: z.string().nullable(),
  commit: z.string().nullable(),
  archiveSha256: sha256,
  verifiedBy: z.enum(["table", "api", "user"]),
  executable: z.string(),
  /** SHA-256 of every file, the executable's among them, by its path with slashes. */
  files: z.record(z.string(), sha256),
});

export type CacheRecord = z.infer<typeof recordSchema>;

export type CacheEntry =
  | { kind: "absent" }
  /** There, but not what was put there. */
  | { kind: "broken"; why: string }
  | { kind: "good"; executable: string; record: CacheRecord };

/** On a runner the tool cache, else this tool's own. */
export function cacheRoot(env: NodeJS.ProcessEnv): string {
  return join(env.RUNNER_TOOL_CACHE || cacheDir(env), "inferrs");
}

/** A folder of the cache, for what can't be written there. */
export function placeIn(dir: string): Place {
  const elsewhere =
    "keep the cache on another disk (XDG_CACHE_HOME; on a runner RUNNER_TOOL_CACHE)";
  return { dir, elsewhere };
}

/** The folder of one version. */
export function entryDir(root: string, version: string, arch: string): string {
  return join(root, version, arch);
}

/** Versions that seem to be there, newest first; whether they are whole is for {@link readEntry}. */
export async function cachedVersions(root: string, arch: string): Promise<string[]> {
  const names = (await readdir(root).catch(() => [])).filter(isVersion).sort().reverse();
  const there = await Promise.all(
    names.map((name) => exists(join(entryDir(root, name, arch), RECORD))),
  );
  return names.filter((_, index) => there[index]);
}

/** Reads an entry and hashes its files again. */
export async function readEntry(dir: string): Promise<CacheEntry> {
  if (!(await exists(dir))) return { kind: "absent" };
  const text = await readFile(join(dir, RECORD), "utf8").catch(() => "");
  const checked = recordSchema.safeParse(parse(text));
  if (!checked.success) return { kind: "broken", why: `its ${RECORD} is missing or unreadable` };
  const record = checked.data;
  const found = await hashFiles(dir).catch((error: Error) => error.message);
  if (typeof found === "string") return { kind: "broken", why: found };
  for (const name of new Set([...Object.keys(record.files), ...Object.keys(found)])) {
    const was = record.files[name] ?? "not there";
    const is = found[name] ?? "not there";
    if (was !== is) return { kind: "broken", why: `${name} is ${is}, and was ${was}` };
  }
  if (found[record.executable] === undefined) return { kind: "broken", why: "no executable" };
  return { kind: "good", executable: join(dir, record.executable), record };
}

/** A folder of our own to work in, on the same disk as the entries. The caller takes it away. */
export async function makeTemporary(root: string): Promise<string> {
  await mkdir(root, { recursive: true });
  await removeStale(root);
  const dir = join(root, `${TEMPORARY}${process.pid}-${randomBytes(6).toString("hex")}`);
  await mkdir(dir);
  return dir;
}

/**
 * Moves a folder to its place. Where another process was quicker, its entry stays; a broken one is
 * moved out of the way, into `temporary`.
 *
 * @returns the entry that is there now
 */
export async function install(
  from: string,
  dir: string,
  record: Omit<CacheRecord, "files" | "schema">,
  temporary: string,
): Promise<CacheEntry> {
  const files = await hashFiles(from);
  const whole: CacheRecord = { schema: "inferrs-bench/cached/v1", ...record, files };
  await writeFile(join(from, RECORD), `${JSON.stringify(whole, null, 2)}\n`);
  await mkdir(join(dir, ".."), { recursive: true });
  for (let tries = 0; !(await moved(from, dir)); tries++) {
    const there = await readEntry(dir);
    if (there.kind === "good" && there.record.archiveSha256 === record.archiveSha256) break;
    if (tries === MOST_TRIES) throw new Error(`${dir} can't be replaced`);
    await rename(dir, join(temporary, `old-${tries}`)).catch(unless("ENOENT"));
  }
  await writeFile(`${dir}.complete`, "");
  return await readEntry(dir);
}

/** False: something is there already. */
async function moved(from: string, dir: string): Promise<boolean> {
  if (await exists(dir)) return false;
  return await rename(from, dir).then(() => true, unless("ENOTEMPTY", "EEXIST", "EPERM"));
}

const TEMPORARY = ".inferrs-bench-";
const MOST_TRIES = 5;
const STALE_MS = 24 * 3_600_000;

/** What a killed process left. */
async function removeStale(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (!name.startsWith(TEMPORARY)) continue;
    const path = join(root, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > STALE_MS) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

async function hashFiles(dir: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory() || path === join(dir, RECORD)) continue;
    files[relative(dir, path).split(sep).join("/")] = await sha256Of(path);
  }
  return files;
}

/** @returns false for these errors; throws any other */
function unless(...codes: string[]) {
  return (error: NodeJS.ErrnoException): false => {
    if (codes.includes(error.code ?? "")) return false;
    throw error;
  };
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
