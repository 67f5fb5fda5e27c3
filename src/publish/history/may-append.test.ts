import assert from "node:assert/strict";
import { test } from "node:test";
import { commitOf, whyNotAppended } from "./may-append.ts";

const payload = { repository: { default_branch: "trunk" } };
const why = (event: string, ref: string, of: unknown = payload) =>
  whyNotAppended({ event, ref, payload: of });

test("push, schedule and workflow_dispatch on the default branch add", () => {
  assert.equal(why("push", "refs/heads/trunk"), null);
  assert.equal(why("workflow_dispatch", "refs/heads/trunk"), null);
  assert.equal(why("schedule", "refs/heads/trunk"), null);
  assert.equal(why("schedule", "refs/heads/trunk", {}), null);
});

test("all else reads: pull requests, other branches, tags, and what can't be told", () => {
  assert.match(why("pull_request", "refs/pull/7/merge") ?? "", /"pull_request" only reads/);
  // Its ref is the default branch, its code need not be.
  assert.match(why("pull_request_target", "refs/heads/trunk") ?? "", /only reads/);
  assert.match(why("workflow_run", "refs/heads/trunk") ?? "", /only reads/);
  assert.match(why("issue_comment", "refs/heads/trunk") ?? "", /only reads/);
  assert.match(why("push", "refs/heads/main") ?? "", /refs\/heads\/main only reads.*trunk/);
  assert.match(why("push", "refs/tags/trunk") ?? "", /only reads/);
  assert.match(why("push", "refs/heads/trunk", null) ?? "", /doesn't say/);
  assert.match(why("", "") ?? "", /unknown event/);
});

test("a pull request's commit is its head", () => {
  const head = { sha: "a".repeat(40) };
  assert.equal(commitOf({ pull_request: { head } }, "b".repeat(40)), head.sha);
  assert.equal(commitOf({}, "b".repeat(40)), "b".repeat(40));
  assert.equal(commitOf(null, "no commit"), null);
  assert.equal(commitOf(null, undefined), null);
});
