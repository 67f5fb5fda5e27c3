import assert from "node:assert/strict";
import { test } from "node:test";
import { getOctokit } from "@actions/github";
import { githubServers } from "../testing/github/serve.ts";
import { type GithubServer, startGithubServer } from "../testing/github/server.ts";
import { type CommentRequest, commentMarker, NOTHING_NEW, upsertComment } from "./comment.ts";
import type { Written } from "./written.ts";

const bot = { login: "github-actions[bot]", type: "Bot" };
const marker = commentMarker("default");
const serve = githubServers();

/** Waits are recorded instead of waited. */
async function comment(
  server: GithubServer,
  {
    body = "new",
    ...over
  }: Partial<Omit<CommentRequest, "body">> & { body?: string | CommentRequest["body"] } = {},
): Promise<{ end: Written; waits: number[] }> {
  const waits: number[] = [];
  const end = await upsertComment({
    octokit: getOctokit("ghs_0123456789", { baseUrl: server.url }),
    owner: "o",
    repo: "r",
    pullNumber: 7,
    fork: false,
    commentId: "default",
    body: typeof body === "string" ? () => body : body,
    ...over,
    limits: {
      sleep: async (ms) => {
        waits.push(ms);
      },
      nowMs: () => 1_000_000,
      ...over.limits,
    },
  });
  return { end, waits };
}

const writes = (server: GithubServer): string[] =>
  server.requests.filter(({ method }) => method !== "GET").map(({ method }) => method);

test("the first run creates the comment with the marker in front, the second updates it", async () => {
  const server = await serve();
  const first = await comment(server);
  assert.equal(first.end.kind, "created");
  assert.equal(server.comments()[0]?.body, `${marker}\nnew`);
  const second = await comment(server, { body: () => `${marker}\nnewer` });
  assert.equal(second.end.kind, "updated");
  assert.deepEqual(
    server.comments().map(({ body }) => body),
    [`${marker}\nnewer`],
  );
});

test("found on a later page", async () => {
  const others = Array.from({ length: 7 }, (_, n) => ({ body: `talk ${n}` }));
  const server = await serve({
    maxPerPage: 3,
    comments: [...others, { body: `${marker}\nold`, user: bot }],
  });
  assert.equal((await comment(server)).end.kind, "updated");
  assert.equal(server.comments().length, 8);
  const pages = server.requests.filter(({ path }) => path.includes("page="));
  assert.equal(pages.length, 3);
});

test("of two with the marker, the first is updated", async () => {
  const server = await serve({
    comments: [
      { body: `${marker}\none`, user: bot },
      { body: `${marker}\ntwo`, user: bot },
    ],
  });
  await comment(server);
  assert.deepEqual(
    server.comments().map(({ body }) => body),
    [`${marker}\nnew`, `${marker}\ntwo`],
  );
});

test("a person's comment with the marker, a quoted marker, and another id are not ours", async () => {
  const bodies = [
    { body: `${marker}\nfake`, user: { login: "mallory", type: "User" } },
    { body: `${marker}\nghost`, user: null },
    { body: `see ${marker}`, user: bot },
    { body: `${commentMarker("default2")}\nx`, user: bot },
  ];
  const server = await serve({ comments: bodies });
  assert.equal((await comment(server)).end.kind, "created");
  assert.equal(server.comments().length, 5);
});

test("a personal token's own login decides", async () => {
  const server = await serve({
    user: { login: "Alice", type: "User" },
    comments: [
      { body: `${marker}\nbot's`, user: bot },
      { body: `${marker}\nmine`, user: { login: "alice", type: "User" } },
    ],
  });
  assert.equal((await comment(server)).end.kind, "updated");
  assert.equal(server.comments()[1]?.body, `${marker}\nnew`);
});

test("no permission: skipped, with what to give the job; nothing is tried twice", async () => {
  const server = await serve({
    rules: [{ method: "POST", status: 403, message: "Resource not accessible by integration" }],
  });
  const { end } = await comment(server);
  assert.deepEqual(end, {
    kind: "skipped",
    reason:
      'the token may not comment; give the job "permissions: pull-requests: write" (GitHub says 403: Resource not accessible by integration)',
    because: "permission",
  });
  assert.deepEqual(writes(server), ["POST"]);
});

test("a fork's read-only token, an unseen repository, and a wrong token have their own reasons", async () => {
  const fork = await serve({ rules: [{ method: "POST", status: 403 }] });
  const reasons = [(await comment(fork, { fork: true })).end];
  const unseen = await serve({ rules: [{ path: "/issues/", status: 404, message: "Not Found" }] });
  reasons.push((await comment(unseen)).end);
  const refused = await serve({ rules: [{ status: 401, message: "Bad credentials" }] });
  reasons.push((await comment(refused)).end);
  assert.deepEqual(reasons, [
    {
      kind: "skipped",
      reason:
        "a pull request from a fork gets a token that can't write; a second workflow with command: publish posts its result (docs/forks.md) (GitHub says 403: as told)",
      because: "fork",
    },
    {
      kind: "skipped",
      reason: "the token can't see this pull request, or it is gone (GitHub says 404: Not Found)",
    },
    {
      kind: "skipped",
      reason:
        "the token was refused; check the input github-token (GitHub says 401: Bad credentials)",
      because: "permission",
    },
  ]);
});

