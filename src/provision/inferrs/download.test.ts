/** Everything that can go wrong on the way, against servers that really do it. */
import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { before, beforeEach, test } from "node:test";
import {
  ASSET,
  linuxArchive,
  NOW,
  provisionInferrs,
  type TestWorld,
  testWorld,
  VERSION,
} from "../../testing/github/fetch-world.ts";
import {
  type ReleaseRule,
  type ReleaseServer,
  sha256,
  startReleaseServer,
} from "../../testing/github/releases.ts";
import { cacheRoot } from "./cache.ts";

const archive = linuxArchive("inferrs 0.1.0", 200_000);
let github: ReleaseServer;
let world: TestWorld;

before(async () => {
  github = await startReleaseServer([{ version: VERSION, assets: { [ASSET]: archive } }]);
});
beforeEach(() => {
  github.rule();
  github.requests.length = 0;
  world = testWorld(github.url);
});

const fetch = (within = world) =>
  provisionInferrs({ kind: "version", version: VERSION }, null, within);
const storage = (act: ReleaseRule["act"], times?: number) =>
  github.rule({ host: "storage", act, ...(times === undefined ? {} : { times }) });
const answer = (status: number, headers: Record<string, string> = {}, body = "") =>
  ({ kind: "answer", status, headers, body }) as const;
const api = (act: ReleaseRule["act"], times?: number) =>
  github.rule({ host: "github", path: "^/repos/", act, ...(times === undefined ? {} : { times }) });
const asked = (host: "github" | "storage") => github.requests.filter((one) => one.host === host);
/** The connection breaks after 70,000 bytes more, when they are on the disk. */
const cut = { kind: "cut", after: 70_000, when: onDisk } as const;
function onDisk(position: number): boolean {
  const root = cacheRoot(world.env);
  const names = readdirSync(root, { recursive: true }).map(String);
  const file = names.find((name) => name.endsWith("archive"));
  return file !== undefined && statSync(join(root, file)).size >= position;
}
const ranges = () => asked("storage").map(({ headers }) => headers.range);

/** Refused in these words, and nothing of it stays. */
async function refused(...patterns: RegExp[]): Promise<void> {
  await assert.rejects(fetch(), (error: Error) => {
    assert.equal(error.name, "SetupError", error.stack);
    for (const pattern of patterns) assert.match(error.message, pattern);
    return true;
  });
  const left = readdirSync(cacheRoot(world.env), { recursive: true });
  assert.deepEqual(left, [], "something was left in the cache");
}

async function fetched(): Promise<void> {
  const { source } = await fetch();
  assert.equal(source.kind === "release" && source.assetSha256, sha256(archive));
}

test("a release: asked of the API, downloaded by way of a redirect to another host", async () => {
  await fetched();
  assert.equal(asked("storage").length, 1);
  assert.match(asked("storage")[0]?.path ?? "", /\?sig=/);
  assert.match(world.said.join("\n"), /downloading \d+ KB from 127\.0\.0\.1:\d+; .* free on disk/);
});

test("the token goes to the API; not to the web server, and not with the redirect to another host", async () => {
  world = testWorld(github.url, { token: "t0ken" });
  await fetched();
  const sent = github.requests.map(({ host, headers }) => [host, headers.authorization]);
  assert.deepEqual(sent, [
    ["github", "Bearer t0ken"],
    ["github", undefined],
    ["storage", undefined],
  ]);
});

test("the token doesn't come back after a redirect away and back", async () => {
  world = testWorld(github.url, { token: "t0ken" });
  const location = `${github.apiUrl}/repos/ericcurtin/inferrs/releases/tags/${VERSION}`;
  const away = `${github.storageUrl}/back`;
  github.rule(
    { host: "github", times: 1, act: answer(302, { location: away }) },
    { host: "storage", path: "^/back", act: answer(302, { location }) },
  );
  await fetched();
  const tokens = github.requests.slice(0, 3).map(({ headers }) => headers.authorization);
  assert.deepEqual(tokens, ["Bearer t0ken", undefined, undefined]);
});

test("redirects that lead round end", async () => {
  const location = `${github.url}/repos/x`;
  api(answer(302, { location }));
  await assert.rejects(fetch(), { name: "SetupError", message: /redirects more than 5 times/ });
});

