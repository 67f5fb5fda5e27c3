/** A model of the hub into the cache, whole and checked: what a run does before inferrs starts. */
import { readFileSync } from "node:fs";
import { SetupError } from "../../inputs/error.ts";
import { cacheEntry } from "./cache-entry.ts";
import { resolveCached } from "./cached.ts";
import { notThere } from "./errors.ts";
import { fetchFiles, type Wanted } from "./fetch-files.ts";
import { sourceOf } from "./gguf-source.ts";
import { blobPath, linkBlob, type RepoDir, repoDir, writeRefs } from "./layout.ts";
import { type Needed, neededFiles, type RepoFile, shardsOf, tokenizerFiles } from "./needed.ts";
import { notCached, type ResolvedRepo, resolveRepo } from "./repo.ts";
import type { EnsureContext, EnsuredModel, ModelRequest } from "./types.ts";

interface Part {
  repo: RepoDir;
  resolved: ResolvedRepo;
  needed: Needed & { kind: "safetensors" | "gguf" };
}

/**
 * Finds out which commit the revision is and which files inferrs needs, fetches what is missing,
 * and checks every file. Offline, all of it must be in the cache.
 *
 * @throws SetupError
 */
export async function ensureModel(
  request: ModelRequest,
  context: EnsureContext,
): Promise<EnsuredModel> {
  const model = await part(request.id, request.revision, "--model", context, (paths) =>
    neededFiles(paths, request.ggufFile),
  );
  const parts = [model];
  if (model.needed.kind === "gguf") {
    const source =
      request.tokenizerSource ??
      (await sourceOf(model.resolved, model.repo, model.needed.file, context.client));
    // inferrs takes config and tokenizer from the branch main, whatever the model's revision is.
    parts.push(await part(source, "main", "--tokenizer-source", context, tokenizerFiles));
  } else if (request.tokenizerSource !== null) {
    throw notThere({
      input: "--tokenizer-source",
      value: request.tokenizerSource,
      expected: `a model that is a GGUF file; ${request.id} has safetensors, and its own tokenizer`,
      mend: "Leave it out, or name a file with --gguf-file.",
    });
  }
  const wanted = new Map<Part, Wanted[]>();
  for (const each of parts) wanted.set(each, await filesOf(each, context));
  const all = [...wanted.values()].flat();
  const ggufFile = model.needed.kind === "gguf" ? model.needed.file : null;
  const entry = cacheEntry(
    parts.map((each) => ({
      repo: each.repo,
      revision: each.resolved.revision,
      commit: each.resolved.commit,
      digests: (wanted.get(each) ?? []).map(({ file }) => file.digest),
    })),
    ggufFile,
  );
  const sha256 = await fetchFiles(request, all, entry, context);
  const [first, second] = parts.map((each) => {
    const { id, revision, commit } = each.resolved;
    const files = (wanted.get(each) ?? []).map(({ file }) => {
      linkBlob(each.repo, commit, file.path, file.digest);
      return { path: file.path, bytes: file.bytes, sha256: sha256.get(file.digest) ?? "" };
    });
    writeRefs(each.repo, revision, commit);
    return { id, revision, commit, files };
  });
  if (first === undefined) throw new Error("there is always the model itself");
  return { ...first, ggufFile, tokenizer: second ?? null, entry };
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

/** The files, with the shards that an index names: the index itself is fetched first. */
async function filesOf(each: Part, context: EnsureContext): Promise<Wanted[]> {
  const { needed, repo, resolved } = each;
  const byPath = new Map(resolved.files.map((file) => [file.path, file]));
  const wanted = (paths: string[]): Wanted[] => {
    const missing = paths.filter((path) => !byPath.has(path));
    if (missing.length > 0) throw lacking(resolved, missing, context);
    return paths.map((path) => ({ repo, resolved, file: byPath.get(path) as RepoFile }));
  };
  if (needed.kind === "gguf") return wanted([needed.file]);
  if (needed.index === null) return wanted([...needed.small, ...needed.weights]);
  const index = wanted([needed.index]);
  await fetchFiles(null, index, null, context);
  const text = readFileSync(blobPath(repo, index[0]?.file.digest ?? ""), "utf8");
  return [...wanted([...needed.small, ...(shardsOf(text) ?? [])]), ...index];
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
