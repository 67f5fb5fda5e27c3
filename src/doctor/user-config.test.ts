import assert from "node:assert/strict";
import { test } from "node:test";
import { pickProvider } from "./providers.ts";
import { keyOf, secretsIn } from "./user-config.ts";

const withKey = (apiKey: unknown) => ({
  env: { vars: { FROM_CONFIG: "in-the-config" } },
  models: {
    providers: {
      p: { baseUrl: "http://localhost:1/v1", api: "openai-completions", apiKey, models: [] },
    },
  },
});
const key = (apiKey: unknown, variables: Record<string, string> = {}) => {
  const config = withKey(apiKey);
  const found = keyOf({ config, variables, picked: pickProvider(config, null) });
  return found.kind === "key" ? found.key : found.kind;
};

test("a key stands there, or in the environment by one of two notations", () => {
  assert.equal(key("sk-plain"), "sk-plain");
  assert.equal(key("${A_KEY}", { A_KEY: "told" }), "told");
  assert.equal(key("${FROM_CONFIG}"), "in-the-config");
  assert.equal(key({ source: "env", provider: "default", id: "A_KEY" }, { A_KEY: "told" }), "told");
  assert.equal(key(undefined), "none");
});

test("what only OpenClaw can tell is unknown, as is what isn't set", () => {
  assert.equal(key({ source: "exec", provider: "vault", id: "x" }), "unknown");
  assert.equal(key("${A_KEY}"), "unknown");
});

test("every text that may be a secret is known, and no other", () => {
  const config = {
    models: { providers: { p: { apiKey: "k-1", headers: { "x-a": "h-1" }, baseUrl: "http://b" } } },
    channels: { chat: { botToken: "t-1", name: "harbour" } },
    agents: { defaults: { workspace: "${PLACE}" } },
    gateway: { auth: { password: "p-1" } },
  };
  const variables = { PLACE: "told" };
  assert.deepEqual(secretsIn({ config, variables }).sort(), ["h-1", "k-1", "p-1", "t-1", "told"]);
});