test("a body that is cut off is gone on with where it broke off", async () => {
  storage(cut, 2);
  await fetched();
  assert.deepEqual(ranges(), [undefined, "bytes=70000-", "bytes=140000-"]);
  assert.ok(asked("storage")[1]?.headers["if-range"]);
  assert.match(world.said.join("\n"), /going on after 70 KB/);
  assert.deepEqual(world.slept, [1000, 2000]);
});

test("where the server knows no ranges, it starts again", async () => {
  github.rule(
    { host: "storage", times: 1, act: cut },
    { host: "storage", act: { kind: "no-ranges" } },
  );
  await fetched();
  assert.deepEqual(ranges(), [undefined, "bytes=70000-"]);
});

test("without a validator nothing is resumed: it could be another file by then", async () => {
  storage({ ...cut, etag: false }, 1);
  await fetched();
  assert.deepEqual(ranges(), [undefined, undefined]);
});

test("what an earlier try left behind doesn't stay at the end of a shorter file", async () => {
  const short = linuxArchive();
  github.rule(
    { host: "storage", times: 1, act: { ...cut, etag: false } },
    { host: "storage", act: { kind: "replace", body: short } },
  );
  const url = `${github.storageUrl}/${VERSION}/${ASSET}`;
  const { source } = await provisionInferrs({ kind: "url", url }, sha256(short), world);
  assert.equal(source.kind, "url");
});

test("a range that isn't the one asked for is not appended", async () => {
  github.rule(
    { host: "storage", times: 1, act: cut },
    { host: "storage", times: 1, act: { kind: "wrong-range" } },
  );
  await fetched();
  assert.deepEqual(ranges(), [undefined, "bytes=70000-", undefined]);
});

test("a range that the server refuses (416): from the beginning", async () => {
  github.rule(
    { host: "storage", times: 1, act: cut },
    { host: "storage", times: 1, act: answer(416, { "content-range": "bytes */5" }) },
  );
  await fetched();
  assert.deepEqual(ranges(), [undefined, "bytes=70000-", undefined]);
});

test("a file that changed between two tries is taken whole, and refused by its digest", async () => {
  const other = linuxArchive("inferrs 0.1.1", 200_000);
  assert.equal(other.length, archive.length, "the case needs two files of one size");
  github.rule(
    { host: "storage", times: 1, act: cut },
    { host: "storage", act: { kind: "replace", body: other } },
  );
  await refused(new RegExp(sha256(archive)), new RegExp(sha256(other)));
});

test("a body that is always cut off ends in an error that says so", async () => {
  storage({ kind: "cut", after: 10 });
  await refused(/failed after 4 tries/, /--offline/);
  assert.equal(asked("storage").length, 4);
});

