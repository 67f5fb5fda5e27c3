/**
 * Folders that come to their place in one step, made beside it: no reader sees half of one, and two
 * runs that make the same don't break each other.
 */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";

const TEMPORARY = ".inferrs-bench-";
const MOST_TRIES = 5;
const STALE_MS = 24 * 3_600_000;

/** A folder of our own to work in, on the same disk as the entries. The caller takes it away. */
export async function makeTemporary(root: string): Promise<string> {
  await mkdir(root, { recursive: true });
  await removeStale(root);
  const dir = join(root, `${TEMPORARY}${process.pid}-${randomBytes(6).toString("hex")}`);
  await mkdir(dir);
  return dir;
}

/**
 * Moves a folder to its place. Where another process was quicker, its folder stays if `keep` says
 * so; else it is moved out of the way, into `temporary`.
 */
export async function moveToPlace(
  from: string,
  dir: string,
  temporary: string,
  keep: () => Promise<boolean>,
): Promise<void> {
  await mkdir(join(dir, ".."), { recursive: true });
  for (let tries = 0; !(await moved(from, dir)); tries++) {
    if (await keep()) return;
    if (tries === MOST_TRIES) throw new Error(`${dir} can't be replaced`);
    await rename(dir, join(temporary, `old-${tries}`)).catch(unless("ENOENT"));
  }
}

/** Whether there is anything of that name. */
export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

/** False: something is there already. */
async function moved(from: string, dir: string): Promise<boolean> {
  if (await exists(dir)) return false;
  return await rename(from, dir).then(() => true, unless("ENOTEMPTY", "EEXIST", "EPERM"));
}

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

/** @returns false for these errors; throws any other */
function unless(...codes: string[]) {
  return (error: NodeJS.ErrnoException): false => {
    if (codes.includes(error.code ?? "")) return false;
    throw error;
  };
}
