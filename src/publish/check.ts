/**
 * A check run of its own on the commit. A job can only be green or red; what couldn't be told is
 * neither, and a check may be `neutral`: shown grey, and it blocks nothing.
 */
import type { Octokit } from "./comment.ts";
import type { RefusalWords } from "./github-errors.ts";
import type { RetryLimits } from "./github-retry.ts";
import { whole } from "./whole.ts";
import { type Written, written } from "./written.ts";

export interface CheckText {
  title: string;
  /** Markdown, at most 65,535 characters. */
  summary: string;
}

export interface CheckRequest extends CheckText {
  octokit: Octokit;
  owner: string;
  repo: string;
  /** The commit that the check stands at: of a pull request its head, not the merge. */
  sha: string;
  /** The pull request comes from a fork: only for the reason, when GitHub refuses. */
  fork: boolean;
  /** Tells the checks of several jobs apart; the comment's id. */
  id: string;
  /** Only one of an earlier attempt is brought up to date, and none made; absent: false. */
  onlyUpdate?: boolean;
  signal?: AbortSignal;
  limits?: Partial<RetryLimits>;
}

/**
 * Writes the neutral check run, or updates the one of an earlier attempt. Each try looks again
 * before it writes: a write whose answer was lost isn't doubled.
 *
 * https://docs.github.com/rest/checks/runs: with a workflow's token it takes `checks: write`.
 *
 * @returns what was done; `skipped` with the reason for whatever GitHub refuses, never an error
 * @throws Error only for a mistake in this program
 */
export async function neutralCheck(request: CheckRequest): Promise<Written> {
  const { signal, limits, fork } = request;
  return written((each) => findAndWrite(request, each), { fork, words: REFUSED, signal, limits });
}

const REFUSED: RefusalWords = {
  forbidden: 'the token may not write checks; give the job "permissions: checks: write"',
  missing: "the token can't see this commit, or it is gone",
  refused: "the check was not taken",
};

async function findAndWrite(
  { octokit, owner, repo, sha, id, title, summary, onlyUpdate = false }: CheckRequest,
  signal: () => AbortSignal,
): Promise<Written> {
  const name = id === "default" ? "inferrs-bench" : `inferrs-bench (${id})`;
  const externalId = `inferrs-bench:${id}`;
  const result = {
    status: "completed",
    conclusion: "neutral",
    output: { title, summary },
  } as const;
  const there = await octokit.rest.checks.listForRef({
    owner,
    repo,
    ref: sha,
    check_name: name,
    request: { signal: signal() },
  });
  const ours = whole(there.data).check_runs.find((run) => run.external_id === externalId);
  const request = { signal: signal() };
  if (ours !== undefined) {
    const updated = { owner, repo, check_run_id: ours.id, ...result, request };
    const { data } = await octokit.rest.checks.update(updated);
    return { kind: "updated", url: whole(data).html_url ?? "" };
  }
  if (onlyUpdate) return { kind: "skipped", reason: "there is no earlier one" };
  const created = { owner, repo, name, head_sha: sha, external_id: externalId, ...result, request };
  const { data } = await octokit.rest.checks.create(created);
  return { kind: "created", url: whole(data).html_url ?? "" };
}
