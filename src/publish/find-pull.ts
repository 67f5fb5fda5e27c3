/** Which open pull request has a commit as its head, by GitHub's API. */
import type { Octokit } from "./comment.ts";
import { githubFailure } from "./github-errors.ts";
import { everyPage, PER_PAGE } from "./pages.ts";
import type { Head } from "./pull-request.ts";
import { whole } from "./whole.ts";

export interface PullPlace {
  octokit: Octokit;
  owner: string;
  repo: string;
}

export type FoundPull =
  | { kind: "found"; number: number }
  /** `moved`: the branch has newer commits, whose own run will tell. */
  | { kind: "none" | "several" | "moved"; reason: string };

interface Listed {
  number: number;
  state: string;
  head: Side;
  base: Side;
}

interface Side {
  ref: string;
  sha: string;
  repo: { full_name: string } | null;
}

/**
 * By the branch of the head's repository, else by the commit. Only a pull request of this very
 * repository counts whose head is the same branch of the same repository, at this commit: somebody
 * else's commit, pushed once more to a fork, doesn't lead to their pull request.
 *
 * https://docs.github.com/rest/pulls/pulls#list-pull-requests,
 * https://docs.github.com/rest/commits/commits#list-pull-requests-associated-with-a-commit
 *
 * @param signal gives one for each request
 * @throws what octokit throws
 */
export async function findPull(
  place: PullPlace,
  head: Head,
  signal: () => AbortSignal,
): Promise<FoundPull> {
  const { repository, branch, sha } = head;
  if (repository === null) {
    return { kind: "none", reason: "the repository that the commit comes from is gone or hidden" };
  }
  const ours = `${place.owner}/${place.repo}`;
  const fits = ({ state, head: of, base }: Listed): boolean =>
    state === "open" &&
    same(base.repo?.full_name, ours) &&
    same(of.repo?.full_name, repository) &&
    (branch === null || of.ref === branch);
  const ofBranch = branch === null ? [] : await byBranch(place, repository, branch, signal);
  const candidates = ofBranch.filter(fits);
  const found =
    candidates.length > 0 ? candidates : (await byCommit(place, sha, signal)).filter(fits);
  const there = found.filter((pull) => pull.head.sha === sha);
  const [first, ...more] = there;
  if (first !== undefined && more.length === 0) return { kind: "found", number: first.number };
  const numbers = (pulls: Listed[]) => pulls.map(({ number }) => `#${number}`).join(", ");
  const short = sha.slice(0, 10);
  if (first !== undefined) {
    const reason = `several open pull requests have the commit ${short} as their head (${numbers(there)}), and the run doesn't say for which it was`;
    return { kind: "several", reason };
  }
  if (found.length > 0) {
    const reason = `the pull request (${numbers(found)}) has moved on from ${short}: the run of its newer commit will tell`;
    return { kind: "moved", reason };
  }
  return { kind: "none", reason: `no open pull request has the commit ${short} as its head` };
}

async function byBranch(
  { octokit, owner, repo }: PullPlace,
  repository: string,
  branch: string,
  signal: () => AbortSignal,
): Promise<Listed[]> {
  const head = `${repository.split("/")[0]}:${branch}`;
  const listed = await everyPage<Listed>(async (page) => {
    const asked = { owner, repo, head, state: "open" as const, per_page: PER_PAGE, page };
    const { data, headers } = await octokit.rest.pulls.list({
      ...asked,
      request: { signal: signal() },
    });
    return { items: whole(data), headers };
  });
  return listed ?? [];
}

async function byCommit(
  { octokit, owner, repo }: PullPlace,
  sha: string,
  signal: () => AbortSignal,
): Promise<Listed[]> {
  try {
    const listed = await everyPage<Listed>(async (page) => {
      const asked = { owner, repo, commit_sha: sha, per_page: PER_PAGE, page };
      const { data, headers } = await octokit.rest.repos.listPullRequestsAssociatedWithCommit({
        ...asked,
        request: { signal: signal() },
      });
      return { items: whole(data), headers };
    });
    return listed ?? [];
  } catch (error) {
    const failure = githubFailure(error);
    // A fork's commit may not be known here; the status is 422 then, and 404 or 409 elsewhere.
    const unknown = failure?.kind === "answered" && [404, 409, 422].includes(failure.status);
    if (unknown) return [];
    throw error;
  }
}

/** GitHub's names are the same in any case. */
function same(one: string | undefined, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase();
}
