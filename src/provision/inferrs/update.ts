/** The table of digests, brought up to date from GitHub's API. What it holds is never changed. */
import { SetupError } from "../../inputs/error.ts";
import { Http } from "./http.ts";
import { type Release, Releases } from "./releases.ts";
import type { DigestTable, KnownRelease } from "./table.ts";
import type { FetchWorld } from "./world.ts";

/**
 * Adds the releases that the table doesn't have. A release whose files can't all be verified (the
 * API gives no digest, or one is still being uploaded) is left out and said.
 *
 * @throws SetupError when a release that the table has was changed: that is for a person to look at
 */
export async function updateTable(
  table: DigestTable,
  world: FetchWorld,
): Promise<{ table: DigestTable; added: string[] }> {
  const http = new Http(world);
  try {
    const releases = new Releases(http, world);
    const added: Record<string, KnownRelease> = {};
    for (const release of await releases.all()) {
      const version = release.tag_name;
      const known = table.releases[version];
      if (known !== undefined) {
        checkUnchanged(version, known, release);
        continue;
      }
      const assets = knownAssets(release);
      if (assets === null) {
        world.say(`${version}: left out, not every file has a digest`);
        continue;
      }
      added[version] = { commit: await releases.commitOf(release), assets };
    }
    const all = { ...table.releases, ...added };
    return { table: { ...table, releases: all }, added: Object.keys(added).sort() };
  } finally {
    await http.close();
  }
}

function knownAssets({ assets }: Release): KnownRelease["assets"] | null {
  const ours = assets.filter(({ name }) => /^inferrs-[\w-]+\.(tar\.gz|zip)$/.test(name));
  const known: KnownRelease["assets"] = {};
  for (const { name, state, size, digest } of ours) {
    const sha256 = /^sha256:([0-9a-f]{64})$/.exec(digest ?? "")?.[1];
    if (sha256 === undefined || state !== "uploaded") return null;
    known[name] = { sha256, bytes: size };
  }
  return ours.length === 0 ? null : known;
}

function checkUnchanged(version: string, known: KnownRelease, { assets }: Release): void {
  for (const { name, digest } of assets) {
    const was = known.assets[name]?.sha256;
    if (was === undefined || digest == null || digest === `sha256:${was}`) continue;
    throw new SetupError(
      `${version}: ${name} was changed after it was published: the table has sha256:${was}, GitHub's API says ${digest}. The table stays as it is; find out why before anything else.`,
    );
  }
}
