/** The few calls of GitHub's git data API that a history in a branch takes: https://docs.github.com/rest/git */
import type { Octokit } from "../comment.ts";
import { githubFailure } from "../github-errors.ts";

/** The folder in the branch: it may be one that others use too, such as `gh-pages`. */
export const BRANCH_FOLDER = "inferrs-bench-history";

export interface BranchPlace {
  octokit: Octokit;
  owner: string;
  repo: string;
  branch: string;
}

interface Tip {
  commit: string;
  tree: string;
}

interface BranchFile {
  /** Within our folder. */
  path: string;
  sha: string;
  size: number;
}

/**
 * @param signal gives one for each request
 * @throws what octokit throws
 */
export function branchApi(
  { octokit, owner, repo, branch }: BranchPlace,
  signal: () => AbortSignal,
) {
  const { git } = octokit.rest;
  const at = () => ({ owner, repo, request: { signal: signal() } });
  return {
    /** Null: there is no such branch. */
    async tip(): Promise<Tip | null> {
      try {
        const { data } = await git.getRef({ ...at(), ref: `heads/${branch}` });
        const commit = await git.getCommit({ ...at(), commit_sha: data.object.sha });
        return { commit: data.object.sha, tree: commit.data.tree.sha };
      } catch (error) {
        const failure = githubFailure(error);
        if (failure?.kind === "answered" && failure.status === 404) return null;
        throw error;
      }
    },
    /** Of our folder alone: a branch that others use too can be large. */
    async files(tree: string): Promise<BranchFile[]> {
      const { data: root } = await git.getTree({ ...at(), tree_sha: tree });
      const folder = root.tree.find(({ path, type }) => path === BRANCH_FOLDER && type === "tree");
      if (folder === undefined) return [];
      const { data } = await git.getTree({ ...at(), tree_sha: folder.sha, recursive: "1" });
      return data.tree.flatMap(({ path, type, sha, size }) =>
        type === "blob" ? [{ path, sha, size: size ?? 0 }] : [],
      );
    },
    async text(sha: string): Promise<string> {
      const { data } = await git.getBlob({ ...at(), file_sha: sha });
      return Buffer.from(data.content, "base64").toString("utf8");
    },
    async commit(
      tip: Tip | null,
      of: { message: string; changes: { path: string; text: string | null }[] },
    ): Promise<void> {
      const tree = await Promise.all(
        of.changes.map(async ({ path, text }) => ({
          path: `${BRANCH_FOLDER}/${path}`,
          mode: "100644" as const,
          type: "blob" as const,
          sha:
            text === null
              ? null
              : (await git.createBlob({ ...at(), content: text, encoding: "utf-8" })).data.sha,
        })),
      );
      const base = tip === null ? {} : { base_tree: tip.tree };
      const made = await git.createTree({ ...at(), ...base, tree });
      const commit = await git.createCommit({
        ...at(),
        message: of.message,
        tree: made.data.sha,
        parents: tip === null ? [] : [tip.commit],
      });
      const { sha } = commit.data;
      if (tip === null) await git.createRef({ ...at(), ref: `refs/heads/${branch}`, sha });
      else await git.updateRef({ ...at(), ref: `heads/${branch}`, sha, force: false });
    },
  };
}
