/** Which commit a revision is, which files inferrs needs of it, and what of them is missing. */
import { readFileSync } from "node:fs";
import { SetupError } from "../../inputs/error.ts";
import { cacheEntry } from "./cache-entry.ts";
import { resolveCached } from "./cached.ts";
import { notThere } from "./errors.ts";
import { fileUrl } from "./fetch.ts";
import { askedFor, fetchFiles } from "./fetch-files.ts";
import { sourceOf } from "./gguf-source.ts";
import { blobPath, type RepoDir, repoDir } from "./layout.ts";
import { type Needed, neededFiles, type RepoFile, shardsOf, tokenizerFiles } from "./needed.ts";
import { notCached, type ResolvedRepo, resolveRepo } from "./repo.ts";
import { checkRoom, missingBySize, roomFor } from "./room.ts";
import type { EnsureContext, FoundModel, FoundRepo, ModelRequest, Wanted } from "./types.ts";

interface Part {
  repo: RepoDir;
  resolved: ResolvedRepo;
  needed: Needed & { kind: "safetensors" | "gguf" };
}

/**
 * Asks the hub, and fetches nothing but the small files without which it can't be told: the config,
 * for which a gated model is refused, and the index of shards. Offline nobody is asked.
 *
 * @throws SetupError for a model that isn't there, may not be had, or doesn't fit on the disk
 */
export async function lookUpModel(
  request: ModelRequest,
  context: EnsureContext,
): Promise<FoundModel> {
  const model = await part(request.id, request.revision, "--model", context, (paths) =>
    neededFiles(paths, request.ggufFile),
  );
  const repos: [FoundRepo, ...FoundRepo[]] = [await found(model, context)];
  const ggufFile = model.needed.kind === "gguf" ? model.needed.file : null;
  if (ggufFile !== null) {
    const { client } = context;
    const source =
      request.tokenizerSource ?? (await sourceOf(model.resolved, model.repo, ggufFile, client));
    // What names its source by itself was read.
    const [unread] = request.tokenizerSource === null ? [] : missingBySize(repos[0].wanted);
    if (unread !== undefined && !client.settings.offline) await checkAccess(unread, context);
    // inferrs takes config and tokenizer from the branch main, whatever the model's revision is.
    const tokenizer = await part(source, "main", "--tokenizer-source", context, tokenizerFiles);
    repos.push(await found(tokenizer, context));
  } else if (request.tokenizerSource !== null) {
    throw notThere({
      input: "--tokenizer-source",
      value: request.tokenizerSource,
      expected: `a model that is a GGUF file; ${request.id} has safetensors, and its own tokenizer`,
      mend: "Leave it out, or name a file with --gguf-file.",
    });
  }
  const entry = cacheEntry(
    repos.map(({ repo, resolved, wanted }) => ({
      repo,
      revision: resolved.revision,
      commit: resolved.commit,
      digests: wanted.map(({ file }) => file.digest),
    })),
    ggufFile,
  );
  const all = repos.flatMap(({ wanted }) => wanted);
  const { cacheDir } = context.client.settings;
  const room = roomFor(all, missingBySize(all), request.quantization ?? null, cacheDir);
  checkRoom(room);
  return { request, repos, ggufFile, entry, room };
}

async function found(each: Part, context: EnsureContext): Promise<FoundRepo> {
  const { repo, resolved } = each;
  return { repo, resolved, wanted: await filesOf(each, context) };
}

/** A repository, and what of it is needed. */
async function part(
  id: string,
  revision: string,
  input: "--model" | "--tokenizer-source",
  context: EnsureContext,
  choose: (paths: string[]) => Needed,
): Promise<Part> {
  const { client } = context;
  const { offline, cacheDir, endpoint } = client.settings;
  const repo = repoDir(cacheDir, id);
  const resolved = offline
    ? resolveCached(repo, revision)
    : await resolveRepo(client, id, revision, input);
  const about = { id, revision, input };
  if (resolved === null) throw notCached(client, { ...about, missing: [] });
  const needed = choose(resolved.files.map((file) => file.path));
  if (needed.kind !== "nothing") return { repo, resolved, needed };
  if (offline) throw notCached(client, { ...about, missing: [needed.missing] });
  const gguf = needed.missing.endsWith(".gguf");
  throw notThere({
    input: gguf ? "--gguf-file" : input,
    value: gguf ? needed.missing : id,
    expected: gguf
      ? `one of the GGUF files of ${id}: ${ggufsIn(resolved.files)}`
      : `a model that inferrs can serve; ${id} has no ${needed.missing}`,
    mend: `${endpoint}/${id}/tree/${resolved.commit} lists its files.`,
  });
}

function ggufsIn(files: RepoFile[]): string {
  const names = files.map((file) => file.path).filter((path) => path.endsWith(".gguf"));
  return names.slice(0, 12).join(", ") || "it has none";
}

/** The files, with the shards that an index names; those that tell something are fetched. */
async function filesOf(each: Part, context: EnsureContext): Promise<Wanted[]> {
  const { needed, repo, resolved } = each;
  const byPath = new Map(resolved.files.map((file) => [file.path, file]));
  const wanted = (paths: string[]): Wanted[] => {
    const missing = paths.filter((path) => !byPath.has(path));
    if (missing.length > 0) throw lacking(resolved, missing, context);
    return paths.map((path) => ({ repo, resolved, file: byPath.get(path) as RepoFile }));
  };
  if (needed.kind === "gguf") return wanted([needed.file]);
  const { small, weights } = needed;
  await fetchFiles(null, wanted(small.filter((path) => path === "config.json")), null, context);
  if (needed.index === null) return wanted([...small, ...weights]);
  const index = wanted([needed.index]);
  await fetchFiles(null, index, null, context);
  const text = readFileSync(blobPath(repo, index[0]?.file.digest ?? ""), "utf8");
  return [...wanted([...small, ...(shardsOf(text) ?? [])]), ...index];
}

/** Anybody may list the files of a gated model: only who asks for one of them is refused. */
async function checkAccess(wanted: Wanted, context: EnsureContext): Promise<void> {
  const asked = askedFor(wanted, context);
  const url = fileUrl(asked, wanted.file.path);
  const response = await context.client.get(url, asked, { range: "bytes=0-0" });
  await response.body?.cancel();
}

/** What a model's index names is not there. */
function lacking({ id, revision }: ResolvedRepo, missing: string[], { client }: EnsureContext) {
  if (client.settings.offline) {
    return notCached(client, { id, revision, missing, input: "--model" });
  }
  const names = missing.slice(0, 5).join(", ");
  return new SetupError(
    `The index of ${id} names files that the repository doesn't have: ${names}. Its owner has to mend that; another --revision may be whole.`,
  );
}
