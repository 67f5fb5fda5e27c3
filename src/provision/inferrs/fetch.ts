/** A release (or an archive by URL) from the network, verified, unpacked and kept. */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { SetupError } from "../../inputs/error.ts";
import { writeFailure } from "../net/disk.ts";
import { makeTemporary } from "../place.ts";
import { unpack } from "./archive.ts";
import { type CacheEntry, cacheRoot, entryDir, install, placeIn } from "./cache.ts";
import { checkDigest, type ExpectedDigest } from "./digests.ts";
import { download } from "./download.ts";
import { Http } from "./http.ts";
import { findRelease } from "./layout.ts";
import type { FetchWorld } from "./world.ts";

/** What is to be fetched, and what it must be. */
export interface Wanted {
  /** For the reader: `inferrs 0.0.20260424164259`. */
  what: string;
  /** Under which it is kept. */
  version: string;
  url: string;
  asset: string;
  executable: string;
  tag: string | null;
  commit: string | null;
  /** Its size, which it must have; null where nobody who is believed tells it. */
  bytes: number | null;
  /** What its server says of its size beforehand, for the reader. */
  announcedBytes: number | null;
  expected: ExpectedDigest;
  /** SHA-256 of every archive of the release that is known, by name. */
  assets: Record<string, string>;
}

/**
 * Downloads beside the place where it will be, and moves it there when it is whole. Whatever goes
 * wrong, nothing of it stays.
 *
 * @throws SetupError for anything that the network, the archive or the disk does
 */
export async function fetchRelease(
  wanted: Wanted,
  world: FetchWorld,
): Promise<CacheEntry & { kind: "good" }> {
  const { what } = wanted;
  const root = cacheRoot(world.env);
  const temporary = await makeTemporary(root).catch((error: unknown) => {
    throw writeFailure(what, error, placeIn(root));
  });
  const http = new Http(world);
  try {
    const file = join(temporary, "archive");
    const { url, bytes } = wanted;
    const got = await download({ what, url, file, expectedBytes: bytes }, http, world);
    checkDigest(what, wanted.expected, got.sha256);
    const unpacked = join(temporary, "unpacked");
    await mkdir(unpacked);
    const entries = await unpack(what, file, unpacked);
    const release = await findRelease(what, unpacked, wanted.executable, entries);
    const { asset, tag, commit, executable, expected, assets } = wanted;
    const record = {
      asset,
      tag,
      commit,
      executable,
      archiveSha256: got.sha256,
      assets,
      verifiedBy: expected.verifiedBy,
    };
    const dir = entryDir(root, wanted.version, world.platform.arch);
    const entry = await install(release, dir, record, temporary);
    if (entry.kind === "good") return entry;
    throw new SetupError(`${what} was put into ${dir} and is not whole there.`);
  } finally {
    await http.close();
    await rm(temporary, { recursive: true, force: true });
  }
}
