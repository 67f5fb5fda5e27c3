import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { BenchHost } from "../../end.ts";
import { fakeOpenClaw } from "../../testing/openclaw/fake.ts";
import { undoLast } from "./backup.ts";
import { type WriteOptions, writeSettings } from "./write.ts";

const dir = mkdtempSync(join(tmpdir(), "write-"));
after(() => rmSync(dir, { recursive: true, force: true }));
const { path: entry, calls } = fakeOpenClaw(dir);
const install: WriteOptions["install"] = {
  ...{ version: "2099.1.1", source: "path", integrity: null, nodeVersion: process.versions.node },
  ...{ node: process.execPath, entry: join(entry, "command.mjs") },
};

const BEFORE = {
  agents: { defaults: { skills: ["old"] } },
  models: { providers: { p: { apiKey: "sk-canary", models: [{ id: "m" }] } } },
};
const SETTINGS = [
  { path: "agents.defaults.skills", value: [] },
  { path: "models.providers.p.models[0].compat.requiresStringContent", value: true },
];

let count = 0;
function given(over: Partial<WriteOptions> = {}, env: NodeJS.ProcessEnv = {}) {
  const folder = join(dir, String(count++));
  mkdirSync(folder);
  const configPath = join(folder, "openclaw.json");
  const text = JSON.stringify(BEFORE);
  writeFileSync(configPath, text, { mode: 0o640 });
  const said: string[] = [];
  const host = {
    ...{ env: { ...process.env, ...env }, cwd: folder, signal: new AbortController().signal },
  } as unknown as BenchHost;
  const options: WriteOptions = {
    ...{ install, configPath, config: BEFORE, settings: SETTINGS, host, now: new Date(1e12) },
    files: [configPath],
    print: (line) => said.push(line),
    confirm: async () => true,
    ...over,
  };
  const now = () => JSON.parse(readFileSync(configPath, "utf8"));
  return { options, configPath, folder, said, text, now };
}

test("shown, written by the client, backed up, and taken back", async () => {
  const { options, configPath, folder, said, text, now } = given();
  const written = await writeSettings(options);
  assert.equal(written.kind, "written");
  assert.deepEqual(now().agents.defaults.skills, []);
  assert.equal(now().models.providers.p.models[0].compat.requiresStringContent, true);
  const difference = said.join("\n");
  assert.match(difference, /@@ agents\.defaults\.skills @@\n-\["old"\]\n\+\[\]/);
  assert.match(difference, /compat\.requiresStringContent @@\n\+true/);
  assert.doesNotMatch(difference, /canary/);
  const [backup = ""] = written.kind === "written" ? written.backups : [];
  assert.equal(readFileSync(backup, "utf8"), text);
  assert.equal(statSync(backup).mode & 0o777, 0o600);
  undoLast(configPath);
  assert.equal(readFileSync(configPath, "utf8"), text);
  assert.deepEqual(readdirSync(folder), ["openclaw.json"]);
  assert.throws(() => undoLast(configPath), /nothing to take back/i);
});

test("what is there already is not written, and no is no", async () => {
  const same = given({ settings: [{ path: "agents.defaults.skills", value: ["old"] }] });
  assert.deepEqual(await writeSettings(same.options), { kind: "nothing" });
  const no = given({ confirm: async () => false });
  assert.deepEqual(await writeSettings(no.options), { kind: "declined" });
  assert.equal(readFileSync(no.configPath, "utf8"), no.text);
  assert.deepEqual(readdirSync(no.folder), ["openclaw.json"]);
});

test("settings that the client refuses are never written, in its own words", async () => {
  const { options, configPath, text, said } = given({}, { FAKE_OPENCLAW: "refuses" });
  await assert.rejects(writeSettings(options), /no such key\. Nothing was written/);
  assert.equal(readFileSync(configPath, "utf8"), text);
  assert.deepEqual(said, []);
});

test("a config that the client doesn't take afterwards is put back at once", async () => {
  const { options, configPath, folder, text } = given({}, { FAKE_OPENCLAW: "breaks" });
  await assert.rejects(writeSettings(options), /It is as it was/);
  assert.equal(readFileSync(configPath, "utf8"), text);
  assert.deepEqual(readdirSync(folder), ["openclaw.json"]);
});

test("a file that changes while it is asked is not written over", async () => {
  const { options, configPath } = given();
  const confirm = async () => {
    writeFileSync(configPath, "{}");
    return true;
  };
  await assert.rejects(writeSettings({ ...options, confirm }), /changed meanwhile/);
  assert.equal(readFileSync(configPath, "utf8"), "{}");
});

test("what was changed since is not lost by an undo", async () => {
  const { options, configPath } = given();
  await writeSettings(options);
  writeFileSync(configPath, '{"mine":1}');
  assert.throws(() => undoLast(configPath), /was changed since/);
  assert.equal(readFileSync(configPath, "utf8"), '{"mine":1}');
});

test("two changes are taken back one after the other", async () => {
  const { options, configPath, text } = given();
  await writeSettings(options);
  const between = readFileSync(configPath, "utf8");
  const config = JSON.parse(between);
  const settings = [{ path: "tools.allow", value: ["read"] }];
  await writeSettings({ ...options, config, settings, now: new Date(2e12) });
  undoLast(configPath);
  assert.equal(readFileSync(configPath, "utf8"), between);
  undoLast(configPath);
  assert.equal(readFileSync(configPath, "utf8"), text);
});

test("a link is refused: OpenClaw would replace it", async () => {
  const { options, configPath, folder } = given();
  const link = join(folder, "link.json");
  symlinkSync(configPath, link);
  await assert.rejects(writeSettings({ ...options, configPath: link }), /regular file/);
});

test("comments go, which is said; a file that is included is backed up too", async () => {
  const { options, configPath, folder, said } = given();
  const part = join(folder, "part.json5");
  writeFileSync(part, "{ /* mine */ a: 1 }");
  const config = { ...BEFORE, extra: { $include: "./part.json5" } };
  writeFileSync(configPath, JSON.stringify(config));
  await writeSettings({ ...options, config, files: [configPath, part] });
  assert.ok(said.some((line) => /comments go/.test(line)));
  assert.ok(!readdirSync(folder).some((name) => name.startsWith("part.json5.before")));
});

test("the client was asked on the user's own file, and by a batch each time", () => {
  assert.ok(existsSync(calls));
  const lines = readFileSync(calls, "utf8").trim().split("\n");
  assert.ok(lines.every((line) => /^\["config","(set|validate)"/.test(line)));
});
