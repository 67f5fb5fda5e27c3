import assert from "node:assert/strict";
import { test } from "node:test";
import { pullRequestOf } from "./pull-request.ts";

const repo = (full_name: string) => ({ repo: { full_name } });

test("the pull request of its own event, and whether it comes from a fork", () => {
  const own = { pull_request: { number: 7, head: repo("o/r"), base: repo("o/r") } };
  assert.deepEqual(pullRequestOf(own, "pull_request"), { kind: "found", number: 7, fork: false });
  const fork = { pull_request: { number: 7, head: repo("x/r"), base: repo("o/r") } };
  assert.deepEqual(pullRequestOf(fork, "pull_request"), { kind: "found", number: 7, fork: true });
  const deleted = { pull_request: { number: 7, head: { repo: null }, base: repo("o/r") } };
  assert.deepEqual(pullRequestOf(deleted, "pull_request"), {
    kind: "found",
    number: 7,
    fork: true,
  });
});

test("a comment on a pull request counts, one on an issue doesn't", () => {
  const onPull = { issue: { number: 9, pull_request: { url: "u" } } };
  assert.deepEqual(pullRequestOf(onPull, "issue_comment"), {
    kind: "found",
    number: 9,
    fork: false,
  });
  assert.deepEqual(pullRequestOf({ issue: { number: 9 } }, "issue_comment"), {
    kind: "none",
    reason: 'the event "issue_comment" belongs to no pull request',
  });
});

test("other events have none", () => {
  assert.equal(pullRequestOf({}, "workflow_dispatch").kind, "none");
});
