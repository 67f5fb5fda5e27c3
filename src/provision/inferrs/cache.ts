/**
 * What was fetched before. The folders are laid out as @actions/tool-cache lays them out
 * (`inferrs/VERSION/ARCH`, and beside it an empty `ARCH.complete`), so that its `find` sees them.
 * A record in the folder holds the digests, and nothing is used before it was hashed again. Folder
 * and record come to their place in one step: no reader sees half of an entry.
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { z } from "zod";
import { sha256Of } from "../../host/hash.ts";
import { cacheDir } from "../model.ts";
import type { Place } from "../net/disk.ts";
import { exists, moveToPlace } from "../place.ts";
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
  /** Of every archive of the release, as they were known then; absent in entries of before. */
  assets: z.record(z.string(), sha256).optional(),
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
export function cacheRoot(env: NodeJS.ProcessEnv, tool = "inferrs"): string {
  return join(env.RUNNER_TOOL_CACHE || cacheDir(env), tool);
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
  await moveToPlace(from, dir, temporary, async () => {
    const there = await readEntry(dir);
    return there.kind === "good" && there.record.archiveSha256 === record.archiveSha256;
  });
  await writeFile(`${dir}.complete`, "");
  return await readEntry(dir);
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

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
