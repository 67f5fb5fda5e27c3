/** The files that are wanted: what is there is checked, the disk is looked at, the rest is fetched. */
import { statSync } from "node:fs";
import { freeBytes } from "../../host/disk.ts";
import { bytes, plural } from "../../report/format.ts";
import type { CacheEntry } from "./cache-entry.ts";
import { checkOnce, remember } from "./checked.ts";
import { downloadBlob } from "./download.ts";
import { type Asked, diskFullError } from "./errors.ts";
import { blobPath, type RepoDir } from "./layout.ts";
import type { RepoFile } from "./needed.ts";
import { downloadProgress } from "./progress.ts";
import { type QuantizedFile, quantizedFile } from "./quantized.ts";
import { notCached, type ResolvedRepo } from "./repo.ts";
import type { EnsureContext, ModelRequest } from "./types.ts";

export interface Wanted {
  repo: RepoDir;
  resolved: ResolvedRepo;
  file: RepoFile;
}

/** Kept free beside what is fetched: a disk that is full to the last byte helps nobody. */
const MARGIN_BYTES = 16e6;

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
  const fetchBytes = missing.reduce((sum, each) => sum + leftOf(each), 0);
  const quantized = quantizedFile(request?.quantization ?? null, wanted);
  const free = freeBytes(client.settings.cacheDir);
  if (request !== null) tell(request, wanted, { fetchBytes, quantized, free }, context);
  if (missing.length === 0 && quantized === null) return sha256;
  const neededBytes = fetchBytes + (quantized?.bytes ?? 0) + MARGIN_BYTES;
  if (free !== null && neededBytes > free) {
    const { cacheDir: dir } = client.settings;
    const what = whatNeedsRoom(missing, quantized);
    throw diskFullError({ dir, what, neededBytes, freeBytes: free });
  }
  if (missing.length === 0) return sha256;
  const totalBytes = missing.reduce((sum, { file }) => sum + file.bytes, 0);
  const id = wanted[0]?.resolved.id ?? "";
  const progress = downloadProgress({ id, totalBytes }, context.progress);
  for (const { repo, resolved, file } of missing) {
    if (sha256.has(file.digest)) continue;
    progress.file(file.path);
    const asked = askedFor(resolved, file, context);
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

function askedFor(resolved: ResolvedRepo, file: RepoFile, { client }: EnsureContext): Asked {
  const { endpoint, token } = client.settings;
  const { id, commit: revision } = resolved;
  return { endpoint, id, revision, path: file.path, token: token !== null, input: "--model" };
}

/** Bytes of a file that are still to come: a part may be there. */
function leftOf({ repo, file }: Wanted): number {
  const partial = `${blobPath(repo, file.digest)}.incomplete`;
  const have = statSync(partial, { throwIfNoEntry: false })?.size ?? 0;
  return have > file.bytes ? file.bytes : file.bytes - have;
}

function offlineError(missing: Wanted[], { client }: EnsureContext) {
  const { id, revision } = missing[0]?.resolved ?? { id: "", revision: "" };
  const paths = missing.map(({ file }) => `${file.path} (damaged)`);
  return notCached(client, { id, revision, missing: paths, input: "--model" });
}

function whatNeedsRoom(missing: Wanted[], quantized: QuantizedFile | null): string {
  const files = missing.length === 1 ? (missing[0]?.file.path ?? "") : `${missing.length} files`;
  if (quantized === null) return files;
  const own = `${quantized.name} (about ${bytes(quantized.bytes)}), which inferrs writes in the cache`;
  return missing.length === 0 ? own : `${files} and ${own}`;
}

function tell(
  { id, revision }: ModelRequest,
  wanted: Wanted[],
  room: { fetchBytes: number; quantized: QuantizedFile | null; free: number | null },
  { client }: EnsureContext,
): void {
  const { fetchBytes, quantized, free } = room;
  const total = wanted.reduce((sum, { file }) => sum + file.bytes, 0);
  const commit = wanted[0]?.resolved.commit ?? "";
  const at = revision === commit ? `commit ${commit}` : `${revision}, commit ${commit}`;
  const what = `${plural(wanted.length, "file")}, ${bytes(total)}`;
  const todo = fetchBytes === 0 ? "all in the cache" : `${bytes(fetchBytes)} to fetch`;
  const own =
    quantized === null
      ? ""
      : `; inferrs writes about ${bytes(quantized.bytes)} beside it (${quantized.name})`;
  const left = free === null ? "" : `; ${bytes(free)} free on the disk`;
  client.log(`${id} at ${at}: ${what}, ${todo}${own}${left}`);
}
