/** What is used without the network: an entry of the cache that is still what was put there. */
import { SetupError } from "../../inputs/error.ts";
import { type CacheEntry, cacheRoot, entryDir, readEntry } from "./cache.ts";
import type { FetchWorld } from "./world.ts";

/**
 * @param digests what the archive must have been, where it is known
 * @returns null when it has to be fetched
 * @throws SetupError when it has to be and mustn't
 */
export async function fromCache(
  version: string,
  asset: string | null,
  digests: (string | null)[],
  what: string,
  world: FetchWorld,
): Promise<(CacheEntry & { kind: "good" }) | null> {
  const root = cacheRoot(world.env);
  const dir = entryDir(root, version, world.platform.arch);
  const entry = await readEntry(dir);
  const why = entry.kind === "good" ? unfit(entry.record, asset, digests) : null;
  if (entry.kind === "good" && why === null) return entry;
  const broken = entry.kind === "broken" ? entry.why : why;
  if (world.offline) throw missing(broken === null ? what : `${what} as it was (${broken})`, root);
  if (broken !== null) {
    const text = `The cached ${what} can't be used (${broken}): it is fetched anew.`;
    world.warn({ code: "inferrs-cache-broken", text });
  }
  return null;
}

function unfit(
  record: { asset: string; archiveSha256: string },
  asset: string | null,
  digests: (string | null)[],
): string | null {
  if (asset !== null && record.asset !== asset) return `it is of ${record.asset}`;
  const other = digests.find((digest) => digest !== null && digest !== record.archiveSha256);
  if (other === undefined) return null;
  return `its archive had ${record.archiveSha256}, expected ${other}`;
}

/** Offline, with nothing to use. */
export function missing(what: string, root: string): SetupError {
  return new SetupError(
    `Offline, and ${what} is not in the cache (${root}). Run once without --offline, or give the path of an executable: --inferrs PATH.`,
  );
}
