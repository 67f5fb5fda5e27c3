/** The client that takes the turns: with the real npm, against a registry on loopback. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { test } from "node:test";
import { lockWorld } from "../testing/lock.ts";
import { npmRegistry } from "../testing/npm-registry.ts";
import { majorOf } from "./tool.ts";

const NAME = "openclaw";
const raw = { engine: "sim", turn: "real", scenario: ["oc-answer"] };

const client = (version: string, text = "") => ({
  name: NAME,
  version,
  files: { "openclaw.mjs": `console.log("OpenClaw ${version}${text}");\n` },
  manifest: { bin: { openclaw: "openclaw.mjs" }, engines: { node: ">=20" } },
});

const flag = { requiresStringContent: { type: "boolean" } };
const models = { items: { properties: { compat: { properties: flag } } } };
const providers = { additionalProperties: { properties: { models } } };
const SCHEMA = { properties: { models: { properties: { providers } } } };
const COMMAND = `
  import { readFileSync } from "node:fs";
  const schema = readFileSync(new URL("schema.json", import.meta.url), "utf8");
  console.log(process.argv[3] === "schema" ? schema : '{"valid":true}');
`;

const environment = (url: string, cache: string) => ({
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  npm_config_registry: url,
  npm_config_cache: cache,
  npm_config_fetch_retries: "0",
});

test("version, integrity and Node, without installing it; another package of that version is refused", async (context) => {
  const good = await npmRegistry([client("2020.1.1"), client("2020.1.2")]);
  const bad = await npmRegistry([client("2020.1.1", " changed")]);
  context.after(() => Promise.all([good.close(), bad.close()]));
  const one = lockWorld({ ...environment(good.url, "npm-good") });
  const lock = await one.lock({ ...raw, "openclaw-version": "latest" });
  const node = majorOf(process.versions.node);
  assert.deepEqual(lock.variants[0]?.openclaw, {
    ...{ version: "2020.1.2", integrity: good.integrity[`${NAME}@2020.1.2`], node },
  });
  assert.ok(!good.requests.some((path) => path.endsWith(".tgz")), "nothing was fetched");
  assert.deepEqual((await one.held(lock)).error, null, "the simulator's turns need no consent");

  const older = await one.lock({ ...raw, "openclaw-version": "2020.1.1" });
  const two = lockWorld({ ...environment(bad.url, "npm-bad") });
  const { error, exitCode } = await two.held(older);
  assert.equal(exitCode, 2);
  const digests = [good, bad].map(({ integrity }) => integrity[`${NAME}@2020.1.1`] ?? "");
  const [locked, here] = digests;
  assert.ok(error?.message.includes(`- integrity of OpenClaw: locked ${locked}, here ${here}. `));
});

test("one that is given by path has a version, and nothing that pins its files", async () => {
  const { dir, write, lock: make, held, bench } = lockWorld();
  const install = (version: string) => {
    mkdirSync(join(dir, "oc"), { recursive: true });
    const manifest = { name: NAME, version, bin: "openclaw.mjs", engines: { node: ">=20" } };
    write("oc/package.json", JSON.stringify(manifest));
    // It answers what it is asked before a run: its schema, and whether a config is good.
    write("oc/schema.json", JSON.stringify(SCHEMA));
    write("oc/openclaw.mjs", COMMAND);
  };
  install("2020.1.1");
  const given = { ...raw, "openclaw-version": "./oc", compat: ["requiresStringContent=true"] };
  const told = await bench({ command: "run", ...given, plan: true, lock: "-" });
  assert.equal(told.error, null);
  assert.match(told.stderr, /Not pinned: the files of head's OpenClaw: it is given by path/);
  const lock = await make(given);
  assert.equal(lock.variants[0]?.openclaw?.integrity, null);
  install("2020.1.9");
  const { error } = await held(lock, { "allow-commands": true });
  assert.match(error?.message ?? "", /- version of OpenClaw: locked 2020\.1\.1, here 2020\.1\.9/);
});
