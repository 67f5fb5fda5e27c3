import assert from "node:assert/strict";
import { test } from "node:test";
import { getOctokit } from "@actions/github";
import { decodeLines, encodeLine, type HistoryLine } from "../../analyze/history/line.ts";
import { githubServers } from "../../testing/github/serve.ts";
import { type GithubServer, startGithubServer } from "../../testing/github/server.ts";
import { dayOf, lineOf, linesOf } from "../../testing/history.ts";
import { appendToBranch, type BranchRequest, readBranch } from "./branch.ts";
import { BRANCH_FOLDER } from "./branch-api.ts";
import { fileOf } from "./layout.ts";

const serve = githubServers();

const BRANCH = "bench/history";
const requestTo = (server: GithubServer, over: Partial<BranchRequest> = {}): BranchRequest => ({
  octokit: getOctokit("ghs_0123456789", { baseUrl: server.url }),
  owner: "o",
  repo: "r",
  branch: BRANCH,
  keep: { nowMs: Date.parse(dayOf(60)), days: 365 },
  ...over,
  // Waiting for GitHub's troubles is only recorded.
  limits: { sleep: async () => undefined, ...over.limits },
});

function linesIn(server: GithubServer): HistoryLine[] {
  return [...server.git.read(BRANCH)].flatMap(([, text]) => decodeLines(text).lines);
}
const ids = (lines: readonly HistoryLine[]) => lines.map(({ id }) => id).sort();
const updates = (server: GithubServer) =>
  server.requests.filter(({ method }) => method === "PATCH").map(({ body }) => body);

test("a branch that isn't there is empty, and made without parents by the first run", async () => {
  const server = await serve();
  const line = lineOf(1000, 1);
  const empty = await readBranch(requestTo(server), line.key);
  assert.deepEqual(empty, { kind: "read", lines: [], skipped: 0 });
  assert.deepEqual(await appendToBranch(requestTo(server), line), { kind: "appended", tries: 1 });
  const [commit, ...older] = server.git.log(BRANCH);
  assert.deepEqual([commit?.parents, older], [[], []]);
  assert.match(commit?.message ?? "", /\[skip ci\]$/);
  assert.deepEqual([...server.git.read(BRANCH).keys()], [`${BRANCH_FOLDER}/${fileOf(line)}`]);
  const read = await readBranch(requestTo(server), line.key);
  assert.deepEqual(read, { kind: "read", lines: [line], skipped: 0 });
});

test("further runs are commits on top, never forced, and touch one file each", async () => {
  const server = await serve();
  const lines = linesOf(3);
  for (const line of lines) await appendToBranch(requestTo(server), line);
  assert.deepEqual(linesIn(server), lines);
  assert.equal(server.git.log(BRANCH).length, 3);
  assert.ok(updates(server).every((body) => (body as { force: boolean }).force === false));
  assert.equal(server.requests.filter(({ path }) => /\/git\/blobs$/.test(path)).length, 3);
});

test("the same run twice is one line", async () => {
  const server = await serve();
  const line = lineOf(1000, 1);
  await appendToBranch(requestTo(server), line);
  assert.deepEqual(await appendToBranch(requestTo(server), line), { kind: "there", tries: 1 });
  assert.equal(server.git.log(BRANCH).length, 1);
});

test("an answer that was lost doesn't add the line twice", async () => {
  const server = await serve();
  await appendToBranch(requestTo(server), lineOf(1000, 1));
  server.rule({ method: "PATCH", status: 502, times: 1, afterEffect: true });
  const line = lineOf(1000, 2);
  assert.deepEqual(await appendToBranch(requestTo(server), line), { kind: "there", tries: 2 });
  assert.equal(linesIn(server).length, 2);
  assert.equal(server.git.log(BRANCH).length, 2);
});

