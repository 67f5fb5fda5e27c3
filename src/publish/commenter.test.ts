import assert from "node:assert/strict";
import { test } from "node:test";
import { getOctokit } from "@actions/github";
import { pullOf } from "../testing/github/pulls-api.ts";
import { githubServers } from "../testing/github/serve.ts";
import type { GithubServer, GithubServerOptions } from "../testing/github/server.ts";
import { type CommenterSetting, commenter } from "./commenter.ts";
import type { Written } from "./written.ts";

const serve = githubServers();

const SHA = "a".repeat(40);
const OTHER = "e".repeat(40);
const push = { eventName: "push", payload: {}, sha: SHA, ref: "refs/heads/change" };
const run = (repo: string) => ({
  eventName: "workflow_run",
  payload: {
    workflow_run: { head_sha: SHA, head_branch: "change", head_repository: { full_name: repo } },
  },
});

async function comment(
  options: GithubServerOptions,
  context: Omit<CommenterSetting["context"], "repo">,
): Promise<{ server: GithubServer; end: Written }> {
  const server = await serve(options);
  const post = commenter({
    context: { ...context, repo: { owner: "o", repo: "r" } },
    getOctokit: (token) => getOctokit(token, { baseUrl: server.url }),
    token: "ghs_0123456789",
    commentId: "default",
    signal: new AbortController().signal,
    limits: { sleep: async () => undefined },
  });
  assert.ok(typeof post !== "string");
  return { server, end: await post(() => "body") };
}

test("a push, or a run by hand: on the open pull request whose head is this commit", async () => {
  for (const eventName of ["push", "workflow_dispatch"]) {
    const pulls = [pullOf(4, {}, { state: "closed" }), pullOf(7, {}), pullOf(8, { ref: "other" })];
    const { server, end } = await comment({ pulls }, { ...push, eventName });
    assert.equal(end.kind, "created");
    assert.equal(server.comments()[0]?.issue, 7);
  }
});

test("a push without one: nobody to tell, and no more than two requests", async () => {
  const { server, end } = await comment({}, push);
  assert.deepEqual(end, {
    kind: "skipped",
    reason: "no open pull request has the commit aaaaaaaaaa as its head",
    because: "nobody",
  });
  assert.equal(server.requests.length, 2);
});

test("a token that can't see pull requests: nobody to tell, with the reason", async () => {
  const rules = [{ status: 403, message: "Resource not accessible by integration" }];
  const { end } = await comment({ pulls: [pullOf(7, {})], rules }, push);
  assert.ok(end.kind === "skipped" && end.because === "nobody");
  assert.match(end.reason, /pull-requests: write/);
});

test("schedule and merge_group: not even asked", async () => {
  for (const eventName of ["schedule", "merge_group"]) {
    const { server, end } = await comment({ pulls: [pullOf(7, {})] }, { ...push, eventName });
    assert.ok(end.kind === "skipped" && end.because === "nobody");
    assert.equal(server.requests.length, 0);
  }
});

test("a run that follows a fork's: that fork's pull request, not one of the same branch elsewhere", async () => {
  const pulls = [pullOf(7, {}), pullOf(8, { repo: "x/r" }), pullOf(9, { repo: "x/other" })];
  const { server, end } = await comment({ pulls, maxPerPage: 1 }, run("X/r"));
  assert.equal(end.kind, "created");
  assert.equal(server.comments()[0]?.issue, 8);
});

test("somebody's commit, pushed once more to a fork without a pull request: no comment on theirs", async () => {
  const { server, end } = await comment({ pulls: [pullOf(7, {})] }, run("mallory/r"));
  assert.ok(end.kind === "skipped" && end.because === "nobody");
  assert.deepEqual(server.comments(), []);
});

test("a run that names no branch: found by the commit", async () => {
  const of = { head_sha: SHA, head_branch: null, head_repository: { full_name: "x/r" } };
  const pulls = [pullOf(7, { repo: "x/r" })];
  const context = { eventName: "workflow_run", payload: { workflow_run: of } };
  assert.equal((await comment({ pulls }, context)).end.kind, "created");
});

