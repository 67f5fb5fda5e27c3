/** What is asked before anything is downloaded, and what is said of it: against both stand-ins. */
import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { before, beforeEach, test } from "node:test";
import { InputError } from "../inputs/error.ts";
import type { ModelSpec, VariantSpec } from "../plan/types.ts";
import { ASSET, linuxArchive, scratch } from "../testing/github/fetch-world.ts";
import { type ReleaseServer, sha256, startReleaseServer } from "../testing/github/releases.ts";
import { content, model } from "../testing/hub/fixture.ts";
import { commitOf } from "../testing/hub/repos.ts";
import { GOOD_TOKEN, type StandInHub, startHub } from "../testing/hub/server.ts";
import { parseInferrs } from "./inferrs/spec.ts";
import { lookUpVariant } from "./look-up.ts";
import { provisionVariant } from "./variant.ts";

/** One that the table of digests doesn't know. */
const VERSION = "0.0.20260501000000";

const skip =
  process.platform === "linux" && process.arch === "x64"
    ? false
    : "the stand-in release has a file for Linux x64 only";

const archive = linuxArchive("inferrs 0.1.0", 600_000);
const repo = model();
const gguf = {
  id: "org/secret-GGUF",
  files: { "m-Q4_K_M.gguf": content(3000, 2) },
  gated: true,
};
let github: ReleaseServer;
let hub: StandInHub;
let home: string;

before(async () => {
  github = await startReleaseServer([{ version: VERSION, assets: { [ASSET]: archive } }]);
  hub = await startHub([repo, model({ id: "org/gated", gated: true }), gguf]);
  hub.unref();
});
beforeEach(() => {
  github.rule();
  github.requests.length = 0;
  hub.requests.length = 0;
  home = scratch();
});

interface Over {
  inferrs?: string | null;
  sha256?: string | null;
  model?: Partial<ModelSpec & { kind: "hub" }>;
  env?: NodeJS.ProcessEnv;
  offline?: boolean;
}

function variant({ inferrs = "latest", sha256: digest = null, model: spec }: Over): VariantSpec {
  return {
    name: "head",
    engine: { kind: "inferrs", inferrs: parseInferrs(inferrs), sha256: digest },
    model: { kind: "hub", id: repo.id, ...spec },
    device: "auto",
    serverArgs: [],
  };
}

function options({ env, offline = false }: Over) {
  const places = { HOME: home, HF_HOME: join(home, "hf"), XDG_CACHE_HOME: join(home, "cache") };
  const servers = {
    GITHUB_API_URL: github.apiUrl,
    GITHUB_SERVER_URL: github.url,
    HF_ENDPOINT: hub.url,
  };
  return {
    ...{ cwd: home, workDir: home, env: { ...places, ...servers, PATH: "/usr/bin:/bin", ...env } },
    ...{ signal: new AbortController().signal, token: null, offline, modelCache: null },
    ...{ note: () => {}, say: () => {}, warn: () => {}, toolVersion: "0", configDigest: "" },
  };
}

const lookUp = (over: Over = {}) => lookUpVariant(variant(over), options(over));
const provision = (over: Over = {}) => provisionVariant(variant(over), options(over));
/** Neither the release's storage nor the hub's was asked for anything, the HEAD of a URL aside. */
function nothingDownloaded(): void {
  assert.deepEqual(
    github.requests.filter(({ host, method }) => host === "storage" && method === "GET"),
    [],
  );
  assert.deepEqual(
    hub.requests.filter(({ host }) => host === "cdn"),
    [],
  );
}

test("both sizes and the room are known when only the API and the hub were asked", {
  skip,
}, async () => {
  const found = await lookUp();
  assert.ok(found);
  const { told } = found;
  const commit = commitOf(repo).slice(0, 12);
  assert.match(
    told.engine,
    /^inferrs 0\.0\.20260501000000: inferrs-x86_64\S+\.gz, 60\d KB to fetch from 127\.0\.0\.1:\d+; .* free in \S+\/cache\/inferrs-bench\/inferrs$/,
  );
  assert.match(
    told.model ?? "",
    new RegExp(
      `^org/model at main, commit ${commit}: 4 files, 320 KB, 320 KB to fetch; inferrs writes about 84\\.4 KB beside it \\(model-Q4K\\.gguf\\); .* free in \\S+/hf/hub$`,
    ),
  );
  assert.equal(told.fetches, true);
  nothingDownloaded();
});

