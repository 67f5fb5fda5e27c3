/** The calls of GitHub's API that a comment takes: https://docs.github.com/rest/issues/comments */
import type { Octokit } from "./comment.ts";
import { githubFailure, retryDelayMs } from "./github-errors.ts";
import { everyPage, PER_PAGE } from "./pages.ts";
import { whole } from "./whole.ts";

export interface CommentPlace {
  octokit: Octokit;
  owner: string;
  repo: string;
  pullNumber: number;
}

export interface FoundComment {
  id: number;
  body: string;
}

/**
 * @param signal gives one for each request
 * @throws what octokit throws
 */
export function commentsApi(
  { octokit, owner, repo, pullNumber }: CommentPlace,
  signal: () => AbortSignal,
) {
  const { issues } = octokit.rest;
  const at = () => ({ owner, repo, request: { signal: signal() } });
  return {
    /** Ours with this marker, oldest first; of a long conversation to the first, or all. */
    async find(marker: string, isOurs: IsOurs, which: "first" | "all"): Promise<FoundComment[]> {
      const ours = (all: Listed[]): FoundComment[] =>
        all
          .filter(({ body, user }) => body?.startsWith(marker) === true && isOurs(user))
          .map(({ id, body }) => ({ id, body: body ?? "" }))
          .sort((a, b) => a.id - b.id);
      const listed = await everyPage<Listed>(
        async (page) => {
          const asked = { ...at(), issue_number: pullNumber, per_page: PER_PAGE, page };
          const { data, headers } = await issues.listComments(asked);
          return { items: whole(data), headers };
        },
        which === "first" ? { enough: (all) => ours(all).length > 0 } : {},
      );
      return ours(listed ?? []);
    },
    async create(body: string): Promise<{ id: number; url: string }> {
      const { data } = await issues.createComment({ ...at(), issue_number: pullNumber, body });
      const { id, html_url: url } = whole(data);
      return { id, url };
    },
    /** Null: it is gone. */
    async update(id: number, body: string): Promise<{ url: string } | null> {
      const change = () => issues.updateComment({ ...at(), comment_id: id, body });
      const answer = await unlessGone(change);
      return answer === null ? null : { url: whole(answer.data).html_url };
    },
    async remove(id: number): Promise<void> {
      await unlessGone(() => issues.deleteComment({ ...at(), comment_id: id }));
    },
  };
}

interface Listed {
  id: number;
  body?: string | undefined;
  user: Author;
}

type Author = { login: string; type: string } | null;
type IsOurs = (author: Author) => boolean;

async function unlessGone<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    const failure = githubFailure(error);
    if (failure?.kind === "answered" && failure.status === 404) return null;
    throw error;
  }
}

/**
 * Tells our comments from a stranger's that begins with the same marker (anyone may write one).
 *
 * A personal token has a user, and GitHub names it. The token of a workflow or an app is an
 * installation's: `GET /user` answers it 403 "Resource not accessible by integration", and no REST
 * call names its bot. A person can't have the type Bot nor a login that ends in `[bot]`, so with
 * such a token any bot's comment with the marker counts as ours.
 */
export async function authorTest(octokit: Octokit, signal: () => AbortSignal): Promise<IsOurs> {
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
