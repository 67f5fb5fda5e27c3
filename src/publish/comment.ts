/**
 * The one comment on the pull request: found again by its marker and its author, then updated, so
 * that pushes don't pile up comments.
 */
import type { getOctokit } from "@actions/github";
import { githubFailure, type RefusalWords, retryDelayMs } from "./github-errors.ts";
import type { RetryLimits } from "./github-retry.ts";
import { type Written, written } from "./written.ts";

export type Octokit = ReturnType<typeof getOctokit>;

export interface CommentRequest {
  octokit: Octokit;
  owner: string;
  repo: string;
  pullNumber: number;
  /** The pull request comes from a fork: only for the reason, when GitHub refuses. */
  fork: boolean;
  commentId: string;
  body: string;
  /** Ends all of it at once: an interrupted job has no time for the network. */
  signal?: AbortSignal;
  limits?: Partial<RetryLimits>;
}

/** The hidden first line of the body. Ids are checked where they are read. */
export function commentMarker(commentId: string): string {
  return `<!-- inferrs-bench:${commentId} -->`;
}

/**
 * Updates the comment with this marker, or creates it. Each try looks again before it writes: a
 * write whose answer was lost is then found, and updated instead of doubled.
 *
 * @returns what was done; `skipped` with the reason for whatever GitHub refuses, never an error
 * @throws Error only for a mistake in this program
 */
export async function upsertComment(request: CommentRequest): Promise<Written> {
  const { signal, limits, fork } = request;
  return written((each) => findAndWrite(request, each), { fork, words: REFUSED, signal, limits });
}

const REFUSED: RefusalWords = {
  forbidden: 'the token may not comment; give the job "permissions: pull-requests: write"',
  missing: "the token can't see this pull request, or it is gone",
  refused: "the comment was not taken",
};

async function findAndWrite(
  { octokit, owner, repo, pullNumber, commentId, body: text }: CommentRequest,
  signal: () => AbortSignal,
): Promise<Written> {
  const marker = commentMarker(commentId);
  const body = text.startsWith(marker) ? text : `${marker}\n${text}`;
  const isOurs = await authorTest(octokit, signal);
  for (let page = 1; ; page++) {
    const answer = await octokit.rest.issues.listComments({
      owner,
      repo,
      issue_number: pullNumber,
      per_page: 100,
      page,
      request: { signal: signal() },
    });
    const ours = answer.data.find(
      (comment) => comment.body?.startsWith(marker) === true && isOurs(comment.user),
    );
    if (ours !== undefined) {
      const { data } = await octokit.rest.issues.updateComment({
        owner,
        repo,
        comment_id: ours.id,
        body,
        request: { signal: signal() },
      });
      return { kind: "updated", url: data.html_url };
    }
    if (!/rel="next"/.test(answer.headers.link ?? "")) break;
  }
  const { data } = await octokit.rest.issues.createComment({
    owner,
    repo,
    issue_number: pullNumber,
    body,
    request: { signal: signal() },
  });
  return { kind: "created", url: data.html_url };
}

type Author = { login: string; type: string } | null;

/**
 * Tells our comments from a stranger's that begins with the same marker (anyone may write one).
 *
 * A personal token has a user, and GitHub names it. The token of a workflow or an app is an
 * installation's: `GET /user` answers it 403 "Resource not accessible by integration", and no REST
 * call names its bot. A person can't have the type Bot nor a login that ends in `[bot]`, so with
 * such a token any bot's comment with the marker counts as ours.
 */
async function authorTest(
  octokit: Octokit,
  signal: () => AbortSignal,
): Promise<(author: Author) => boolean> {
  try {
    const { data } = await octokit.rest.users.getAuthenticated({ request: { signal: signal() } });
    return (author) => author?.login.toLowerCase() === data.login.toLowerCase();
  } catch (error) {
    const failure = githubFailure(error);
    const installation =
      failure?.kind === "answered" &&
      (failure.status === 403 || failure.status === 404) &&
      retryDelayMs(failure, 1, 0) === null;
    if (!installation) throw error;
    return (author) => author?.type === "Bot" && author.login.endsWith("[bot]");
  }
}
