/** A repository at a revision: the commit it stands for, and its files. By @huggingface/hub. */
import { SetupError } from "../../inputs/error.ts";
import { type Asked, refusalError } from "./errors.ts";
import type { HubClient } from "./fetch.ts";
import { cachedCommit, checkPath, repoDir } from "./layout.ts";
import type { RepoFile } from "./needed.ts";

export interface ResolvedRepo {
  id: string;
  /** As it was asked for. */
  revision: string;
  commit: string;
  files: RepoFile[];
  /** What the model's card names as its base; null where it doesn't. */
  baseModel: string | null;
}

/**
 * Asks the hub which commit the revision is and what it holds: at most two requests for most models.
 * @throws SetupError
 */
export async function resolveRepo(
  client: HubClient,
  id: string,
  revision: string,
  input: Asked["input"],
): Promise<ResolvedRepo> {
  const { listFiles, modelInfo } = await import("./library.ts");
  const { endpoint, token } = client.settings;
  const asked: Asked = { endpoint, id, revision, path: null, token: token !== null, input };
  // The library takes only tokens that begin with hf_, and would send them along on a redirect:
  // the token is the client's business.
  const fetch = ((url: string | URL) => client.get(String(url), asked)) as unknown as Fetch;
  const options = { hubUrl: endpoint, fetch };
  const info = await modelInfo({
    ...options,
    name: id,
    revision,
    additionalFields: ["sha", "cardData"],
  }).catch((cause: unknown) => {
    throw notJson(cause, asked);
  });
  const commit = info.sha;
  if (typeof commit !== "string" || !/^[0-9a-f]{40}$/.test(commit)) throw notJson(null, asked);
  const files: RepoFile[] = [];
  try {
    for await (const entry of listFiles({
      ...options,
      repo: id,
      revision: commit,
      recursive: true,
    })) {
      if (entry.type !== "file") continue;
      const digest = entry.lfs?.oid ?? entry.oid ?? "";
      const bytes = entry.lfs?.size ?? entry.size;
      if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(digest)) continue;
      files.push({ path: checkPath(entry.path), bytes, digest });
    }
  } catch (cause) {
    throw notJson(cause, asked);
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { id, revision, commit, files, baseModel: baseModelOf(info.cardData) };
}

type Fetch = typeof globalThis.fetch;

/** Our own errors as they are; anything else means that the answer was not the hub's. */
function notJson(cause: unknown, asked: Asked): unknown {
  if (cause instanceof SetupError) return cause;
  if (cause instanceof Error && cause.name === "AbortError") return cause;
  const message = "something that is no description of a model";
  return refusalError(asked, { status: 200, code: null, message, html: false });
}

function baseModelOf(card: unknown): string | null {
  const base = (card as { base_model?: unknown } | undefined)?.base_model;
  const first = Array.isArray(base) ? base[0] : base;
  return typeof first === "string" && /^[\w.-]+\/[\w.-]+$/.test(first) ? first : null;
}

/** The error for a model that has to be in the cache and isn't. */
export function notCached(
  client: Pick<HubClient, "settings">,
  about: { id: string; revision: string; missing: string[]; input: Asked["input"] },
): SetupError {
  const { cacheDir } = client.settings;
  const { id, revision, missing, input } = about;
  const { dir } = repoDir(cacheDir, id);
  const known = cachedCommit({ id, dir }, revision) !== null;
  const what = known
    ? `${missing.join(", ")} of ${id} ${missing.length === 1 ? "is" : "are"} missing`
    : `${id} at revision ${revision} is missing`;
  return new SetupError(
    `Offline, and ${what} in ${dir}. Run once without --offline and HF_HUB_OFFLINE, or give what is there with ${input}.`,
  );
}
