/** Which pull request an event is about. Pure. */

/** The parts of an event's payload that are read; all else in it is left alone. */
export interface EventPayload {
  pull_request?: { number: number; head?: unknown; base?: unknown };
  issue?: { number: number; pull_request?: unknown };
}

export type PullRequest =
  /** `fork`: GitHub gives such a run a token that can't write. */
  { kind: "found"; number: number; fork: boolean } | { kind: "none"; reason: string };

/**
 * @param payload - the event's payload; the number is taken from here and nowhere else
 * @param eventName - for the reason, when there is no pull request in it
 */
export function pullRequestOf(payload: EventPayload, eventName: string): PullRequest {
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
  return { kind: "none", reason: `the event "${eventName}" belongs to no pull request` };
}

function repositoryName(side: unknown): unknown {
  const repository = (side as { repo?: { full_name?: unknown } | null } | null | undefined)?.repo;
  return repository?.full_name;
}

/** The commit that a pull request's checks stand at: its head. Null: there is no pull request. */
export function headCommitOf({ pull_request: pull }: EventPayload): string | null {
  const sha = (pull?.head as { sha?: unknown } | undefined)?.sha;
  return typeof sha === "string" ? sha : null;
}
