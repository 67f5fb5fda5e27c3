/** Which pull request an event is about, and which commit. Pure. */

/** The parts of an event's payload that are read; all else in it is left alone. */
export interface EventPayload {
  pull_request?: { number: number; head?: unknown; base?: unknown };
  issue?: { number: number; pull_request?: unknown };
  workflow_run?: unknown;
  merge_group?: unknown;
}

/** A commit whose pull request only GitHub's API tells. */
export interface Head {
  sha: string;
  /** `owner/name`; null: it was deleted, or nobody says. */
  repository: string | null;
  /** Null: nobody says. */
  branch: string | null;
}

export type PullRequest =
  /** `fork`: GitHub gives such a run a token that can't write. */
  | { kind: "found"; number: number; fork: boolean }
  /** Perhaps there is one whose head is this commit. */
  | { kind: "look-up"; head: Head }
  | { kind: "none"; reason: string };

/** What an event is, as the runner tells it. */
export interface WorkflowEvent {
  payload: EventPayload;
  eventName: string;
  /** GITHUB_SHA and GITHUB_REF. */
  sha?: string;
  ref?: string;
  repo?: { owner: string; repo: string };
}

/**
 * - With a pull request in the payload (pull_request and its like), or a comment on one: that one.
 * - `push` and `workflow_dispatch`: perhaps one whose head is the branch's commit.
 * - `workflow_run`: by the head of the run that it follows; GitHub names no pull request of a fork.
 * - `merge_group`, `schedule` and whatever else: none, and nobody misses it.
 *
 * @param event - the number is taken from its payload and nowhere else
 */
export function pullRequestOf(event: WorkflowEvent): PullRequest {
  const { payload, eventName } = event;
  const { pull_request: pull, issue } = payload;
  if (pull !== undefined) {
    const head = repositoryName(pull.head);
    const base = repositoryName(pull.base);
    // A head without a repository is a fork that has been deleted.
    const fork = pull.head !== undefined && pull.base !== undefined && head !== base;
    return { kind: "found", number: pull.number, fork };
  }
  // A comment on a pull request comes as one on an issue that has this key.
  if (issue?.pull_request !== undefined && issue.pull_request !== null) {
    return { kind: "found", number: issue.number, fork: false };
  }
  const none = {
    kind: "none",
    reason: `the event "${eventName}" belongs to no pull request`,
  } as const;
  if (eventName === "workflow_run") {
    const head = headOfRun(payload.workflow_run);
    return head === null ? none : { kind: "look-up", head };
  }
  if (eventName === "push" || eventName === "workflow_dispatch") {
    const { sha, ref = "", repo } = event;
    const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1];
    if (branch === undefined || repo === undefined || !isSha(sha)) return none;
    const repository = `${repo.owner}/${repo.repo}`;
    return { kind: "look-up", head: { sha, repository, branch } };
  }
  return none;
}

/** The head of the run that a workflow_run event is about; null where the payload doesn't say it. */
export function headOfRun(run: unknown): Head | null {
  const { head_sha: sha, head_branch: branch, head_repository } = at(run);
  if (!isSha(sha)) return null;
  const name = at(head_repository).full_name;
  return {
    sha,
    repository: typeof name === "string" && name !== "" ? name : null,
    branch: typeof branch === "string" && branch !== "" ? branch : null,
  };
}

/**
 * The commit that a check stands at: of a pull request its head, not the merge made for the test; of a
 * run that follows another that one's head. Null: the event doesn't say whose code was measured.
 */
export function headCommitOf({
  payload,
  sha,
}: Pick<WorkflowEvent, "payload" | "sha">): string | null {
  const { pull_request: pull, workflow_run: run, merge_group: group, issue } = payload;
  if (pull !== undefined) {
    const head = at(pull.head).sha;
    return typeof head === "string" ? head : null;
  }
  if (run !== undefined) return headOfRun(run)?.sha ?? null;
  // GITHUB_SHA is then the default branch's, which was hardly measured.
  if (issue?.pull_request != null) return null;
  const queued = at(group).head_sha;
  return typeof queued === "string" ? queued : (sha ?? null);
}

function repositoryName(side: unknown): unknown {
  return at(at(side).repo).full_name;
}

function isSha(text: unknown): text is string {
  return typeof text === "string" && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(text);
}

/** Its fields, whatever it is. */
function at(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