test("two writers at once: who comes second reads again and adds to what the first wrote", async () => {
  const server = await serve();
  await appendToBranch(requestTo(server), lineOf(1000, 1));
  // Both have read the tip before either moves it: each update waits a while.
  server.rule({ method: "POST", path: "/git/commits$", status: null, delayMs: 40 });
  const [one, two] = [lineOf(1000, 2), lineOf(1000, 3)];
  const ends = await Promise.all([
    appendToBranch(requestTo(server), one),
    appendToBranch(requestTo(server), two),
  ]);
  assert.deepEqual(
    ends.map(({ kind }) => kind),
    ["appended", "appended"],
  );
  assert.deepEqual(ids(linesIn(server)), ids([lineOf(1000, 1), one, two]));
  const commits = server.git.log(BRANCH);
  assert.deepEqual(
    commits.map(({ parents }) => parents.length),
    [1, 1, 0],
  );
  const tries = ends.map((end) => (end.kind === "refused" ? 0 : end.tries));
  assert.deepEqual(tries.sort(), [1, 2]);
});

test("two runs that both find no branch: one makes it, the other adds", async () => {
  const server = await serve();
  server.rule({ method: "POST", path: "/git/commits$", status: null, delayMs: 40 });
  const lines = [lineOf(1000, 2), lineOf(1000, 3)];
  await Promise.all(lines.map((line) => appendToBranch(requestTo(server), line)));
  assert.deepEqual(ids(linesIn(server)), ids(lines));
});

test("twelve writers at once: every line is there, whatever the order", async () => {
  const server = await serve();
  const lines = linesOf(12);
  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms / 20));
  const ends = await Promise.all(
    lines.map((line) => appendToBranch(requestTo(server, { limits: { sleep } }), line)),
  );
  assert.ok(ends.every(({ kind }) => kind === "appended"));
  assert.deepEqual(ids(linesIn(server)), ids(lines));
  assert.equal(server.git.log(BRANCH).length, 12);
});

test("a race that doesn't end is given up, with GitHub's words", async () => {
  const server = await serve();
  await appendToBranch(requestTo(server), lineOf(1000, 1));
  server.rule({ method: "PATCH", status: 422, message: "Update is not a fast forward" });
  const end = await appendToBranch(requestTo(server, { limits: { attempts: 3 } }), lineOf(1000, 2));
  assert.deepEqual(end, {
    kind: "refused",
    reason: "the branch was not changed (GitHub says 422: Update is not a fast forward)",
  });
  assert.equal(updates(server).length, 3);
});

test("a branch that is removed meanwhile is made anew", async () => {
  const server = await serve();
  await appendToBranch(requestTo(server), lineOf(1000, 1));
  server.rule({ method: "POST", path: "/git/commits$", status: null, delayMs: 60, times: 1 });
  const pending = appendToBranch(requestTo(server), lineOf(1000, 2));
  setTimeout(() => server.git.refs.delete(`refs/heads/${BRANCH}`), 20);
  assert.equal((await pending).kind, "appended");
  assert.ok(linesIn(server).some(({ at }) => at === dayOf(2)));
});

test("no permission: one try, and which permission is missing", async () => {
  const message = "Resource not accessible by integration";
  const server = await serve({ rules: [{ method: "POST", status: 403, message }] });
  const end = await appendToBranch(requestTo(server), lineOf(1000, 1));
  assert.deepEqual(end, {
    kind: "refused",
    reason: `the token may not write the repository's contents; give the job "permissions: contents: write" (GitHub says 403: ${message})`,
  });
  server.rule({ status: 403, message });
  const read = await readBranch(requestTo(server), null);
  assert.match(read.kind === "refused" ? read.reason : "", /"permissions: contents: read"/);
});

test("a rule of the repository that forbids the change is told, not tried again and again", async () => {
  const server = await serve();
  await appendToBranch(requestTo(server), lineOf(1000, 1));
  server.rule({ method: "PATCH", status: 422, message: "Repository rule violations found" });
  const end = await appendToBranch(requestTo(server), lineOf(1000, 2));
  assert.match(end.kind === "refused" ? end.reason : "", /Repository rule violations found/);
  assert.equal(updates(server).length, 1);
});