test("what is there is cached, and offline the same is said without asking anybody", {
  skip,
}, async () => {
  await provision();
  github.requests.length = 0;
  const found = await lookUp();
  assert.match(found?.told.engine ?? "", /^inferrs 0\.0\.\d+ \(version 0\.1\.0\), cached/);
  assert.match(found?.told.model ?? "", /4 files, 320 KB, cached; inferrs writes about/);
  assert.equal(found?.told.fetches, false);
  nothingDownloadedSince();
  hub.requests.length = 0;
  github.requests.length = 0;
  const offline = await lookUp({ offline: true });
  assert.match(offline?.told.engine ?? "", /cached: nothing to fetch$/);
  assert.match(offline?.told.model ?? "", /320 KB, cached \(offline: nothing is fetched\)/);
  assert.deepEqual([...hub.requests, ...github.requests], []);
});

function nothingDownloadedSince(): void {
  assert.ok(github.requests.every(({ path }) => path.startsWith("/repos/")));
}

test("a gated, a mistyped and a missing model fail before inferrs is downloaded", {
  skip,
}, async () => {
  const gated = { model: { id: "org/gated" } };
  await assert.rejects(provision(gated), /org\/gated is gated/);
  await assert.rejects(provision({ model: { id: "org/modle" } }), /--model: got "org\/modle"/);
  await assert.rejects(provision({ model: { revision: "v9" } }), /--revision: got "v9"/);
  // Of a GGUF file with a tokenizer of another repository nothing else would be read.
  const quantized = { model: { id: gguf.id, tokenizerSource: "org/model" } };
  await assert.rejects(provision(quantized), /org\/secret-GGUF is gated/);
  const down = { env: { HF_ENDPOINT: "http://127.0.0.1:9", HF_HUB_OFFLINE: "1" } };
  await assert.rejects(provision(down), /Offline, and org\/model/);
  nothingDownloaded();
  const known = { ...quantized, env: { HF_TOKEN: GOOD_TOKEN } };
  assert.match((await lookUp(known))?.told.model ?? "", /tokenizer of org\/model: 4 files/);
});

test("a GGUF file is quantized already: nothing is written beside it", { skip }, async () => {
  const quantized = { model: { id: gguf.id, tokenizerSource: "org/model" } };
  const found = await lookUp({ ...quantized, env: { HF_TOKEN: GOOD_TOKEN } });
  assert.equal(found?.model?.room.quantized, null);
});

test("a URL: its server is asked for the size, without the token; or it isn't known", {
  skip,
}, async () => {
  const url = `${github.storageUrl}/${VERSION}/${ASSET}?sig=canary`;
  const over = { inferrs: url, sha256: sha256(archive) };
  assert.match((await lookUp(over))?.told.engine ?? "", /gz, 60\d KB to fetch from 127/);
  const [head, ...more] = github.requests;
  assert.deepEqual([head?.method, head?.headers.authorization, more], ["HEAD", undefined, []]);
  assert.doesNotMatch((await lookUp(over))?.told.engine ?? "", /canary/);
  const answer = (status: number, headers = {}) =>
    ({ host: "storage", method: "HEAD", act: { kind: "answer", status, headers } }) as const;
  for (const rule of [answer(403), answer(200, { "transfer-encoding": "chunked" })]) {
    github.rule(rule);
    const told = (await lookUp(over))?.told.engine ?? "";
    assert.match(told, /gz, to fetch from 127\S+, which doesn't tell its size; .* free/);
  }
});

test("a file of the user's: its version, and nothing to fetch; one that can't run asks nobody", async () => {
  const path = join(home, "own");
  writeFileSync(path, "#!/bin/sh\necho inferrs 7.8.9\n");
  chmodSync(path, 0o755);
  const found = await lookUp({ inferrs: path });
  assert.equal(found?.told.engine, `inferrs 7.8.9, the file ${path}: nothing to fetch`);
  hub.requests.length = 0;
  writeFileSync(path, "#!/nowhere/loader\n");
  await assert.rejects(lookUp({ inferrs: path }), /can't be run on this machine/);
  assert.deepEqual(hub.requests, []);
});

test("a proxy that is none is wrong input, also before a size is asked for", async () => {
  const url = `${github.storageUrl}/${VERSION}/${ASSET}`;
  const env = { HTTP_PROXY: "ftp://x" };
  await assert.rejects(lookUp({ inferrs: url, sha256: sha256(archive), env }), (error) => {
    assert.ok(error instanceof InputError, String(error));
    return true;
  });
});

test("a server that closes without an answer to HEAD costs nothing but the size", async () => {
  const silent = createServer((_request, response) => response.destroy());
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as AddressInfo;
  const inferrs = `http://127.0.0.1:${port}/x.tar.gz`;
  const found = await lookUp({ inferrs, sha256: sha256(archive) });
  assert.match(found?.told.engine ?? "", /doesn't tell/);
  silent.close();
});
