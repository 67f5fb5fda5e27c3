/**
 * Packages from npm in this tool's cache: `openclaw/VERSION/PLATFORM-ARCH/`, laid out as
 * @actions/tool-cache lays out its entries. A record in the folder holds npm's integrity of the
 * package and one digest over all that npm wrote, and nothing is used before it was hashed again.
 */
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import rcompare from "semver/functions/rcompare.js";
import valid from "semver/functions/valid.js";
import { z } from "zod";
import { SetupError } from "../../inputs/error.ts";
import { cacheRoot, placeIn } from "../inferrs/cache.ts";
import { checkSpace, writeFailure } from "../net/disk.ts";
import { exists, makeTemporary, moveToPlace } from "../place.ts";
import { npm } from "./npm.ts";
import { treeDigest } from "./tree.ts";
import type { OpenClawWorld } from "./world.ts";

const RECORD = ".inferrs-bench.json";

const recordSchema = z.strictObject({
  schema: z.literal("inferrs-bench/npm-package/v1"),
  name: z.string(),
  version: z.string(),
  integrity: z.string(),
  /** What said so: this repository, or the registry alone. */
  verifiedBy: z.enum(["pin", "registry"]),
  /** SHA-256 over all files of the folder but this one. */
  treeSha256: z.string(),
});
export type PackageRecord = z.infer<typeof recordSchema>;

/** What is to be had. */
export interface WantedPackage {
  name: string;
  version: string;
  integrity: string;
  verifiedBy: PackageRecord["verifiedBy"];
  /** npm's lock file for it and all that it needs; null: npm resolves what it needs. */
  lockFile: string | null;
  /** What it takes on the disk. */
  bytes: number;
  /** What is done in the folder before it counts as made. */
  complete?: (dir: string) => Promise<void>;
}

export type PackageEntry =
  | { kind: "absent" }
  | { kind: "broken"; why: string }
  | { kind: "good"; dir: string; record: PackageRecord };

const PLATFORM = `${process.platform}-${process.arch}`;

/** The folder of all versions of a package. */
export function packageRoot(name: string, env: NodeJS.ProcessEnv): string {
  return cacheRoot(env, name);
}

/** Versions that seem to be there, newest first. */
export async function cachedPackages(name: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const root = packageRoot(name, env);
  const names = (await readdir(root).catch(() => [])).filter((each) => valid(each) !== null);
  const there = await Promise.all(names.map((each) => exists(join(root, each, PLATFORM, RECORD))));
  return names.filter((_, index) => there[index]).sort(rcompare);
}

/** Reads an entry and hashes all of it again. */
export async function readPackage(
  name: string,
  version: string,
  env: NodeJS.ProcessEnv,
): Promise<PackageEntry> {
  const dir = join(packageRoot(name, env), version, PLATFORM);
  if (!(await exists(dir))) return { kind: "absent" };
  const text = await readFile(join(dir, RECORD), "utf8").catch(() => "null");
  const checked = recordSchema.safeParse(parse(text));
  if (!checked.success) return { kind: "broken", why: `its ${RECORD} is missing or unreadable` };
  const record = checked.data;
  if (record.name !== name || record.version !== version) {
    return { kind: "broken", why: `it is ${record.name} ${record.version}` };
  }
  const found = await treeDigest(dir, RECORD).catch((error: Error) => error.message);
  if (found !== record.treeSha256) return { kind: "broken", why: "its files were changed" };
  return { kind: "good", dir, record };
}

/**
 * Installs into a folder of its own, then moves that to its place.
 * @param nodeDir folder of the Node that npm runs under; null: the one on PATH
 * @throws SetupError when it can't be had, isn't what it must be, or there is no room
 */
export async function installPackage(
  wanted: WantedPackage,
  nodeDir: string | null,
  world: OpenClawWorld,
): Promise<PackageEntry & { kind: "good" }> {
  const { name, version, integrity } = wanted;
  const what = `${name} ${version}`;
  const root = packageRoot(name, world.env);
  checkSpace(what, wanted.bytes, placeIn(root));
  const temporary = await makeTemporary(root).catch((error: unknown) => {
    throw writeFailure(what, error, placeIn(root));
  });
  try {
    const from = join(temporary, "new");
    await mkdir(from);
    await install(wanted, from, nodeDir, world);
    const got = await integrityIn(from, name);
    if (got !== integrity) throw mismatch(what, integrity, got ?? "none", wanted.verifiedBy);
    await wanted.complete?.(from);
    const { verifiedBy } = wanted;
    const treeSha256 = await treeDigest(from, RECORD);
    const record: PackageRecord = {
      schema: "inferrs-bench/npm-package/v1",
      ...{ name, version, integrity, verifiedBy, treeSha256 },
    };
    await writeFile(join(from, RECORD), `${JSON.stringify(record, null, 2)}\n`);
    const dir = join(root, version, PLATFORM);
    const keep = async () => {
      const there = await readPackage(name, version, world.env);
      return there.kind === "good" && there.record.integrity === integrity;
    };
    await moveToPlace(from, dir, temporary, keep);
    await writeFile(`${dir}.complete`, "");
    const entry = await readPackage(name, version, world.env);
    if (entry.kind === "good") return entry;
    throw new SetupError(`${what} was installed into ${dir}, and is not there as it was.`);
  } catch (error) {
    throw writeFailure(what, error, placeIn(root));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** A value that differs from the one that was published is refused, whoever says so. */
export function mismatch(
  what: string,
  expected: string,
  got: string,
  by: PackageRecord["verifiedBy"],
): SetupError {
  const who = by === "pin" ? "this version of inferrs-bench knows it as" : "the registry said";
  return new SetupError(
    `${what} is not what it must be: ${who} ${expected}, and npm got ${got}. It is not used. See which registry that is: npm config get registry.`,
  );
}

async function install(
  { name, version, lockFile }: WantedPackage,
  dir: string,
  nodeDir: string | null,
  world: OpenClawWorld,
): Promise<void> {
  // What npm writes of a folder's name would differ from install to install.
  const manifest = { name: "client", private: true, dependencies: { [name]: version } };
  await writeFile(join(dir, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  if (lockFile !== null) await copyFile(lockFile, join(dir, "package-lock.json"));
  const args = [lockFile === null ? "install" : "ci", "--prefix", dir];
  const steady = ["--no-audit", "--global=false", "--package-lock=true", "--engine-strict=false"];
  const where = { cwd: dir, ...(nodeDir === null ? {} : { pathFirst: nodeDir }) };
  await npm([...args, ...steady, "--omit=dev"], `${name} ${version}`, world, where);
}

/** What npm's own lock file says of the package that it installed. */
async function integrityIn(dir: string, name: string): Promise<string | null> {
  const lock = parse(await readFile(join(dir, "package-lock.json"), "utf8")) as {
    packages?: Record<string, { integrity?: string }>;
  } | null;
  return lock?.packages?.[`node_modules/${name}`]?.integrity ?? null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