test("troubles of GitHub and rate limits are waited for, as with the comment", async () => {
  const server = await serve();
  const waits: number[] = [];
  const sleep = async (ms: number) => {
    waits.push(ms);
  };
  server.rule(
    { path: "/git/ref/", status: 502, times: 1 },
    { path: "/git/ref/", status: 429, times: 1, headers: { "retry-after": "3" } },
  );
  const end = await appendToBranch(requestTo(server, { limits: { sleep } }), lineOf(1000, 1));
  assert.deepEqual(end, { kind: "appended", tries: 3 });
  assert.deepEqual(waits, [1000, 3000]);
});

test("an empty repository, and nobody at home: reasons", async () => {
  const server = await serve();
  server.git.refs.clear();
  const end = await appendToBranch(requestTo(server), lineOf(1000, 1));
  assert.match(end.kind === "refused" ? end.reason : "", /Git Repository is empty/);
  const gone = await startGithubServer();
  await gone.close();
  const lost = await readBranch(requestTo(gone), null);
  assert.match(lost.kind === "refused" ? lost.reason : "", /^GitHub could not be reached/);
});

test("in a branch that others use too, what is theirs stays", async () => {
  const server = await serve();
  const theirs = { "index.html": "<p>", "dev/bench/data.js": "window.BENCHMARK_DATA = {}" };
  server.git.write(BRANCH, theirs);
  await appendToBranch(requestTo(server), lineOf(1000, 1));
  const files = server.git.read(BRANCH);
  for (const [path, text] of Object.entries(theirs)) assert.equal(files.get(path), text);
  assert.equal(files.size, 3);
});

test("months that are too old go with the same commit", async () => {
  const server = await serve();
  await appendToBranch(requestTo(server), lineOf(1000, 1));
  const young = lineOf(1000, 50);
  const keep = { nowMs: Date.parse(dayOf(60)), days: 20 };
  await appendToBranch(requestTo(server, { keep }), young);
  assert.deepEqual(linesIn(server), [young]);
  assert.equal(server.git.log(BRANCH).length, 2);
});

test("files above 1 MB are read and pruned, and huge ones of others are let be", async () => {
  const server = await serve();
  const old = linesOf(20);
  const [first] = old;
  assert.ok(first !== undefined);
  const filler = (size: number) =>
    encodeLine({ ...first, id: "filler", about: { text: "x".repeat(size) } });
  const path = `${BRANCH_FOLDER}/${fileOf(first)}`;
  server.git.write(BRANCH, { [path]: [filler(1_500_000), ...old.map(encodeLine), ""].join("\n") });
  const read = await readBranch(requestTo(server), first.key);
  assert.equal(read.kind === "read" && read.lines.length, 21);
  await appendToBranch(requestTo(server), lineOf(1000, 25));
  const size = Buffer.byteLength(server.git.read(BRANCH).get(path) ?? "");
  assert.ok(size < 1_000_000);
  assert.equal(linesIn(server).length, 21);
  server.git.write(BRANCH, { [path]: filler(21_000_000) });
  const huge = await readBranch(requestTo(server), first.key);
  assert.deepEqual(huge, { kind: "read", lines: [], skipped: 0 });
});

test("an interrupted run doesn't wait for GitHub", async () => {
  const server = await serve({ rules: [{ status: null, delayMs: 60_000 }] });
  const interrupt = new AbortController();
  const pending = appendToBranch(requestTo(server, { signal: interrupt.signal }), lineOf(1000, 1));
  setTimeout(() => interrupt.abort("SIGINT"), 30);
  assert.deepEqual(await pending, { kind: "refused", reason: "the run was interrupted" });
});
