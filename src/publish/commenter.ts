/** Binds the comment to the event: which pull request, with which token. */
import type { context as ActionsContext, getOctokit } from "@actions/github";
import { type CommentBody, upsertComment } from "./comment.ts";
import { pullRequestOf } from "./pull-request.ts";
import type { Written } from "./written.ts";

export interface CommenterSetting {
  context: Pick<typeof ActionsContext, "payload" | "eventName" | "repo"> & {
    sha?: string;
    ref?: string;
  };
  /** From @actions/github: honours GITHUB_API_URL and the runner's proxy. */
  getOctokit: typeof getOctokit;
  token: string;
  commentId: string;
  signal: AbortSignal;
  limits?: Partial<RetryLimits>;
}

/** Posts a body; with `onlyUpdate` only where there is a comment already. */
export type PostComment = (body: CommentBody, onlyUpdate?: boolean) => Promise<Written>;

/** A function that posts a body, or why there can be no comment. Asks nothing of the network. */
export function commenter(setting: CommenterSetting): PostComment | string {
  const { context, token, commentId, signal } = setting;
  const pull = pullRequestOf(context.payload, context.eventName);
  if (pull.kind === "none") return pull.reason;
  if (token === "") return "the input github-token is empty";
  return async (body, onlyUpdate = false) => {
    if (signal.aborted) return { kind: "skipped", reason: "the run was interrupted" };
    const octokit = setting.getOctokit(token);
    const place = { octokit, owner, repo };
    const at = pull.kind === "found" ? pull : await lookUp(place, pull.head, setting);
    if (at.kind === "skipped") return at;
    const { number: pullNumber, fork } = at;
    return upsertComment({
      octokit: setting.getOctokit(token),
      owner: context.repo.owner,
      repo: context.repo.repo,
      pullNumber: pull.number,
      fork: pull.fork,
      commentId,
      body,
      onlyUpdate,
      signal,
    });
  };
}

/** Where no pull request can be seen, the summary has it all. */
async function lookUp(
  place: Parameters<typeof findPull>[0],
  head: Head,
  { signal, limits }: CommenterSetting,
): Promise<{ kind: "found"; number: number; fork: boolean } | (Written & { kind: "skipped" })> {
  const end = await withRetries((each) => findPull(place, head, each), { signal, limits });
  if (end.kind === "interrupted") return { kind: "skipped", reason: "the run was interrupted" };
  if (end.kind === "failed") return nobody(reasonOf(end.failure, REFUSED));
  const found = end.value;
  return found.kind === "found" ? { ...found, fork: false } : nobody(found.reason);
}

const nobody = (reason: string) => ({ kind: "skipped", reason, because: "nobody" }) as const;

const REFUSED = {
  forbidden: 'the token may not look for one; give the job "permissions: pull-requests: write"',
  missing: "the token can't see the pull requests here",
  refused: "the pull requests were not told",
};
