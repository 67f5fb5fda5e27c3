/** Which files a model consists of, with the SHA-256 of each, before the weights are fetched. */
import type { ResultVariant } from "../../result.ts";
import { fetchFiles } from "./fetch-files.ts";
import type { EnsureContext, FoundModel, FoundRepo, Wanted } from "./types.ts";

type Provenance = NonNullable<ResultVariant["model"]["provenance"]>;
export type HubDigests = Pick<Provenance, "id" | "commit" | "files" | "tokenizer">;

/**
 * The hub says a big file's SHA-256 itself; of a small one it says git's SHA-1, and so that is fetched.
 * @throws SetupError
 */
export async function digestsOf(
  { repos: [model, tokenizer] }: FoundModel,
  context: EnsureContext,
): Promise<HubDigests> {
  const whole = async ({ resolved: { id, revision, commit }, wanted }: FoundRepo) => {
    const small = wanted.filter(({ file }) => file.digest.length === 40);
    const sha256 = small.length === 0 ? new Map() : await fetchFiles(null, small, null, context);
    const files = wanted.map(({ file: { path, bytes, digest } }: Wanted) => ({
      ...{ path, bytes, sha256: sha256.get(digest) ?? digest },
    }));
    return { id, revision, commit, files };
  };
  return {
    ...(await whole(model)),
    tokenizer: tokenizer === undefined ? null : await whole(tokenizer),
  };
}