test("two pull requests of one branch, one that has moved on, a closed one: no comment, and why", async () => {
  const fork = { repo: "x/r" };
  const release = { base: { ref: "release", sha: OTHER, repo: "o/r" } };
  const reason = async (...pulls: ReturnType<typeof pullOf>[]) => {
    const { end } = await comment({ pulls }, run("x/r"));
    return end.kind === "skipped" ? end.reason : "";
  };
  assert.match(await reason(pullOf(7, fork), pullOf(8, fork, release)), /^several .*#7, #8/);
  assert.match(
    await reason(pullOf(7, { ...fork, sha: OTHER })),
    /#7\) has moved on from aaaaaaaaaa/,
  );
  assert.match(await reason(pullOf(7, fork, { state: "closed" })), /^no open pull request/);
  const elsewhere = { base: { ref: "main", sha: OTHER, repo: "x/r" } };
  assert.match(await reason(pullOf(7, fork, elsewhere)), /^no open pull request/);
});

const ofPull = (sha: string, eventName = "pull_request") => ({
  eventName,
  payload: { pull_request: { number: 7, head: { sha } } },
});

test("two commits of a pull request, the older one's job ends last: the newer comment stays", async () => {
  const pull = pullOf(7, { sha: OTHER });
  const server = await serve({ pulls: [pull] });
  const post = (sha: string, text: string, eventName?: string) => {
    const end = commenter({
      context: { ...ofPull(sha, eventName), repo: { owner: "o", repo: "r" } },
      getOctokit: (token) => getOctokit(token, { baseUrl: server.url }),
      token: "ghs_0123456789",
      commentId: "default",
      signal: new AbortController().signal,
      limits: { sleep: async () => undefined },
    });
    assert.ok(typeof end !== "string");
    return end(() => text);
  };
  const bodies = () => server.comments().map(({ body }) => body.split("\n").at(-1));
  assert.equal((await post(OTHER, "newer")).kind, "created");
  for (const event of ["pull_request", "pull_request_target"]) {
    assert.deepEqual(await post(SHA, "older", event), {
      kind: "skipped",
      reason:
        "the pull request has moved on from aaaaaaaaaa to eeeeeeeeee: the run of its newer commit tells",
      because: "moved",
    });
  }
  assert.deepEqual(bodies(), ["newer"]);
  assert.equal((await post(OTHER, "the newer one, run again")).kind, "updated");
  assert.deepEqual(bodies(), ["the newer one, run again"]);
});

test("a push comes between the look for the comment and the write: not written", async () => {
  const pull = pullOf(7, {});
  const comments = [
    { body: "<!-- inferrs-bench:default -->\nx", user: { login: "b[bot]", type: "Bot" } },
  ];
  const server = await serve({ pulls: [pull], comments });
  const end = commenter({
    context: { ...ofPull(SHA), repo: { owner: "o", repo: "r" } },
    getOctokit: (token) => getOctokit(token, { baseUrl: server.url }),
    token: "ghs_0123456789",
    commentId: "default",
    signal: new AbortController().signal,
    limits: { sleep: async () => undefined },
  });
  assert.ok(typeof end !== "string");
  const asked = setInterval(() => {
    if (server.requests.some(({ path }) => path.includes("/comments"))) pull.head.sha = OTHER;
  }, 0);
  const { kind } = await end(() => "body");
  clearInterval(asked);
  assert.equal(kind, "skipped");
  assert.ok(server.requests.every(({ method }) => method === "GET"));
});

test("a token that may not read the pull request, or an answer without it: written as ever", async () => {
  for (const status of [403, 404]) {
    const rules = [
      { path: "/pulls/7$", status, message: "Resource not accessible by integration" },
    ];
    const { end } = await comment({ pulls: [pullOf(7, { sha: OTHER })], rules }, ofPull(SHA));
    assert.equal(end.kind, "created");
  }
});
