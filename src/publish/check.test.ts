import assert from "node:assert/strict";
import { test } from "node:test";
import { getOctokit } from "@actions/github";
import { githubServers } from "../testing/github/serve.ts";
import type { GithubServer } from "../testing/github/server.ts";
import { type CheckRequest, neutralCheck } from "./check.ts";
import { checker } from "./checker.ts";
import type { Written } from "./written.ts";

const serve = githubServers();

/** Waits are not waited. */
function check(server: GithubServer, over: Partial<CheckRequest> = {}): Promise<Written> {
  return neutralCheck({
    octokit: getOctokit("ghs_0123456789", { baseUrl: server.url }),
    owner: "o",
    repo: "r",
    sha: "c0ffee",
    fork: false,
    id: "default",
    title: "Inconclusive: can't tell",
    summary: "### Inconclusive",
    ...over,
    limits: { sleep: async () => undefined, nowMs: () => 1_000_000, ...over.limits },
  });
}

const writes = (server: GithubServer): string[] =>
  server.requests.filter(({ method }) => method !== "GET").map(({ method }) => method);

test("a completed, neutral check at the commit; a second attempt updates it", async () => {
  const server = await serve();
  assert.equal((await check(server)).kind, "created");
  const [made] = server.checks();
  assert.equal(made?.conclusion, "neutral");
  assert.equal(made?.status, "completed");
  assert.equal(made?.head_sha, "c0ffee");
  assert.equal(made?.name, "inferrs-bench");
  assert.equal((await check(server, { title: "Still" })).kind, "updated");
  assert.deepEqual(
    server.checks().map(({ output }) => output.title),
    ["Still"],
  );
});

test("what is decided in a later attempt is said where the earlier one couldn't tell", async () => {
  const server = await serve();
  assert.equal((await check(server, { onlyUpdate: true })).kind, "skipped");
  assert.deepEqual(writes(server), []);
  await check(server);
  const end = await check(server, { onlyUpdate: true, title: "No regression" });
  assert.equal(end.kind, "updated");
  assert.deepEqual(
    server.checks().map(({ output }) => output.title),
    ["No regression"],
  );
});

test("checks of other jobs, commits and programs are left alone", async () => {
  const server = await serve();
  await check(server);
  await check(server, { id: "cuda" });
  await check(server, { sha: "beef" });
  assert.deepEqual(
    server.checks().map(({ name, head_sha, revision }) => [name, head_sha, revision]),
    [
      ["inferrs-bench", "c0ffee", 1],
      ["inferrs-bench (cuda)", "c0ffee", 1],
      ["inferrs-bench", "beef", 1],
    ],
  );
});

test("without the permission: skipped with what to give the job, and not tried twice", async () => {
  const message = "Resource not accessible by integration";
  const server = await serve({ rules: [{ path: "check-runs", status: 403, message, times: 9 }] });
  const end = await check(server);
  assert.equal(end.kind, "skipped");
  assert.match(end.kind === "skipped" ? end.reason : "", /permissions: checks: write/);
  assert.equal(server.requests.length, 1);
  const forked = await check(server, { fork: true });
  assert.match(forked.kind === "skipped" ? forked.reason : "", /from a fork/);
});

test("an answer that was lost on its way doubles nothing", async () => {
  const rule = { method: "POST", status: 502, times: 1, afterEffect: true };
  const server = await serve({ rules: [rule] });
  assert.equal((await check(server)).kind, "updated");
  assert.deepEqual(writes(server), ["POST", "PATCH"]);
  assert.equal(server.checks().length, 1);
});

test("of a pull request its head's commit, not the merge's; of a push the push's", async () => {
  const server = await serve();
  const at = (payload: object) =>
    checker({
      context: {
        payload,
        eventName: "pull_request",
        repo: { owner: "o", repo: "r" },
        sha: "merge",
      },
      getOctokit: (token) => getOctokit(token, { baseUrl: server.url }),
      token: "ghs_0123456789",
      id: "default",
      signal: new AbortController().signal,
    });
  const text = { title: "t", summary: "s" };
  for (const payload of [{ pull_request: { number: 7, head: { sha: "head" } } }, {}]) {
    const write = at(payload);
    assert.ok(typeof write !== "string");
    assert.equal((await write(text)).kind, "created");
  }
  assert.deepEqual(
    server.checks().map((made) => made.head_sha),
    ["head", "merge"],
  );
});

test("no token, or an interrupted run: no request at all", async () => {
  const server = await serve();
  const setting = {
    context: { payload: {}, eventName: "push", repo: { owner: "o", repo: "r" }, sha: "c0ffee" },
    getOctokit: (token: string) => getOctokit(token, { baseUrl: server.url }),
    token: "ghs_0123456789",
    id: "default",
    signal: AbortSignal.abort(),
  };
  assert.match(String(checker({ ...setting, token: "" })), /github-token is empty/);
  const write = checker(setting);
  assert.ok(typeof write !== "string");
  assert.equal((await write({ title: "t", summary: "s" })).kind, "skipped");
  assert.equal(server.requests.length, 0);
});
