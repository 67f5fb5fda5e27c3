/** Payloads as GitHub documents them (https://docs.github.com/webhooks/webhook-events-and-payloads). */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type EventPayload,
  headCommitOf,
  pullRequestOf,
  type WorkflowEvent,
} from "./pull-request.ts";

const HEAD = "a".repeat(40);
const MERGE = "c".repeat(40);
const repository = (full_name: string) => ({
  full_name,
  owner: { login: full_name.split("/")[0] },
});
const side = (ref: string, sha: string, repo: object | null) => ({ ref, sha, repo });
const pull = (repo: object | null) => ({
  number: 7,
  head: side("change", HEAD, repo),
  base: side("main", "b".repeat(40), repository("o/r")),
});
const run = (over: object = {}) => ({
  id: 9,
  event: "pull_request",
  head_sha: HEAD,
  head_branch: "change",
  head_repository: repository("x/r"),
  pull_requests: [],
  ...over,
});
const on = (eventName: string, payload: object, more: Partial<WorkflowEvent> = {}) => ({
  eventName,
  payload: { repository: repository("o/r"), ...payload } as EventPayload,
  sha: MERGE,
  ref: "refs/heads/main",
  repo: { owner: "o", repo: "r" },
  ...more,
});
const branch = { ref: "refs/heads/feature/x", sha: HEAD };
const ofBranch = { sha: HEAD, repository: "o/r", branch: "feature/x" };

/** Event, which pull request, at which commit a check stands. */
const TABLE: [string, WorkflowEvent, unknown, string | null][] = [
  [
    "pull_request of a branch here",
    on("pull_request", { pull_request: pull(repository("o/r")) }, { ref: "refs/pull/7/merge" }),
    { kind: "found", number: 7, fork: false },
    HEAD,
  ],
  [
    "pull_request of a fork",
    on("pull_request", { pull_request: pull(repository("x/r")) }),
    { kind: "found", number: 7, fork: true },
    HEAD,
  ],
  [
    "pull_request of a fork that was deleted",
    on("pull_request", { pull_request: pull(null) }),
    { kind: "found", number: 7, fork: true },
    HEAD,
  ],
  [
    "pull_request_target",
    on("pull_request_target", { pull_request: pull(repository("x/r")) }),
    { kind: "found", number: 7, fork: true },
    HEAD,
  ],
  [
    "pull_request_review",
    on("pull_request_review", { review: {}, pull_request: pull(repository("o/r")) }),
    { kind: "found", number: 7, fork: false },
    HEAD,
  ],
  [
    "merge_group",
    on("merge_group", {
      merge_group: { head_sha: HEAD, head_ref: "refs/heads/gh-readonly-queue/main/pr-7" },
    }),
    { kind: "none", reason: 'the event "merge_group" belongs to no pull request' },
    HEAD,
  ],
  [
    "schedule",
    on("schedule", { schedule: "0 3 * * *" }),
    { kind: "none", reason: 'the event "schedule" belongs to no pull request' },
    MERGE,
  ],
  [
    "workflow_dispatch on a branch",
    on("workflow_dispatch", { inputs: {}, ref: "refs/heads/feature/x" }, branch),
    { kind: "look-up", head: ofBranch },
    HEAD,
  ],
  [
    "push to a branch",
    on("push", { ref: "refs/heads/feature/x", after: HEAD }, branch),
    { kind: "look-up", head: ofBranch },
    HEAD,
  ],
  [
    "push of a tag",
    on("push", { ref: "refs/tags/v1", after: HEAD }, { ref: "refs/tags/v1", sha: HEAD }),
    { kind: "none", reason: 'the event "push" belongs to no pull request' },
    HEAD,
  ],
  [
    "issue_comment on a pull request",
    on("issue_comment", { comment: {}, issue: { number: 9, pull_request: { url: "u" } } }),
    { kind: "found", number: 9, fork: false },
    null,
  ],
  [
    "issue_comment on an issue",
    on("issue_comment", { comment: {}, issue: { number: 9 } }),
    { kind: "none", reason: 'the event "issue_comment" belongs to no pull request' },
    MERGE,
  ],
  [
    "workflow_run after a fork's run",
    on("workflow_run", { action: "completed", workflow_run: run() }),
    { kind: "look-up", head: { sha: HEAD, repository: "x/r", branch: "change" } },
    HEAD,
  ],
  [
    "workflow_run whose head's repository is gone",
    on("workflow_run", { workflow_run: run({ head_repository: null }) }),
    { kind: "look-up", head: { sha: HEAD, repository: null, branch: "change" } },
    HEAD,
  ],
  [
    "workflow_run without a head",
    on("workflow_run", { workflow_run: {} }),
    { kind: "none", reason: 'the event "workflow_run" belongs to no pull request' },
    null,
  ],
];

for (const [name, event, expected, commit] of TABLE) {
  test(name, () => {
    assert.deepEqual(pullRequestOf(event), expected);
    assert.equal(headCommitOf(event), commit);
  });
}
