import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import JSON5 from "json5";
import { assetPath } from "../../host/assets.ts";
import { type ClientConfigInputs, clientConfig } from "./client-config.ts";
import { valueAt } from "./path.ts";

const base = JSON5.parse(readFileSync(join(assetPath("bench"), "openclaw.json5"), "utf8"));

function make(inputs: Partial<ClientConfigInputs>) {
  return clientConfig({
    ...{ base, user: null, compat: {}, settings: {}, modelId: null },
    baseUrl: "http://127.0.0.1:9999/v1",
    home: { workspaceDir: "/h/workspace", logPath: "/h/log" },
    ...inputs,
  });
}

const PROVIDER = ["models", "providers", "inferrs"];
const MODEL = [...PROVIDER, "models", 0];

test("the guide's config with a cell's flags, pointed at the proxy", () => {
  const made = make({ compat: { supportsTools: false }, modelId: "served/id" });
  assert.equal(made.reference, "inferrs/served/id");
  assert.equal(valueAt(made.config, [...PROVIDER, "baseUrl"]), "http://127.0.0.1:9999/v1");
  assert.equal(valueAt(made.config, [...MODEL, "id"]), "served/id");
  assert.deepEqual(valueAt(made.config, [...MODEL, "compat"]), {
    requiresStringContent: true,
    supportsTools: false,
  });
  const defaults = ["agents", "defaults"];
  assert.deepEqual(valueAt(made.config, [...defaults, "model"]), { primary: "inferrs/served/id" });
  assert.equal(valueAt(made.config, [...defaults, "workspace"]), "/h/workspace");
  assert.deepEqual(made.leftOut, []);
});

test("any provider that speaks openai-completions can be the one under test", () => {
  const user = {
    agents: { defaults: { model: { primary: "mine/m1", fallbacks: ["openai/x"] } } },
    models: {
      providers: {
        mine: {
          baseUrl: "http://10.0.0.1/v1",
          apiKey: "${MY_KEY}",
          api: "openai-completions",
          timeoutSeconds: 77,
          headers: { "x-own": "kept" },
          localService: { command: "/bin/serve" },
          models: [
            { id: "m0", name: "zero" },
            { id: "m1", name: "one", baseUrl: "http://elsewhere/v1", contextWindow: 8192 },
          ],
        },
        openai: { apiKey: "sk-secret", api: "openai-responses", models: [] },
      },
    },
  };
  const { config, provider, leftOut } = make({ user });
  assert.equal(provider, "mine");
  const entry = valueAt(config, ["models", "providers", "mine"]) as Record<string, unknown>;
  assert.equal(entry.timeoutSeconds, 77);
  assert.equal(entry.apiKey, "${MY_KEY}");
  assert.deepEqual(entry.headers, { "x-own": "kept" });
  assert.equal(entry.baseUrl, "http://127.0.0.1:9999/v1");
  const models = entry.models as Record<string, unknown>[];
  assert.deepEqual(
    models.map(({ id, baseUrl, contextWindow }) => [id, baseUrl, contextWindow]),
    [["m1", undefined, 8192]],
  );
  assert.equal(JSON.stringify(config).includes("sk-secret"), false);
  assert.deepEqual(leftOut.sort(), [
    "agents.defaults.model.fallbacks",
    "models.providers.mine.localService",
    "models.providers.openai",
  ]);
});

test("another kind of API is named", () => {
  const user = {
    agents: { defaults: { model: { primary: "o/m" } } },
    models: { providers: { o: { api: "anthropic-messages", models: [{ id: "m" }] } } },
  };
  assert.throws(() => make({ user }), /models\.providers\.o with api anthropic-messages/);
});

test("what reaches other things than the engine is left out and told; our own switches win", () => {
  const user = {
    channels: { telegram: { botToken: "t" } },
    plugins: { enabled: true },
    env: { vars: { A: "b" }, shellEnv: { enabled: true } },
    update: { checkOnStart: true },
    tools: { profile: "coding", fs: { workspaceOnly: false } },
    agents: {
      defaults: { workspace: "/home/me", heartbeat: { every: "5m" }, imageModel: "openai/x" },
      entries: {
        main: { workspace: "/home/me", skills: [], default: true },
        other: { workspace: "/elsewhere" },
      },
    },
  };
  const { config, leftOut } = make({ user });
  assert.equal("channels" in config || "plugins" in config, false);
  assert.deepEqual(config.env, { vars: { A: "b" } });
  assert.equal(valueAt(config, ["update", "checkOnStart"]), false);
  assert.equal(valueAt(config, ["tools", "profile"]), "coding");
  assert.equal(valueAt(config, ["tools", "fs", "workspaceOnly"]), true);
  assert.equal(valueAt(config, ["agents", "defaults", "heartbeat", "every"]), "0m");
  assert.deepEqual(valueAt(config, ["agents", "entries"]), { main: { skills: [] } });
  assert.equal(JSON.stringify(config).includes("/home/me"), false);
  for (const path of ["channels", "plugins", "env.shellEnv", "agents.entries.other"]) {
    assert.ok(leftOut.includes(path), path);
  }
});

test("settings go in by path; null leaves what the config has", () => {
  const settings = {
    "agents.defaults.skills": [],
    'models.providers["inferrs"].models[0].contextWindow': 4096,
    "tools.allow": null,
  };
  const { config } = make({ user: { tools: { allow: ["read"] } }, settings });
  assert.deepEqual(valueAt(config, ["agents", "defaults", "skills"]), []);
  assert.equal(valueAt(config, [...MODEL, "contextWindow"]), 4096);
  assert.deepEqual(valueAt(config, ["tools", "allow"]), ["read"]);
});

test("what keeps the client in its place can't be set", () => {
  for (const path of ["gateway.port", "agents.defaults.workspace", "tools.fs.workspaceOnly"]) {
    assert.throws(() => make({ settings: { [path]: 1 } }), /inferrs-bench sets it itself/);
  }
  const url = { "models.providers.inferrs.baseUrl": "http://x" };
  assert.throws(() => make({ settings: url }), /--base-url/);
  // A whole object may be set: ours is put over it.
  const { config } = make({ settings: { tools: { profile: "minimal" } } });
  assert.deepEqual(config.tools, { profile: "minimal", fs: { workspaceOnly: true } });
});