test("server errors are tried again with growing waits", async () => {
  const server = await serve({ rules: [{ path: "/issues/", status: 502, times: 2 }] });
  const { end, waits } = await comment(server);
  assert.equal(end.kind, "created");
  assert.deepEqual(waits, [1000, 2000]);
});

test("and given up after four tries", async () => {
  const server = await serve({ rules: [{ path: "/issues/", status: 500 }] });
  const { end, waits } = await comment(server);
  assert.deepEqual(end, {
    kind: "skipped",
    reason: "GitHub is not well (GitHub says 500: as told)",
  });
  assert.deepEqual(waits, [1000, 2000, 4000]);
});

test("a created comment whose answer was lost is found again, not doubled", async () => {
  const server = await serve({
    rules: [{ method: "POST", status: 502, times: 1, afterEffect: true }],
  });
  const { end } = await comment(server);
  assert.equal(end.kind, "updated");
  assert.equal(server.comments().length, 1);
});

test("a secondary rate limit is waited for as long as GitHub says", async () => {
  const server = await serve({
    rules: [
      {
        method: "POST",
        status: 403,
        times: 1,
        message: "You have exceeded a secondary rate limit",
        headers: { "retry-after": "3" },
      },
    ],
  });
  const { end, waits } = await comment(server);
  assert.equal(end.kind, "created");
  assert.deepEqual(waits, [3000]);
});

test("a rate limit that resets too late is a reason", async () => {
  const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "4600" };
  const server = await serve({
    rules: [{ status: 403, message: "API rate limit exceeded", headers }],
  });
  const { end, waits } = await comment(server);
  assert.match(end.kind === "skipped" ? end.reason : "", /^GitHub's rate limit was reached/);
  assert.deepEqual(waits, []);
});

test("an answer that doesn't come is not waited for for ever", async () => {
  const server = await serve({ rules: [{ path: "/issues/", status: null, delayMs: 60_000 }] });
  const { end } = await comment(server, { limits: { requestMs: 50, attempts: 2 } });
  assert.match(end.kind === "skipped" ? end.reason : "", /^GitHub could not be reached/);
  assert.equal(server.comments().length, 0);
});

test("nobody listens: a reason", async () => {
  const server = await startGithubServer();
  await server.close();
  const { end } = await comment(server, { limits: { attempts: 2 } });
  assert.match(end.kind === "skipped" ? end.reason : "", /^GitHub could not be reached/);
});

test("an interrupted run doesn't wait for GitHub", async () => {
  const server = await serve({ rules: [{ path: "/issues/", status: null, delayMs: 60_000 }] });
  const interrupt = new AbortController();
  const pending = comment(server, { signal: interrupt.signal });
  setTimeout(() => interrupt.abort("SIGINT"), 50);
  assert.deepEqual((await pending).end, { kind: "skipped", reason: "the run was interrupted" });
});

test("a mistake in this program is an error, not an answer of GitHub", async () => {
  const server = await serve();
  const octokit = getOctokit("t", { baseUrl: server.url });
  octokit.hook.before("request", () => {
    throw new TypeError("mistake");
  });
  await assert.rejects(comment(server, { octokit }), TypeError);
});

test("two runs at once: afterwards there is one comment, of the run that came last", async () => {
  const server = await serve({ rules: [{ method: "POST", status: null, together: 2 }] });
  const ends = await Promise.all(["one", "two"].map((body) => comment(server, { body })));
  const [only, ...more] = server.comments();
  assert.deepEqual(more, []);
  assert.match(only?.body ?? "", /\n(one|two)$/);
  const kinds = ends.map(({ end }) => end.kind).sort();
  assert.deepEqual(kinds, ["created", "updated"]);
});

test("the same when the look after it fails at first, and when an answer was lost", async () => {
  for (const rule of [
    { method: "DELETE", status: 502, times: 1 },
    { method: "POST", status: null, together: 2, afterEffect: true },
  ]) {
    const server = await serve({
      rules: [rule, { method: "POST", status: null, together: 2, times: 2 }],
    });
    await Promise.all(["one", "two"].map((body) => comment(server, { body })));
    assert.equal(server.comments().length, 1);
  }
});

test("an older comment of another bot with the marker is not deleted", async () => {
  const server = await serve({
    rules: [{ method: "POST", status: 502, times: 1, afterEffect: true }],
    comments: [{ body: `${marker}\nmirror`, user: { login: "x[bot]", type: "User" } }],
  });
  await comment(server);
  assert.equal(server.comments().length, 2);
});

