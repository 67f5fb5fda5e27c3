/** Which release, verified by whom, from where: network, cache, offline. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, beforeEach, test } from "node:test";
import {
  ASSET,
  linuxArchive,
  provisionInferrs,
  type TestWorld,
  testWorld,
  VERSION,
} from "../../testing/github/fetch-world.ts";
import {
  COMMIT,
  type FakeRelease,
  type ReleaseServer,
  sha256,
  startReleaseServer,
} from "../../testing/github/releases.ts";
import { cacheRoot, entryDir } from "./cache.ts";
import { checkInferrs } from "./check.ts";
import { parseInferrs } from "./spec.ts";

const archive = linuxArchive();
const older = linuxArchive("inferrs 0.0.9");
const OLD = "0.0.20260422151757";
const releases: FakeRelease[] = [
  { version: "latest", assets: { [ASSET]: archive } },
  { version: OLD, assets: { [ASSET]: older } },
  { version: VERSION, assets: { [ASSET]: archive } },
  { version: "0.0.20270101000000", assets: { [ASSET]: older }, draft: true },
];
let github: ReleaseServer;
let world: TestWorld;

before(async () => {
  github = await startReleaseServer(releases);
});
beforeEach(() => {
  github.rule();
  github.requests.length = 0;
  world = testWorld(github.url);
});

const provision = (text: string | null, digest: string | null = null, within = world) =>
  provisionInferrs(parseInferrs(text), digest, within);
const inTable = (digest: string, bytes = archive.length) => ({
  repository: "ericcurtin/inferrs",
  releases: { [VERSION]: { commit: COMMIT, assets: { [ASSET]: { sha256: digest, bytes } } } },
});
const hex = (digit: string) => digit.repeat(64);
const dir = () => entryDir(cacheRoot(world.env), VERSION, "x64");

test("latest is the newest 0.0.<timestamp>, though all are prereleases and `latest` comes first", async () => {
  const { executable, source } = await provision("latest");
  assert.deepEqual(source, {
    kind: "release",
    version: VERSION,
    tag: VERSION,
    commit: COMMIT,
    asset: ASSET,
    assetSha256: sha256(archive),
    verifiedBy: "api",
  });
  assert.equal(execFileSync(executable, { encoding: "utf8" }), "inferrs 0.1.0\n");
  assert.deepEqual(readdirSync(cacheRoot(world.env)), [VERSION]);
});

test("the backend libraries are beside the binary", async () => {
  const { executable } = await provision(VERSION);
  const beside = readdirSync(join(executable, "..")).filter((name) => name.includes("backend"));
  assert.deepEqual(beside, ["libinferrs_backend_cuda.so", "libinferrs_backend_vulkan.so"]);
});

test("nothing is asked twice: a version comes from the cache, `latest` asks for its name alone", async () => {
  await provision(VERSION);
  const first = github.requests.length;
  assert.equal((await provision(VERSION)).source.kind, "release");
  assert.equal(github.requests.length, first);
  await provision("latest");
  assert.deepEqual(
    github.requests.slice(first).map(({ path }) => path),
    ["/repos/ericcurtin/inferrs/releases?per_page=30"],
  );
});

test("the newest is found though a page has none", async () => {
  const many = Array.from({ length: 31 }, (_, at) => ({ version: `nightly-${at}`, assets: {} }));
  const paged = await startReleaseServer([...many, ...releases]);
  const { source } = await provision("latest", null, testWorld(paged.url));
  assert.equal(source.kind === "release" && source.version, VERSION);
  await paged.close();
});

test("a branch as the release's target: the API is asked for the commit", async () => {
  const made = await startReleaseServer([
    { version: VERSION, assets: { [ASSET]: archive }, target: "main" },
  ]);
  const { source } = await provision(VERSION, null, testWorld(made.url));
  assert.equal(source.kind === "release" && source.commit, COMMIT);
  made.rule({ host: "github", path: "/commits/", act: { kind: "answer", status: 404 } });
  const other = testWorld(made.url);
  const unknown = await provision(VERSION, null, other);
  assert.equal(unknown.source.kind === "release" && unknown.source.commit, null);
  assert.match(other.warned[0] ?? "", /^inferrs-commit-unknown: .*404/);
  await made.close();
});

test("a version in the table: verified by it, and the API isn't asked at all", async () => {
  const within = testWorld(github.url, { table: inTable(sha256(archive)) });
  const { source } = await provision(VERSION, null, within);
  assert.ok(source.kind === "release");
  assert.deepEqual([source.verifiedBy, source.commit], ["table", COMMIT]);
  assert.ok(github.requests.every(({ path }) => !path.startsWith("/repos/")));
});

test("another archive than the table's is refused, naming both", async () => {
  const within = testWorld(github.url, { table: inTable(hex("a")) });
  await assert.rejects(provision(VERSION, null, within), {
    name: "SetupError",
    message: new RegExp(
      `${sha256(archive)}, but ${hex("a")} by this tool's table.*report|don't run`,
    ),
  });
});

test("without a digest of the API: the user's is needed, and counts", async () => {
  const bare = await startReleaseServer([
    { version: VERSION, assets: { [ASSET]: archive }, digest: null },
  ]);
  await assert.rejects(provision(VERSION, null, testWorld(bare.url)), {
    name: "SetupError",
    message: /can't be verified: neither the table.*nor GitHub's API.*--inferrs-sha256/,
  });
  assert.ok(
    bare.requests.every(({ host }) => host !== "storage"),
    "it was downloaded",
  );
  const { source } = await provision(VERSION, sha256(archive), testWorld(bare.url));
  assert.equal(source.kind === "release" && source.verifiedBy, "user");
  await assert.rejects(provision(VERSION, hex("b"), testWorld(bare.url)), {
    message: new RegExp(`is ${sha256(archive)}, but ${hex("b")} by --inferrs-sha256`),
  });
  await bare.close();
});

test("a user's digest that contradicts the API is refused before anything is downloaded", async () => {
  await assert.rejects(provision(VERSION, hex("c")), {
    name: "SetupError",
    message: new RegExp(`${sha256(archive)} by GitHub's API, but ${hex("c")} by --inferrs-sha256`),
  });
  assert.ok(github.requests.every(({ host }) => host !== "storage"));
});

test("a version that isn't there", async () => {
  await assert.rejects(provision("0.0.20200101000000"), {
    name: "SetupError",
    message: /inferrs 0\.0\.20200101000000: .* says 404: Not Found\. .*GITHUB_API_URL/,
  });
});

test("a release without this platform's file says which it has", async () => {
  const within = testWorld(github.url, { platform: { os: "linux", arch: "arm64", glibc: true } });
  await assert.rejects(provision(VERSION, null, within), {
    name: "SetupError",
    message: /has no inferrs-aarch64-unknown-linux-gnu\.tar\.gz; it has inferrs-x86_64.*build it/,
  });
});

test("a file that is still being uploaded isn't taken", async () => {
  const early = await startReleaseServer([
    { version: VERSION, assets: { [ASSET]: archive }, state: "starter" },
  ]);
  await assert.rejects(provision(VERSION, null, testWorld(early.url)), { message: /has no/ });
  await early.close();
});

test("a URL: verified by the user's digest, kept under it, its query told to nobody", async () => {
  const url = `${github.storageUrl}/${VERSION}/${ASSET}?sig=canary`;
  const { executable, source } = await provision(url, sha256(archive));
  assert.deepEqual(source, {
    kind: "url",
    url: `${github.storageUrl}/${VERSION}/${ASSET}`,
    assetSha256: sha256(archive),
  });
  assert.equal(execFileSync(executable, { encoding: "utf8" }), "inferrs 0.1.0\n");
  assert.equal(github.requests.at(-1)?.path.endsWith("?sig=canary"), true);
  const asked = github.requests.length;
  await provision(url, sha256(archive));
  assert.equal(github.requests.length, asked);
  await assert.rejects(provision(url, hex("d")), { message: new RegExp(hex("d")) });
  const told = [...world.said, ...world.warned].join("\n");
  assert.doesNotMatch(told, /canary/);
  execFileSync("grep", ["-rq", sha256(archive), world.home]);
  assert.throws(() => execFileSync("grep", ["-rq", "canary", world.home]));
});

for (const [name, spoil] of [
  ["a changed binary", () => appendFileSync(join(dir(), "inferrs"), "evil")],
  ["a library that wasn't there", () => writeFileSync(join(dir(), "libinferrs_backend_x.so"), "x")],
  ["a library that is gone", () => rmSync(join(dir(), "libinferrs_backend_cuda.so"))],
  ["a record that can't be read", () => writeFileSync(join(dir(), ".inferrs-bench.json"), "{")],
] as const) {
  test(`a cache with ${name} is fetched anew, with a warning; offline it is refused`, async () => {
    await provision(VERSION);
    spoil();
    const offline = { ...world, offline: true };
    await assert.rejects(provision(VERSION, null, offline), {
      name: "SetupError",
      message: /Offline, and inferrs 0\.0\.20260424164259 as it was \(.*\) is not in the cache/,
    });
    const { executable } = await provision(VERSION);
    assert.match(world.warned.join("\n"), /inferrs-cache-broken: .*fetched anew/);
    assert.equal(execFileSync(executable, { encoding: "utf8" }), "inferrs 0.1.0\n");
    assert.equal(world.warned.length, 1);
    await provision(VERSION, null, offline);
    assert.deepEqual(readdirSync(cacheRoot(world.env)), [VERSION]);
  });
}

test("a cached release of another digest than the table's or the user's isn't used", async () => {
  await provision(VERSION);
  await assert.rejects(provision(VERSION, hex("1")), {
    message: new RegExp(`${sha256(archive)} by GitHub's API, but ${hex("1")}`),
  });
  assert.match(world.warned[0] ?? "", /can't be used \(its archive had/);
  world.table = inTable(hex("2"));
  await assert.rejects(provision(VERSION), { message: new RegExp(hex("2")) });
  await assert.rejects(provision(VERSION, null, { ...world, offline: true }), {
    message: new RegExp(`Offline.*its archive had ${sha256(archive)}, expected ${hex("2")}`),
  });
});

test("offline: what is cached is used, what is missing is said, and nobody is asked", async () => {
  world.offline = true;
  await assert.rejects(provision("latest"), { message: /Offline, and no release of inferrs/ });
  await assert.rejects(provision(VERSION), { message: /Offline, and inferrs 0\.0\.2026.*is not/ });
  const url = `${github.storageUrl}/x.tar.gz`;
  await assert.rejects(provision(url, hex("e")), { message: /Offline, and http.*x\.tar\.gz/ });
  assert.equal(github.requests.length, 0);
  await provision(OLD, null, { ...world, offline: false });
  const asked = github.requests.length;
  const { source } = await provision("latest");
  assert.equal(source.kind === "release" && source.version, OLD);
  assert.match(world.warned[0] ?? "", /^offline-latest: .*0\.0\.20260422151757/);
  assert.equal(github.requests.length, asked);
});

test("not said: PATH where inferrs is there, else the newest release", async () => {
  const bin = join(world.home, "bin");
  mkdirSync(bin);
  assert.equal((await checkInferrs(parseInferrs(null), null, world)).spec.kind, "latest");
  writeFileSync(join(bin, "inferrs"), "#!/bin/sh\n");
  chmodSync(join(bin, "inferrs"), 0o755);
  world.env.PATH = bin;
  const { spec, text } = await checkInferrs(parseInferrs(null), null, world);
  assert.deepEqual([spec, text], [{ kind: "path", path: "inferrs" }, "inferrs (inferrs)"]);
  const { source, executable } = await provision(null);
  assert.deepEqual([source, executable], [{ kind: "path" }, join(bin, "inferrs")]);
});

test("before anything starts: what will be fetched, and what can't be", async () => {
  const check = (text: string, digest: string | null = null) =>
    checkInferrs(parseInferrs(text), digest, world);
  assert.match(
    (await check("latest")).text,
    /^inferrs, the newest release: inferrs-x86_64\S+ from 127\.0\.0\.1:\d+ unless it is cached \(size not known yet; .* free on disk\)$/,
  );
  world.table = inTable(sha256(archive), 25_100_000);
  assert.match((await check(VERSION)).text, /\(25\.1 MB; .* free on disk\)$/);
  world.offline = true;
  await assert.rejects(check(VERSION), { name: "SetupError", message: /Offline, and inferrs/ });
  await assert.rejects(check("latest"), { name: "SetupError", message: /Offline, and a release/ });
  world.offline = false;
  world.table = inTable(sha256(archive));
  await provision(VERSION);
  assert.equal((await check(VERSION)).text, `inferrs ${VERSION}, from the cache`);
  const file = join(dir(), "inferrs");
  await assert.rejects(check(file, hex("f")), {
    name: "InputError",
    message: new RegExp(`--inferrs-sha256: got "${hex("f")}".*which is [0-9a-f]{64}`),
  });
  world.platform = { os: "darwin", arch: "x64", glibc: false };
  await assert.rejects(check("latest"), { name: "SetupError", message: /no release for darwin/ });
});
