/**
 * The one comment on the pull request: found again by its marker and its author, then updated, so
 * that pushes don't pile up comments.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { getOctokit } from "@actions/github";
import { githubFailure, reasonOf, retryDelayMs } from "./github-errors.ts";

export type Octokit = ReturnType<typeof getOctokit>;

export type CommentEnd =
  | { kind: "created" | "updated"; url: string }
  | { kind: "skipped"; reason: string };

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
  limits?: Partial<CommentLimits>;
}

export interface CommentLimits {
  attempts: number;
  /** Longest wait for one answer. */
  requestMs: number;
  /** Longest time for all tries together, waits included. */
  totalMs: number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Wall clock, in ms since 1970: GitHub's reset times are given in it. */
  nowMs(): number;
}

const LIMITS: CommentLimits = {
  attempts: 4,
  requestMs: 10_000,
  totalMs: 55_000,
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
  nowMs: Date.now,
};

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
export async function upsertComment(request: CommentRequest): Promise<CommentEnd> {
  const limits = { ...LIMITS, ...request.limits };
  const deadlineMs = limits.nowMs() + limits.totalMs;
  const interrupt = request.signal ?? new AbortController().signal;
  const whole = AbortSignal.any([interrupt, AbortSignal.timeout(limits.totalMs)]);
  const eachRequest = {
    signal: () => AbortSignal.any([whole, AbortSignal.timeout(limits.requestMs)]),
  };
  for (let attempt = 1; ; attempt++) {
    if (interrupt.aborted) return { kind: "skipped", reason: "the run was interrupted" };
    try {
      return await findAndWrite(request, eachRequest.signal);
    } catch (error) {
      const failure = githubFailure(error);
      if (interrupt.aborted) return { kind: "skipped", reason: "the run was interrupted" };
      if (failure === null) throw error;
      const waitMs = retryDelayMs(failure, attempt, limits.nowMs());
      const last = attempt >= limits.attempts || whole.aborted;
      if (waitMs === null || last || limits.nowMs() + waitMs > deadlineMs) {
        return { kind: "skipped", reason: reasonOf(failure, request.fork) };
      }
      await limits.sleep(waitMs, whole).catch(() => undefined);
    }
  }
}

async function findAndWrite(
  { octokit, owner, repo, pullNumber, commentId, body: text }: CommentRequest,
  signal: () => AbortSignal,
): Promise<CommentEnd> {
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
