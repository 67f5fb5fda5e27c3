/** With the real npm, against a registry on loopback that has tiny packages of the client's name. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, before, test } from "node:test";
import type { Warning } from "../../result.ts";
import { type FakePackage, type NpmRegistry, npmRegistry } from "../../testing/npm-registry.ts";
import { provisionOpenClaw } from "./provision.ts";
import { DEFAULT_OPENCLAW_VERSION } from "./spec.ts";
import type { OpenClawWorld } from "./world.ts";

const root = mkdtempSync(join(tmpdir(), "openclaw-provision-"));
let registry: NpmRegistry;

function client(version: string, more: Partial<FakePackage> = {}): FakePackage {
  return {
    name: "openclaw",
    version,
    files: { "openclaw.mjs": `console.log("OpenClaw ${version}");\n` },
    ...more,
    manifest: {
      bin: { openclaw: "openclaw.mjs" },
      engines: { node: ">=20" },
      scripts: { postinstall: `node -e "require('fs').writeFileSync('${root}/script-ran', '')"` },
      ...more.manifest,
    },
  };
}

before(async () => {
  registry = await npmRegistry([
    client(DEFAULT_OPENCLAW_VERSION),
    client("2020.1.1"),
    client("2020.1.2", { tampered: true }),
    client("2020.1.3", { manifest: { engines: { node: ">=999" } } }),
    client("2020.1.4", { files: { "openclaw.mjs": "process.exit(3);\n" } }),
    client("2020.2.0"),
  ]);
});
after(async () => {
  await registry.close();
  rmSync(root, { recursive: true, force: true });
});

/** A user of their own, whose registry is ours; the cache is new unless it is named. */
function world(name: string, more: Partial<OpenClawWorld> = {}) {
  const dir = join(root, name);
  mkdirSync(dir, { recursive: true });
  const said: string[] = [];
  const warnings: Warning[] = [];
  const env = {
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    HOME: dir,
    XDG_CACHE_HOME: join(dir, "cache"),
    npm_config_registry: registry.url,
    npm_config_cache: join(dir, "npm"),
    npm_config_fetch_retries: "0",
  };
  return {
    ...{ env, cwd: dir, signal: new AbortController().signal, offline: false },
    say: (line: string) => said.push(line),
    warn: (warning: Warning) => warnings.push(warning),
    said,
    warnings,
    ...more,
  };
}

const version = (text: string) => ({ kind: "version", version: text }) as const;

test("installed once, kept, hashed again, and used without the network", async () => {
  const first = world("kept");
  const installed = await provisionOpenClaw(version("2020.1.1"), first);
  assert.equal(installed.version, "2020.1.1");
  assert.equal(installed.source, "npm");
  assert.equal(installed.integrity, registry.integrity["openclaw@2020.1.1"]);
  assert.equal(installed.nodeVersion, process.versions.node);
  assert.ok(existsSync(installed.entry));
  assert.equal(existsSync(join(root, "script-ran")), false, "an install script was run");
  const cache = join(root, "kept", "cache", "inferrs-bench", "openclaw");
  assert.deepEqual(readdirSync(cache), ["2020.1.1"]);

  const asked = registry.requests.length;
  const offline = world("kept", { offline: true });
  assert.deepEqual(await provisionOpenClaw(version("2020.1.1"), offline), installed);
  assert.equal(registry.requests.length, asked);

  // A file that was changed since is noticed, and mended where that may be.
  appendFileSync(installed.entry, "// changed\n");
  await assert.rejects(provisionOpenClaw(version("2020.1.1"), offline), /its files were changed/);
  const again = world("kept");
  assert.deepEqual(await provisionOpenClaw(version("2020.1.1"), again), installed);
  assert.deepEqual(
    again.warnings.map(({ code }) => code),
    ["openclaw-cache-broken"],
  );
});

test("latest is an exact version; offline it is the newest that is kept, which is told", async () => {
  const online = world("latest");
  assert.equal((await provisionOpenClaw({ kind: "latest" }, online)).version, "2020.2.0");
  const offline = world("latest", { offline: true });
  assert.equal((await provisionOpenClaw({ kind: "latest" }, offline)).version, "2020.2.0");
  assert.equal(offline.warnings[0]?.code, "offline-latest");
});

test("two at once both have it whole", async () => {
  const [a, b] = await Promise.all([
    provisionOpenClaw(version("2020.1.1"), world("together")),
    provisionOpenClaw(version("2020.1.1"), world("together")),
  ]);
  assert.deepEqual(a, b);
});

test("the pinned version with another integrity is refused, naming both", async () => {
  const other = registry.integrity[`openclaw@${DEFAULT_OPENCLAW_VERSION}`] ?? "none";
  await assert.rejects(
    provisionOpenClaw(version(DEFAULT_OPENCLAW_VERSION), world("pinned")),
    (error: Error) => /knows it as sha512-/.test(error.message) && error.message.includes(other),
  );
});

test("bytes that aren't those of the integrity are refused by npm", async () => {
  const here = world("tampered");
  await assert.rejects(provisionOpenClaw(version("2020.1.2"), here), /EINTEGRITY/);
  const cache = join(root, "tampered", "cache", "inferrs-bench", "openclaw");
  assert.deepEqual(readdirSync(cache), []);
});

test("what can't be had is told with what mends it", async () => {
  const missing = provisionOpenClaw(version("2020.9.9"), world("missing"));
  await assert.rejects(missing, /openclaw@2020\.9\.9.*npm view openclaw versions/);
  const offline = provisionOpenClaw(version("2020.1.1"), world("none", { offline: true }));
  await assert.rejects(offline, /Offline, and OpenClaw 2020\.1\.1 is not in the cache/);
  const node = provisionOpenClaw(version("2020.1.3"), world("node"));
  await assert.rejects(node, /OpenClaw needs Node >=999, and here is .*put it on PATH/);
  const broken = provisionOpenClaw(version("2020.1.4"), world("broken"));
  await assert.rejects(broken, /was installed and can't be run with Node/);
  const lone = world("no-npm");
  const empty = { ...lone, env: { ...lone.env, PATH: join(root, "nowhere") } };
  await assert.rejects(provisionOpenClaw(version("2020.1.1"), empty), /no npm on PATH/);
  const unreached = world("unreached");
  const closed = {
    ...unreached,
    env: { ...unreached.env, npm_config_registry: "http://127.0.0.1:1" },
  };
  await assert.rejects(
    provisionOpenClaw(version("2020.1.1"), closed),
    /The registry can't be reached/,
  );
});

test("a path: the package's folder, a folder that it is in, its command by a link", async () => {
  const dir = join(root, "own", "node_modules", "openclaw");
  mkdirSync(dir, { recursive: true });
  const manifest = { name: "openclaw", version: "9.9.9", bin: { openclaw: "openclaw.mjs" } };
  writeFileSync(join(dir, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(dir, "openclaw.mjs"), "");
  symlinkSync(join(dir, "openclaw.mjs"), join(root, "own", "openclaw"));
  for (const path of ["own", "own/node_modules/openclaw", "own/openclaw"]) {
    const found = await provisionOpenClaw({ kind: "path", path: join(root, path) }, world("path"));
    assert.deepEqual([found.version, found.source, found.integrity], ["9.9.9", "path", null]);
  }
  for (const path of ["own/none", "kept"]) {
    const wrong = provisionOpenClaw({ kind: "path", path: join(root, path) }, world("path"));
    await assert.rejects(
      wrong,
      /--openclaw-version: got .*expected the folder of an installed openclaw/,
    );
  }
});