test("a file of another size than the release's isn't even taken", async () => {
  storage({ kind: "replace", body: archive.subarray(0, 50_000) });
  await refused(/offers 50000 bytes, but the release's file has \d+/);
});

test("a body without a length that ends early is noticed by the release's size", async () => {
  storage({ kind: "replace", body: archive.subarray(0, 50_000), length: false });
  await refused(/failed after 4 tries/);
  assert.match(world.said.join("\n"), /ended after 50000 of \d+ bytes; again in/);
});

test("a body without a length that goes on too long is cut off", async () => {
  const body = Buffer.concat([archive, archive]);
  storage({ kind: "replace", body, length: false });
  await refused(/sends more than the \d+ bytes/);
});

test("a trickle is given up and resumed", async () => {
  storage({ kind: "trickle", after: 70_000 }, 1);
  await fetched();
  assert.match(world.said.join("\n"), /fewer than 1000 bytes in 300 ms/);
  assert.match(asked("storage")[1]?.headers.range ?? "", /^bytes=70\d\d\d-$/);
});

test("another file than the release's is refused, naming both digests", async () => {
  const evil = Buffer.from(archive);
  evil[evil.length - 1] = 0xff;
  storage({ kind: "replace", body: evil });
  await refused(
    new RegExp(`its SHA-256 is ${sha256(evil)}, but ${sha256(archive)} by GitHub's API`),
    /not unpacked and is deleted/,
  );
});

test("an HTML page where the archive should be", async () => {
  const page = "<!doctype html><title>Hotel\u001b[31m WLAN</title>";
  storage(answer(200, { "content-type": "text/html; charset=utf-8" }, page));
  await refused(/an HTML page, "Hotel WLAN" where an archive should be/, /login page or a proxy/);
});

test("an HTML page where the API should be", async () => {
  api(answer(200, { "content-type": "text/html" }, "<html><title>Sign in</title></html>"));
  await assert.rejects(fetch(), {
    name: "SetupError",
    message: /answers an HTML page, "Sign in" where GitHub's API gives JSON/,
  });
});

test("an API that answers in another shape", async () => {
  api(answer(200, {}, '{"tag_name": 7}'));
  await assert.rejects(fetch(), { name: "SetupError", message: /does not answer as GitHub's API/ });
});

test("502, 503 in HTML: tried again, with growing patience", async () => {
  api(answer(502, { "content-type": "text/html" }, "<title>Unicorn!</title>"), 3);
  await fetched();
  assert.deepEqual(world.slept, [1000, 2000, 4000]);
  assert.match(world.said[0] ?? "", /502 an HTML page, "Unicorn!"; again in 1 s/);
});

test("503 with retry-after: never sooner than it asks", async () => {
  api(answer(503, { "retry-after": "3" }), 3);
  await fetched();
  assert.deepEqual(world.slept, [3000, 3000, 4000]);
});

test("jitter makes waits longer and never shorter", async () => {
  world = testWorld(github.url, { random: () => 1 });
  api(answer(429, { "retry-after": "8" }), 1);
  await fetched();
  assert.deepEqual(world.slept, [10_000]);
});

test("a server that stays unwell: its words, after all tries", async () => {
  api(answer(500, {}, '{"message":"Server Error"}'));
  await assert.rejects(fetch(), {
    name: "SetupError",
    message: /says 500: Server Error after 4 tries/,
  });
  assert.equal(github.requests.length, 4);
});

test("429 with retry-after: waits as long as it is told", async () => {
  api(answer(429, { "retry-after": "7" }), 1);
  await fetched();
  assert.deepEqual(world.slept, [7000]);
});

test("403 with x-ratelimit-reset soon: waits until then", async () => {
  const reset = String(NOW / 1000 + 90);
  api(answer(403, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset }), 1);
  await fetched();
  assert.deepEqual(world.slept, [90_000]);
});

test("403 with x-ratelimit-reset in an hour: nobody waits, the error says until when", async () => {
  const headers = {
    "x-ratelimit-remaining": "0",
    "x-ratelimit-reset": String(NOW / 1000 + 3600),
  };
  api(answer(403, headers, '{"message":"API rate limit exceeded for 1.2.3.4"}'));
  await assert.rejects(fetch(), {
    name: "SetupError",
    message:
      /says 403: API rate limit exceeded.*The limit resets at 2026-01-01 01:00:00 UTC\. Without a token.*github-token/,
  });
  assert.deepEqual(world.slept, []);
  assert.equal(github.requests.length, 1);
});

test("403 for another reason isn't tried again", async () => {
  api(answer(403, {}, '{"message":"Resource not accessible"}'));
  await assert.rejects(fetch(), { message: /says 403: Resource not accessible\.$/ });
  assert.equal(github.requests.length, 1);
});

test("401: the token is named", async () => {
  world = testWorld(github.url, { token: "stale" });
  api(answer(401, {}, '{"message":"Bad credentials"}'));
  await assert.rejects(fetch(), { message: /401: Bad credentials.*github-token; GITHUB_TOKEN/ });
});

test("nobody there: the host is named", async () => {
  const closed = await startReleaseServer([]);
  await closed.close();
  world = testWorld(closed.url);
  await assert.rejects(fetch(), {
    name: "SetupError",
    message: /127\.0\.0\.1:\d+ failed after 4 tries \(.*ECONNREFUSED/,
  });
});

test("a server that never answers is given up", async () => {
  const silent = testWorld(github.url);
  world = { ...silent, limits: { ...silent.limits, headersMs: 100, tries: 2 } };
  // A handler that answers nothing: a redirect to a port that accepts and is silent.
  const { createServer } = await import("node:net");
  const mute = createServer(() => {});
  await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
  const { port } = mute.address() as { port: number };
  const location = `http://127.0.0.1:${port}/`;
  github.rule({ host: "github", act: answer(302, { location }) });
  await assert.rejects(fetch(), { name: "SetupError", message: /after 2 tries.*[Tt]imeout/ });
  mute.close();
});

test("a run that is stopped stops the download and leaves nothing", async () => {
  const stop = new AbortController();
  world = testWorld(github.url, {
    signal: stop.signal,
    say: (line) => {
      if (line.includes("downloading")) stop.abort("SIGINT");
    },
  });
  storage({ kind: "trickle", after: 0 });
  await refused(/stopped/);
});
