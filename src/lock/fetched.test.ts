/** What is fetched: pinned before a byte of it came, the same afterwards, and refused when it isn't. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, beforeEach, test } from "node:test";
import type { VariantSpec } from "../plan/types.ts";
import { parseInferrs } from "../provision/inferrs/spec.ts";
import { lookUpVariant } from "../provision/look-up.ts";
import { shared } from "../provision/shared.ts";
import { provisionVariant } from "../provision/variant.ts";
import { ASSET, linuxArchive, scratch } from "../testing/github/fetch-world.ts";
import {
  COMMIT,
  type FakeRelease,
  type ReleaseServer,
  sha256,
  startReleaseServer,
} from "../testing/github/releases.ts";
import { model } from "../testing/hub/fixture.ts";
import { commitOf } from "../testing/hub/repos.ts";
import { type StandInHub, startHub } from "../testing/hub/server.ts";
import { lockWorld } from "../testing/lock.ts";
import type { Lock } from "./schema.ts";
import { lockVariant } from "./variant.ts";

/** One that the table of digests doesn't know. */
const VERSION = "0.0.20260501000000";

const skip =
  process.platform === "linux" && process.arch === "x64"
    ? false
    : "the stand-in release has a file for Linux x64 only";

const MAC = "inferrs-aarch64-apple-darwin.tar.gz";
const NEWER = "0.0.20260425000000";
const archive = linuxArchive("inferrs 0.1.0", 60_000);
const other = linuxArchive("inferrs 0.1.0", 60_001);
const repo = model();

const releases: FakeRelease[] = [
  { version: VERSION, assets: { [ASSET]: archive, [MAC]: Buffer.from("of another machine") } },
];
let github: ReleaseServer;
let hub: StandInHub;
let env: NodeJS.ProcessEnv;

before(async () => {
  github = await startReleaseServer(releases);
  hub = await startHub([repo]);
  hub.unref();
});
beforeEach(() => {
  env = { GITHUB_API_URL: github.apiUrl, GITHUB_SERVER_URL: github.url, HF_ENDPOINT: hub.url };
  github.requests.length = 0;
  hub.requests.length = 0;
});

const VARIANT: VariantSpec = {
  name: "head",
  engine: { kind: "inferrs", inferrs: parseInferrs("latest"), sha256: null },
  model: { kind: "hub", id: repo.id },
  device: "auto",
  serverArgs: [],
};

test("before it is fetched and after: the same lock, with every platform's digest", {
  skip,
}, async () => {
  const home = scratch();
  const options = {
    ...{ cwd: home, workDir: home, signal: new AbortController().signal, token: null },
    env: {
      ...{ HOME: home, HF_HOME: join(home, "hf"), XDG_CACHE_HOME: join(home, "cache") },
      ...{ PATH: "/usr/bin:/bin", ...env },
    },
    ...{ note: () => {}, say: () => {}, warn: () => {}, toolVersion: "0", configDigest: "" },
    ...{ modelCache: null, offline: false },
  };
  const locked = async (offline = false) => {
    const found = await lookUpVariant(VARIANT, { ...options, offline });
    const inputs = { found, described: null, client: null };
    return await lockVariant(VARIANT, inputs, { ...options, offline }, shared());
  };
  const planned = await locked();
  const big = (path: string) => path.endsWith("model.safetensors") || path.endsWith(ASSET);
  const paths = [...github.requests, ...hub.requests].map(({ path }) => path);
  assert.deepEqual(paths.filter(big), [], "neither archive nor weights were fetched");
  assert.deepEqual(planned.engine, {
    ...{ kind: "release", version: VERSION, tag: VERSION, commit: COMMIT },
    assets: { [ASSET]: sha256(archive), [MAC]: sha256(Buffer.from("of another machine")) },
  });
  const files = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];
  assert.deepEqual(planned.model, {
    ...{ kind: "hub", id: repo.id, commit: commitOf(repo), ggufFile: null, tokenizer: null },
    files: files.map((path) => {
      const bytes = repo.files[path] as Buffer;
      return { path, bytes: bytes.length, sha256: sha256(bytes) };
    }),
  });
  const found = await lookUpVariant(VARIANT, options);
  const { described } = await provisionVariant(VARIANT, options, found);
  const used = await lockVariant(VARIANT, { found, described, client: null }, options, shared());
  assert.deepEqual(used, planned);
  assert.deepEqual(await locked(), planned, "from the caches");
  assert.deepEqual(await locked(true), planned, "offline");
});

test("a lock says which release and which commit, whatever latest and main stand for now", {
  skip,
}, async () => {
  const { lock: make, held } = lockWorld(env);
  const lock = await make({ inferrs: "latest", model: repo.id, scenario: ["smoke"] });
  releases.unshift({ version: NEWER, assets: { [ASSET]: other } });
  try {
    const { error, stderr } = await held(lock);
    assert.equal(error, null);
    assert.match(stderr, new RegExp(VERSION));
    assert.doesNotMatch(stderr, new RegExp(NEWER));
  } finally {
    releases.shift();
  }
});

test("another archive, another file, or none for this machine: refused with both digests", {
  skip,
}, async () => {
  const { lock: make, held } = lockWorld(env);
  const lock = await make({ inferrs: "latest", model: repo.id, scenario: ["smoke"] });
  const [head] = lock.variants;
  assert.ok(head?.engine.kind === "release" && head.model.kind === "hub");
  const { engine, model: pinned } = head;
  const changed = (over: Partial<typeof head>): Lock => ({
    ...lock,
    variants: [{ ...head, ...over }],
  });
  const said = async (one: Lock) => (await held(one)).error?.message ?? "";
  const bad = "b".repeat(64);
  const archived = await said(changed({ engine: { ...engine, assets: { [ASSET]: bad } } }));
  assert.match(
    archived,
    new RegExp(`- SHA-256 of ${ASSET}: locked ${bad}, here ${sha256(archive)}`),
  );
  const mac = await said(changed({ engine: { ...engine, assets: { [MAC]: bad } } }));
  assert.match(
    mac,
    new RegExp(`- archive for this machine: locked ${MAC}, here ${ASSET}\\. .*again`),
  );
  const files = pinned.files.map((file) =>
    file.path === "config.json" ? { ...file, sha256: bad } : file,
  );
  const file = await said(changed({ model: { ...pinned, files } }));
  assert.match(file, new RegExp(`- SHA-256 of the model's config\\.json: locked ${bad}, here`));
  const both = await said(
    changed({ engine: { ...engine, assets: { [ASSET]: bad } }, model: { ...pinned, files } }),
  );
  assert.match(both, /"2 other inputs"/);
});
