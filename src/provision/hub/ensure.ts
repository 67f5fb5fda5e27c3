/** A model of the hub into the cache, whole and checked: what a run does before inferrs starts. */
import { fetchFiles } from "./fetch-files.ts";
import { linkBlob, writeRefs } from "./layout.ts";
import type { EnsureContext, EnsuredModel, EnsuredRepo, FoundModel, FoundRepo } from "./types.ts";

/**
 * Fetches what is missing and checks every file. Offline, all of it must be in the cache.
 *
 * @throws SetupError
 */
export async function ensureModel(
  { request, repos, ggufFile, entry }: FoundModel,
  context: EnsureContext,
): Promise<EnsuredModel> {
  const all = repos.flatMap(({ wanted }) => wanted);
  const sha256 = await fetchFiles(request, all, entry, context);
  const [model, tokenizer] = repos;
  return {
    ...linked(model, sha256),
    ggufFile,
    tokenizer: tokenizer === undefined ? null : linked(tokenizer, sha256),
    entry,
  };
}

/** Gives the files their names. */
function linked({ repo, resolved, wanted }: FoundRepo, sha256: Map<string, string>): EnsuredRepo {
  const { id, revision, commit } = resolved;
  const files = wanted.map(({ file }) => {
    linkBlob(repo, commit, file.path, file.digest);
    return { path: file.path, bytes: file.bytes, sha256: sha256.get(file.digest) ?? "" };
  });
  writeRefs(repo, revision, commit);
  return { id, revision, commit, files };
}
