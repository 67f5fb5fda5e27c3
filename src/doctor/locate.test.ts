import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { locateConfig } from "./locate.ts";

const dir = mkdtempSync(join(tmpdir(), "locate-"));
after(() => rmSync(dir, { recursive: true, force: true }));

/** A home with these files in it. */
function home(name: string, ...files: string[]): string {
  const path = join(dir, name);
  for (const file of files) {
    mkdirSync(join(path, file, ".."), { recursive: true });
    writeFileSync(join(path, file), "{}");
  }
  mkdirSync(path, { recursive: true });
  return path;
}
const found = (env: NodeJS.ProcessEnv, given: string | null = null) => {
  const located = locateConfig(given, env, dir);
  return located.kind === "found" ? located.path : located.kind;
};

test("the default place, and the names of old", () => {
  const now = home("now", ".openclaw/openclaw.json", ".clawdbot/clawdbot.json");
  const old = home("old", ".clawdbot/clawdbot.json");
  assert.equal(found({ HOME: now }), join(now, ".openclaw/openclaw.json"));
  assert.equal(found({ HOME: old }), join(old, ".clawdbot/clawdbot.json"));
});

test("the option wins over the variable, that over the state folder, that over the home", () => {
  const at = home("all", ".openclaw/openclaw.json", "state/openclaw.json", "a.json", "b.json");
  const env = { HOME: at, OPENCLAW_STATE_DIR: "~/state", OPENCLAW_CONFIG_PATH: join(at, "a.json") };
  assert.equal(found(env, join(at, "b.json")), join(at, "b.json"));
  assert.equal(found(env), join(at, "a.json"));
  assert.equal(found({ ...env, OPENCLAW_CONFIG_PATH: " " }), join(at, "state/openclaw.json"));
  assert.equal(found({ HOME: at }), join(at, ".openclaw/openclaw.json"));
});

test("OPENCLAW_HOME moves the home; the words of a broken script are no value", () => {
  const at = home("moved", "other/.openclaw/openclaw.json");
  assert.equal(
    found({ HOME: at, OPENCLAW_HOME: "~/other" }),
    join(at, "other/.openclaw/openclaw.json"),
  );
  assert.equal(found({ HOME: at, OPENCLAW_HOME: "undefined" }), "none");
});

test("none is no error, and says where it was looked for; a named one must be there", () => {
  const at = home("empty");
  const located = locateConfig(null, { HOME: at }, dir);
  assert.equal(located.kind, "none");
  assert.ok(located.kind === "none" && located.looked.every((path) => path.startsWith(at)));
  assert.throws(() => locateConfig("nope.json", {}, dir), /--openclaw-config: got ".*nope.json"/);
  const env = { HOME: at, OPENCLAW_CONFIG_PATH: "~/nope.json" };
  assert.throws(() => locateConfig(null, env, dir), /OPENCLAW_CONFIG_PATH/);
});