test("deleted between the look and the write: a new one", async () => {
  const server = await serve({
    comments: [{ body: `${marker}\nold`, user: bot }],
    rules: [{ method: "PATCH", status: 404, times: 1, message: "Not Found" }],
  });
  const pending = comment(server, {
    body: "new",
    goAhead: async () => {
      const [there] = server.comments();
      if (there !== undefined) server.deleteComment(there.id);
      return null;
    },
  });
  assert.equal((await pending).end.kind, "created");
  assert.deepEqual(
    server.comments().map(({ body }) => body),
    [`${marker}\nnew`],
  );
});

test("a reason not to write that is found last stops it", async () => {
  const server = await serve();
  const { end } = await comment(server, { goAhead: async () => "it has moved on" });
  assert.deepEqual(end, { kind: "skipped", reason: "it has moved on", because: "moved" });
  assert.deepEqual(writes(server), []);
});

test("a comment that was created counts, also when the look after it fails for good", async () => {
  const server = await serve();
  let looks = 0;
  const octokit = getOctokit("ghs_0123456789", { baseUrl: server.url });
  octokit.hook.before("request", ({ method, url }) => {
    if (method !== "GET" || !url.includes("comments")) return;
    looks += 1;
    if (looks > 1) server.rule({ method: "GET", path: "comments", status: 500 });
  });
  assert.equal((await comment(server, { octokit })).end.kind, "created");
  assert.equal(server.comments().length, 1);
});

test("what no permission mends has its own reason: locked, archived, too long", async () => {
  const said = async (status: number, message: string) => {
    const server = await serve({ rules: [{ method: "POST", status, message }] });
    const { end } = await comment(server);
    assert.equal(writes(server).length, 1);
    return end;
  };
  assert.deepEqual(await said(403, "Unable to create comment because issue is locked."), {
    kind: "skipped",
    reason:
      "the conversation is locked or the repository archived (GitHub says 403: Unable to create comment because issue is locked.)",
  });
  const long = await said(422, "Body is too long (maximum is 65536 characters)");
  assert.match(long.kind === "skipped" ? long.reason : "", /^the comment was not taken/);
});

test("rate limits: the primary's reset, the secondary's minute, 429", async () => {
  for (const [status, headers, wait] of [
    [403, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1010" }, 10_000],
    [403, {}, 60_000],
    [429, { "retry-after": "7" }, 7_000],
    [429, {}, 60_000],
  ] as const) {
    const message = "You have exceeded a secondary rate limit";
    const server = await serve({ rules: [{ method: "POST", status, message, headers, times: 1 }] });
    const { end, waits } = await comment(server);
    assert.equal(end.kind, "created");
    assert.deepEqual(waits, [wait]);
  }
});

test("an answer that breaks off in the middle is asked for again: a list isn't empty then", async () => {
  const server = await serve({
    comments: [{ body: `${marker}\nold`, user: bot }],
    rules: [
      { method: "GET", path: "comments", status: null, cutAfter: 1, times: 1 },
      { method: "PATCH", status: null, cutAfter: 5, times: 1 },
    ],
  });
  const { end, waits } = await comment(server);
  assert.equal(end.kind, "updated");
  assert.deepEqual(waits, [1000, 2000]);
  assert.equal(server.comments().length, 1);
});

test("the text is made of the comment of before, anew in each try", async () => {
  const server = await serve({
    comments: [{ body: `${marker}\nold`, user: bot }],
    rules: [{ method: "PATCH", status: 502, times: 1, afterEffect: true }],
  });
  const seen: (string | null)[] = [];
  const { end } = await comment(server, {
    body: (previous) => {
      seen.push(previous);
      return `after ${previous?.split("\n")[1]}`;
    },
  });
  assert.equal(end.kind, "updated");
  assert.deepEqual(seen, [`${marker}\nold`, `${marker}\nafter old`]);
  const fresh = await serve();
  await comment(fresh, { body: (previous) => String(previous) });
  assert.equal(fresh.comments()[0]?.body, `${marker}\nnull`);
});

test("a stranger's comment with the marker is no comment of before", async () => {
  const server = await serve({
    comments: [{ body: `${marker}\nfake`, user: { login: "mallory", type: "User" } }],
  });
  await comment(server, { body: (previous) => String(previous) });
  assert.equal(server.comments()[1]?.body, `${marker}\nnull`);
});

test("with nothing to say a comment is updated and none is made", async () => {
  const server = await serve();
  assert.deepEqual((await comment(server, { onlyUpdate: true })).end, {
    kind: "skipped",
    reason: NOTHING_NEW,
  });
  assert.deepEqual(writes(server), []);
  await comment(server);
  assert.equal((await comment(server, { onlyUpdate: true })).end.kind, "updated");
});
