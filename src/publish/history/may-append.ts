/** Which runs of a workflow may add to the history. Pure. */

export interface WorkflowEvent {
  /** GITHUB_EVENT_NAME. */
  event: string;
  /** GITHUB_REF. */
  ref: string;
  /** The event's payload as GitHub wrote it. */
  payload: unknown;
}

/**
 * What is in the history is what others are compared with: only the default branch's own code, on
 * push, schedule and workflow_dispatch. Pull requests read.
 * @returns null, or why not
 */
export function whyNotAppended({ event, ref, payload }: WorkflowEvent): string | null {
  if (!["push", "schedule", "workflow_dispatch"].includes(event)) {
    return `a run on "${event || "an unknown event"}" only reads the history; runs of the default branch add to it`;
  }
  // A schedule runs on the default branch alone, and its payload doesn't always name it.
  if (event === "schedule") return null;
  const branch = defaultBranchOf(payload);
  if (branch === null) return "the event doesn't say which branch is the default one";
  if (ref === `refs/heads/${branch}`) return null;
  return `a run of ${ref || "an unknown ref"} only reads the history; runs of the default branch (${branch}) add to it`;
}

export function defaultBranchOf(payload: unknown): string | null {
  const repository = (payload as { repository?: { default_branch?: unknown } } | null)?.repository;
  const branch = repository?.default_branch;
  return typeof branch === "string" && branch !== "" ? branch : null;
}

/** The commit whose code an event is about: of a pull request its head, not the merge made for the test. */
export function commitOf(payload: unknown, sha: string | undefined): string | null {
  const pull = (payload as { pull_request?: { head?: { sha?: unknown } } } | null)?.pull_request;
  const found = [pull?.head?.sha, sha].find((each) => typeof each === "string");
  return typeof found === "string" && /^[0-9a-f]{7,64}$/.test(found) ? found : null;
}
