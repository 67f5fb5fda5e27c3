/** What the plan says of a hub model: what is in the cache, and what is to be fetched. */

import { freeBytes } from "../../host/disk.ts";
import { bytes, list } from "../../report/format.ts";
import { type CacheView, viewCache } from "./cached.ts";
import { repoDir } from "./layout.ts";
import { roomText } from "./room.ts";
import type { HubSettings } from "./settings.ts";
import type { FoundModel } from "./types.ts";

/**
 * When the hub has answered: `google/gemma-4-E2B-it at main, commit 0123456789ab: 6 files, 10.2 GB,
 * 10.2 GB to fetch; … free in …`.
 *
 * @param cached whether the Action's cache is asked first
 */
export function describeFoundModel(
  { request, repos, room }: FoundModel,
  settings: Pick<HubSettings, "offline">,
  cached: boolean,
): string {
  const { id, revision } = request;
  const [{ resolved }, tokenizer] = repos;
  const commit = `commit ${resolved.commit.slice(0, 12)}`;
  const at = revision === resolved.commit ? commit : `${revision}, ${commit}`;
  const other = tokenizer === undefined ? "" : `, tokenizer of ${tokenizer.resolved.id}`;
  const toFetch = cached ? "to fetch unless the Action's cache has it" : "to fetch";
  const nothing = settings.offline ? "cached (offline: nothing is fetched)" : "cached";
  const text = roomText(room, { toFetch, nothing });
  return `${id} at ${at}${other}: ${text}; ${bytes(room.freeBytes)} free in ${room.dir}`;
}

/** Without asking anybody, one line: `google/gemma-4-E2B-it, in the cache (commit 0123456, 10.2 GB)`, or what is missing. */
export function describeHubModel(
  model: { id: string; revision?: string; ggufFile?: string | null },
  settings: HubSettings,
): string {
  const { id, revision = "main", ggufFile = null } = model;
  const repo = repoDir(settings.cacheDir, id);
  const name = revision === "main" ? id : `${id} at ${revision}`;
  let view: CacheView;
  try {
    view = viewCache(repo, revision, ggufFile);
  } catch (error) {
    return `${name}; its cache can't be read (${(error as Error).message})`;
  }
  const { commit, bytes: size, missing } = view;
  const free = bytes(freeBytes(settings.cacheDir));
  if (commit === null) {
    return settings.offline
      ? `${name}: NOT in the cache (${repo.dir}), and offline nothing is fetched: this run would end there`
      : `${name}, to be fetched from ${settings.endpoint}; ${free} free on the disk`;
  }
  const at = `commit ${commit.slice(0, 12)}`;
  if (missing.length === 0) return `${name}, in the cache (${at}, ${bytes(size)})`;
  return settings.offline
    ? `${name}: ${list(missing)} of ${at} NOT in the cache (${repo.dir}), and offline nothing is fetched: this run would end there`
    : `${name}, partly in the cache (${at}, ${bytes(size)}); to be fetched: ${list(missing)}; ${free} free on the disk`;
}
