import assert from "node:assert/strict";
import { test } from "node:test";
import { InputError } from "./error.ts";
import { headOrigin, refuseStrangers } from "./strangers.ts";

const repo = (name: string) => ({ repo: { full_name: name } });
const pull = (head: unknown, base: unknown = repo("o/r")) => ({
  pull_request: { number: 1, head, base },
});

/** Event, payload, and whose code it carries. */
const CASES: [string, string, unknown, string][] = [
  ["a branch of the same repository", "pull_request", pull(repo("o/r")), "own"],
  ["the same name in another case", "pull_request", pull(repo("O/R")), "own"],
  ["a fork", "pull_request", pull(repo("evil/r")), "stranger"],
  ["a fork that was deleted", "pull_request", pull({ repo: null }), "stranger"],
  ["a head without anything", "pull_request", pull(undefined), "stranger"],
  ["a base that is missing", "pull_request", pull(repo("o/r"), {}), "unknown"],
  ["pull_request_target", "pull_request_target", pull(repo("evil/r")), "stranger"],
  ["a review", "pull_request_review", pull(repo("evil/r")), "stranger"],
  ["a comment in a review", "pull_request_review_comment", pull(repo("o/r")), "own"],
  ["a payload that is missing", "pull_request", undefined, "unknown"],
  ["a payload that is torn", "workflow_run", {}, "unknown"],
  [
    "a run that followed a fork's",
    "workflow_run",
    {
      workflow_run: { head_repository: { full_name: "evil/r" }, repository: { full_name: "o/r" } },
    },
    "stranger",
  ],
  [
    "a run that followed a deleted fork's",
    "workflow_run",
    { workflow_run: { head_repository: null }, repository: { full_name: "o/r" } },
    "stranger",
  ],
  [
    "a run that followed one of our own",
    "workflow_run",
    { workflow_run: { head_repository: { full_name: "o/r" } }, repository: { full_name: "o/r" } },
    "own",
  ],
  ["a comment on a pull request", "issue_comment", { issue: { pull_request: {} } }, "unknown"],
  ["a comment on an issue", "issue_comment", { issue: { number: 3 } }, "own"],
  ["checks of a fork's commit", "check_suite", { check_suite: { head_branch: null } }, "unknown"],
  ["checks of a branch", "check_run", { check_run: { check_suite: { head_branch: "x" } } }, "own"],
  ["the merge queue", "merge_group", { merge_group: { head_sha: "0" } }, "own"],
  ["a push", "push", { ref: "refs/heads/main" }, "own"],
  ["by hand", "workflow_dispatch", { inputs: {} }, "own"],
];

for (const [name, event, payload, expected] of CASES) {
  test(`${name}: ${expected}`, () => {
    assert.equal(headOrigin(event, payload).kind, expected);
    const run = { runner: "self-hosted", event, payload };
    if (expected === "own") refuseStrangers(run, false);
    else assert.throws(() => refuseStrangers(run, false), InputError);
    refuseStrangers({ ...run, runner: "github-hosted" }, false);
    refuseStrangers(run, true);
  });
}

test("the error names both repositories, and what mends it", () => {
  const run = { runner: "self-hosted", event: "pull_request", payload: pull(repo("evil/r")) };
  assert.throws(
    () => refuseStrangers(run, false),
    (error: InputError) => {
      assert.match(error.message, /^allow-fork-code: got "false"/);
      assert.match(error.message, /the pull request's head is evil\/r's, not o\/r's/);
      assert.match(error.message, /Nothing was started.*docs\/security\.md.*allow-fork-code: true/);
      return true;
    },
  );
});

test("a runner that doesn't say what it is counts as self-hosted", () => {
  const run = { event: "pull_request", payload: pull(repo("evil/r")) };
  for (const runner of [undefined, "", "Self-Hosted", "github-hosted "]) {
    assert.throws(() => refuseStrangers({ ...run, runner }, false), InputError);
  }
});
