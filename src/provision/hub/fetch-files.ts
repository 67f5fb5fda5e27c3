/** The files that are wanted: what is there is checked, the disk is looked at, the rest is fetched. */
import { bytes } from "../../report/format.ts";
import type { CacheEntry } from "./cache-entry.ts";
import { checkOnce, remember } from "./checked.ts";
import { downloadBlob } from "./download.ts";
import type { Asked } from "./errors.ts";
import { blobPath } from "./layout.ts";
import { downloadProgress } from "./progress.ts";
import { notCached } from "./repo.ts";
import { checkRoom, roomFor, roomText } from "./room.ts";
import type { EnsureContext, ModelRequest, Wanted } from "./types.ts";

/**
 * @param request what is said of it in the log; null: nothing is
 * @param entry where it may be kept between jobs
 * @returns SHA-256 by the blob's name
 */
export async function fetchFiles(
  request: ModelRequest | null,
  wanted: Wanted[],
  entry: CacheEntry | null,
  context: EnsureContext,
): Promise<Map<string, string>> {
  const { client, modelCache } = context;
  const sha256 = new Map<string, string>();
  let missing = await check(wanted, sha256, context);
  const { offline } = client.settings;
  if (missing.length > 0 && offline) throw offlineError(missing, context);
  let found = true;
  if (missing.length > 0 && entry !== null && modelCache !== null) {
    found = await modelCache.restore(entry, client.signal);
    client.signal.throwIfAborted();
    if (found) missing = await check(missing, sha256, context);
  }
  const { cacheDir } = client.settings;
  const room = roomFor(wanted, missing, request?.quantization ?? null, cacheDir);
  if (request !== null) {
    const { id, revision } = request;
    const commit = wanted[0]?.resolved.commit ?? "";
    const at = revision === commit ? `commit ${commit}` : `${revision}, commit ${commit}`;
    const words = { toFetch: "to fetch", nothing: "all in the cache" };
    const left = room.freeBytes === null ? "" : `; ${bytes(room.freeBytes)} free on the disk`;
    client.log(`${id} at ${at}: ${roomText(room, words)}${left}`);
  }
  checkRoom(room);
  if (missing.length === 0) return sha256;
  const totalBytes = missing.reduce((sum, { file }) => sum + file.bytes, 0);
  const id = wanted[0]?.resolved.id ?? "";
  const progress = downloadProgress({ id, totalBytes }, context.progress);
  for (const each of missing) {
    const { repo, file } = each;
    if (sha256.has(file.digest)) continue;
    progress.file(file.path);
    const asked = askedFor(each, context);
    const onBytes = (amount: number) => progress.add(amount);
    sha256.set(file.digest, await downloadBlob({ client, repo, file, asked, onBytes }));
    remember(blobPath(repo, file.digest), file, context.ownCache);
  }
  if (!found && entry !== null) modelCache?.keep(entry);
  return sha256;
}

/** Notes the digests of those that are there and whole; gives the others. */
async function check(
  wanted: Wanted[],
  sha256: Map<string, string>,
  { client, ownCache, progress }: EnsureContext,
): Promise<Wanted[]> {
  const missing: Wanted[] = [];
  for (const each of wanted) {
    const { repo, file } = each;
    progress(`checking ${file.path}, ${bytes(file.bytes)}`);
    const found = await checkOnce(blobPath(repo, file.digest), file, ownCache, client.signal);
    if (found === null) missing.push(each);
    else sha256.set(file.digest, found);
  }
  return missing;
}

/** A file of a repository, for the hub and for its refusals. */
export function askedFor({ resolved, file }: Wanted, { client }: EnsureContext): Asked {
  const { endpoint, token } = client.settings;
  const { id, commit: revision } = resolved;
  return { endpoint, id, revision, path: file.path, token: token !== null, input: "--model" };
}

function offlineError(missing: Wanted[], { client }: EnsureContext) {
  const { id, revision } = missing[0]?.resolved ?? { id: "", revision: "" };
  const paths = missing.map(({ file }) => `${file.path} (damaged)`);
  return notCached(client, { id, revision, missing: paths, input: "--model" });
}
