import assert from "node:assert/strict";
import { test } from "node:test";
import { getOctokit } from "@actions/github";
import { decodeLines } from "../../analyze/history/line.ts";
import { historyReport } from "../../analyze/history/report.ts";
import { githubServers } from "../../testing/github/serve.ts";
import type { GithubServer } from "../../testing/github/server.ts";
import { dayOf, runOf } from "../../testing/history.ts";
import { type BranchHistorySetting, keepInBranch } from "./in-branch.ts";

const serve = githubServers();

const BRANCH = "inferrs-bench-history";
const CONTEXT = {
  payload: { repository: { default_branch: "main", name: "r", owner: { login: "o" } } },
  sha: "a".repeat(40),
  repo: { owner: "o", repo: "r" },
};
const PUSH = { eventName: "push", ref: "refs/heads/main" };
const PULL = { eventName: "pull_request", ref: "refs/pull/7/merge" };

function keepOn(
  server: GithubServer,
  event: { eventName: string; ref: string },
  day: number,
  turnMs = 1000,
  over: Partial<BranchHistorySetting> = {},
) {
  return keepInBranch(
    { ...runOf(turnMs * (1 + 0.01 * Math.sin(day * 2.4))), startedAt: dayOf(day) },
    {
      context: { ...CONTEXT, ...event },
      getOctokit: (token) => getOctokit(token, { baseUrl: server.url }),
      token: "ghs_0123456789",
      branch: BRANCH,
      keep: { nowMs: Date.parse(dayOf(60)), days: 365 },
      signal: new AbortController().signal,
      limits: { sleep: async () => undefined },
      ...over,
    },
  );
}

const kept = (server: GithubServer) =>
  [...server.git.read(BRANCH).values()].flatMap((text) => decodeLines(text).lines);

test("ten pushes to the default branch, then a pull request that is slower: advice, nothing written", async () => {
  const server = await serve();
  for (let day = 0; day < 10; day++) {
    const { warnings, kept: told } = await keepOn(server, PUSH, day);
    assert.deepEqual(warnings, []);
    assert.deepEqual(told.kept, [`Added to the branch ${BRANCH}.`]);
  }
  assert.equal(kept(server).length, 10);
  const before = server.requests.length;
  const { kept: told, warnings } = await keepOn(server, PULL, 20, 1300);
  assert.deepEqual(warnings, []);
  assert.ok(server.requests.slice(before).every(({ method }) => method === "GET"));
  const { comparison } = historyReport(told);
  assert.deepEqual(
    comparison?.metrics.map(({ outside }) => outside),
    ["worse", null, "worse"],
  );
  assert.match(comparison?.words[0] ?? "", /^Worse than earlier runs foretell: agent-turn TTFT/);
  assert.match(told.kept.join(), /^Not added: a run on "pull_request" only reads/);
});

test("without permission to write the run is compared all the same, and a warning says what is missing", async () => {
  const server = await serve();
  server.rule({ method: "POST", status: 403, message: "Resource not accessible by integration" });
  const { kept: told, warnings } = await keepOn(server, PUSH, 1);
  assert.deepEqual(told.lines, []);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", /permissions: contents: write/);
});

test("what can't be read is no first run: nothing is compared", async () => {
  const server = await serve();
  server.rule({ status: 403, message: "Resource not accessible by integration" });
  const { kept: told, warnings } = await keepOn(server, PULL, 1);
  assert.equal(historyReport(told).comparison, null);
  assert.match(warnings[0] ?? "", /could not be read.*contents: read/);
  const none = await keepOn(server, PULL, 1, 1000, { token: "" });
  assert.match(none.warnings[0] ?? "", /github-token is empty/);
});

test("the default branch is never written to", async () => {
  const server = await serve();
  const { warnings } = await keepOn(server, PUSH, 1, 1000, { branch: "main" });
  assert.match(warnings[0] ?? "", /it is the default branch/);
  assert.deepEqual(server.requests, []);
});

test("an interrupted run is not kept", async () => {
  const server = await serve();
  const run = { ...runOf(1000), status: "interrupted" as const, startedAt: dayOf(1) };
  const { kept: told } = await keepInBranch(run, {
    context: { ...CONTEXT, ...PUSH },
    getOctokit: (token) => getOctokit(token, { baseUrl: server.url }),
    token: "ghs_0123456789",
    branch: BRANCH,
    keep: { nowMs: Date.parse(dayOf(60)), days: 365 },
    signal: new AbortController().signal,
  });
  assert.match(told.kept.join(), /Not added to the history: the run was interrupted/);
  assert.equal(kept(server).length, 0);
});
