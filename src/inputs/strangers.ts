/**
 * Whose code an event carries. On a self-hosted runner a stranger's must not be run unasked: the
 * machine is still there after the job. Pure.
 */
import { InputError } from "./error.ts";

/** What is known of the workflow's run. */
export interface WorkflowRun {
  /** RUNNER_ENVIRONMENT; anything but `github-hosted`, also nothing, counts as self-hosted. */
  runner: string | undefined;
  /** GITHUB_EVENT_NAME. */
  event: string;
  /** The event's payload as GitHub wrote it. */
  payload: unknown;
}

/** `own`: code of the base repository. Else why it isn't, or why that can't be told. */
export type HeadOrigin = { kind: "own" } | { kind: "stranger" | "unknown"; because: string };

/**
 * @throws InputError on a runner that isn't GitHub's, for a head that isn't the base repository's own
 */
export function refuseStrangers(run: WorkflowRun, allowed: boolean): void {
  if (allowed || run.runner === "github-hosted") return;
  const origin = headOrigin(run.event, run.payload);
  if (origin.kind === "own") return;
  const runner =
    run.runner === undefined || run.runner === ""
      ? "a runner that doesn't say what it is (no RUNNER_ENVIRONMENT), which counts as self-hosted"
      : "a self-hosted runner";
  throw new InputError({
    input: "allow-fork-code",
    value: "false",
    expected: `code of this repository on ${runner}: ${origin.because}, and what it builds could do anything to this machine`,
    mend: "Nothing was started. Keep forks off this runner with a job-level if: (docs/security.md has it), or run on a GitHub-hosted runner; if somebody of yours has read that code and the runner is thrown away afterwards, set allow-fork-code: true.",
  });
}

/**
 * Where the code comes from that a workflow on this event checks out, or is likely to.
 *
 * - With a pull request in the payload (pull_request, pull_request_target, pull_request_review and
 *   its comments): by its head and base. A head without a repository is a fork that was deleted.
 * - workflow_run: by the run that it follows, whose artifacts it may use.
 * - A comment on a pull request names no head: that can't be told, and isn't guessed.
 * - merge_group: somebody with write access has put it into the queue. push, schedule,
 *   workflow_dispatch and the like run what is in the repository.
 */
export function headOrigin(event: string, payload: unknown): HeadOrigin {
  const {
    pull_request: pull,
    issue,
    workflow_run: run,
    check_suite: suite,
    check_run,
  } = at(payload);
  if (pull !== undefined) {
    return compare(repository(at(pull).head), repository(at(pull).base), "the pull request's head");
  }
  if (run !== undefined) {
    const head = fullName(at(run).head_repository);
    const base = fullName(at(run).repository) ?? fullName(at(payload).repository);
    return compare(head, base, "the run that this one follows");
  }
  if (at(issue).pull_request != null) {
    const because = `the event "${event}" is about a pull request and doesn't say whose its code is`;
    return { kind: "unknown", because };
  }
  const checks = suite ?? at(check_run).check_suite;
  if (checks !== undefined && typeof at(checks).head_branch !== "string") {
    return { kind: "unknown", because: `the event "${event}" is about a commit of no branch here` };
  }
  // The payload's file can be missing or torn: an event that always has a pull request can't be own.
  if (/^(pull_request|workflow_run)/.test(event)) {
    return {
      kind: "unknown",
      because: `the payload of the event "${event}" says nothing of its head`,
    };
  }
  return { kind: "own" };
}

function compare(head: string | null, base: string | null, what: string): HeadOrigin {
  if (head === null) {
    return { kind: "stranger", because: `${what} belongs to a repository that is gone or hidden` };
  }
  if (base === null) return { kind: "unknown", because: `${what} can't be compared with its base` };
  // GitHub's names are the same in any case.
  if (head.toLowerCase() === base.toLowerCase()) return { kind: "own" };
  return { kind: "stranger", because: `${what} is ${head}'s, not ${base}'s` };
}

function repository(side: unknown): string | null {
  return fullName(at(side).repo);
}

function fullName(repo: unknown): string | null {
  const name = at(repo).full_name;
  return typeof name === "string" && name !== "" ? name : null;
}

/** Its fields, whatever it is. */
function at(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
