/** A release of inferrs: in the cache, or found by GitHub's API. */
import { SetupError } from "../../inputs/error.ts";
import { cachedVersions, cacheRoot } from "./cache.ts";
import { expectedDigest } from "./digests.ts";
import type { Wanted } from "./fetch.ts";
import type { FoundInferrs } from "./found.ts";
import { fromCache, missing } from "./from-cache.ts";
import { Http, serverUrl } from "./http.ts";
import { assetFor, executableName } from "./platform.ts";
import { type Release, Releases } from "./releases.ts";
import { REPOSITORY } from "./spec.ts";
import { knownDigests } from "./table.ts";
import type { FetchWorld } from "./world.ts";

/** The newest release; offline the newest in the cache, which the report then says. */
export async function latest(sha256: string | null, world: FetchWorld): Promise<FoundInferrs> {
  if (!world.offline) {
    const found = await withReleases(world, (releases) => releases.newest());
    return await release(found.tag_name, found, sha256, world);
  }
  const root = cacheRoot(world.env);
  const [newest] = await cachedVersions(root, world.platform.arch);
  if (newest === undefined) throw missing("no release of inferrs", root);
  const text = `Offline: the newest release of inferrs is not known; ${newest} is the newest in the cache.`;
  world.warn({ code: "offline-latest", text });
  return await release(newest, null, sha256, world);
}

/**
 * @param found the release as the API gave it, where it was asked already
 * @throws SetupError when there is none for this machine, or nobody can say what it must be
 */
export async function release(
  version: string,
  found: Release | null,
  sha256: string | null,
  world: FetchWorld,
): Promise<FoundInferrs> {
  const what = `inferrs ${version}`;
  const asset = assetFor(world.platform);
  const known = world.table.releases[version];
  const table = known?.assets[asset]?.sha256 ?? null;
  const origin = { kind: "release", version, inTable: table !== null } as const;
  const entry = await fromCache(version, asset, [table, sha256], what, world);
  if (entry !== null) return { kind: "cached", what, entry, origin };
  return { kind: "wanted", wanted: await want(), origin };

  async function want(): Promise<Wanted> {
    const base = {
      what,
      version,
      asset,
      executable: executableName(world.platform.os),
      tag: version,
    };
    const direct = `${serverUrl(world.env)}/${REPOSITORY}/releases/download/${version}/${asset}`;
    const inTable = known?.assets[asset];
    if (known !== undefined && inTable !== undefined) {
      const { commit } = known;
      const expected = expectedDigest(what, { table, api: null, user: sha256 });
      const assets = knownDigests(known);
      return { ...base, url: direct, commit, ...sized(inTable.bytes), expected, assets };
    }
    return await withReleases(world, async (releases) => {
      const asked = found ?? (await releases.byVersion(version));
      const file = asked.assets.find(({ name, state }) => name === asset && state === "uploaded");
      if (file === undefined) throw withoutAsset(asked, asset);
      const assets = digestsOf(asked);
      const api = assets[asset] ?? null;
      const expected = expectedDigest(`${what} (${asset})`, { table, api, user: sha256 });
      const commit = await commitOf(releases, asked, world);
      const url = file.browser_download_url;
      const all = { ...assets, [asset]: expected.sha256 };
      return { ...base, url, commit, ...sized(file.size), expected, assets: all };
    });
  }
}

/** By archive, as GitHub's API says them. */
function digestsOf({ assets }: Release): Record<string, string> {
  return Object.fromEntries(
    assets.flatMap(({ name, state, digest }) => {
      const sha256 = /^sha256:([0-9a-f]{64})$/.exec(digest ?? "")?.[1];
      return state === "uploaded" && sha256 !== undefined ? [[name, sha256]] : [];
    }),
  );
}

function sized(bytes: number | null) {
  return { bytes, announcedBytes: bytes };
}

/** An unknown commit is no reason not to measure. */
async function commitOf(
  releases: Releases,
  found: Release,
  world: FetchWorld,
): Promise<string | null> {
  return await releases.commitOf(found).catch((error: Error) => {
    world.signal.throwIfAborted();
    world.warn({ code: "inferrs-commit-unknown", text: error.message });
    return null;
  });
}

function withoutAsset(found: Release, asset: string): SetupError {
  const names = found.assets.map(({ name }) => name).join(", ");
  return new SetupError(
    `inferrs ${found.tag_name} has no ${asset}; it has ${names === "" ? "no files" : names}. ` +
      `Choose another version (https://github.com/${REPOSITORY}/releases), or build it and give its path.`,
  );
}

async function withReleases<T>(
  world: FetchWorld,
  use: (releases: Releases) => Promise<T>,
): Promise<T> {
  const http = new Http(world);
  try {
    return await use(new Releases(http, world));
  } finally {
    await http.close();
  }
}
