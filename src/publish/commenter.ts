/** Binds the comment to the event: which pull request, with which token. */
import type { context as ActionsContext, getOctokit } from "@actions/github";
import { type CommentBody, upsertComment } from "./comment.ts";
import { findPull, type PullPlace } from "./find-pull.ts";
import { githubFailure, isMissingPermission, reasonOf } from "./github-errors.ts";
import { type RetryLimits, withRetries } from "./github-retry.ts";
import { type Head, headCommitOf, pullRequestOf } from "./pull-request.ts";
import { whole } from "./whole.ts";
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

/**
 * A function that posts a body, or why there can be no comment. Asks nothing of the network itself;
 * the function looks for the pull request where the event doesn't name one.
 */
export function commenter(setting: CommenterSetting): PostComment | string {
  const { context, token, commentId, signal, limits } = setting;
  const { owner, repo } = context.repo;
  const pull = pullRequestOf(context);
  if (pull.kind === "none") return async () => nobody(pull.reason);
  if (token === "") return "the input github-token is empty";
  return async (body, onlyUpdate = false) => {
    if (signal.aborted) return { kind: "skipped", reason: "the run was interrupted" };
    const octokit = setting.getOctokit(token);
    const place = { octokit, owner, repo };
    const at = pull.kind === "found" ? pull : await lookUp(place, pull.head, setting);
    if (at.kind === "skipped") return at;
    const { number: pullNumber, fork } = at;
    const sha = headCommitOf(context);
    const goAhead = (each: () => AbortSignal) => movedOn({ ...place, pullNumber, sha }, each);
    return upsertComment({
      ...{ ...place, pullNumber, fork, commentId, body, onlyUpdate, signal, goAhead },
      ...(limits === undefined ? {} : { limits }),
    });
  };
}

/**
 * Why the run of a newer commit is left to tell: of two jobs the older may end last, or be started
 * again. Null: the pull request's head is still what was measured, or the token can't see it.
 *
 * https://docs.github.com/rest/pulls/pulls#get-a-pull-request
 *
 * @param of its `sha` null: the event doesn't say what was measured
 * @throws what octokit throws
 */
async function movedOn(
  { octokit, owner, repo, pullNumber, sha }: PullPlace & { pullNumber: number; sha: string | null },
  signal: () => AbortSignal,
): Promise<string | null> {
  if (sha === null) return null;
  try {
    const asked = { owner, repo, pull_number: pullNumber, request: { signal: signal() } };
    const now = whole((await octokit.rest.pulls.get(asked)).data).head.sha;
    if (now === sha) return null;
    return `the pull request has moved on from ${sha.slice(0, 10)} to ${now.slice(0, 10)}: the run of its newer commit tells`;
  } catch (error) {
    const failure = githubFailure(error);
    const hidden = failure?.kind === "answered" && failure.status === 404;
    if (hidden || (failure !== null && isMissingPermission(failure))) return null;
    throw error;
  }
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
