import assert from "node:assert/strict";
import { test } from "node:test";
import { identitySettings } from "./identity.ts";
import { pickProvider } from "./providers.ts";
import type { UserConfig } from "./user-config.ts";

function configOf(defaults: object): UserConfig {
  const models = [{ id: "first" }, { id: "old" }];
  const provider = { baseUrl: "http://localhost:1/v1", api: "openai-completions", models };
  const config = { agents: { defaults }, models: { providers: { p: provider } } };
  const picked = pickProvider(config, null);
  return { path: "/c", by: "test", config, variables: {}, files: [], picked };
}
const pairs = (config: UserConfig | null, id: string) =>
  identitySettings(config, id).map(({ path, value }) => [path, value]);

test("everywhere that the config names the model", () => {
  const models = { "p/old": { alias: "G" }, "q/x": {} };
  assert.deepEqual(pairs(configOf({ model: { primary: "p/old" }, models }), "new/one"), [
    ["models.providers.p.models[1].id", "new/one"],
    ['agents.defaults.models["p/new/one"]', { alias: "G" }],
    ["agents.defaults.modelPolicy.allow", ["p/old", "q/x", "p/new/one"]],
    ["agents.defaults.model.primary", "p/new/one"],
  ]);
});

test("a model that is a text, and a policy of the user's own", () => {
  const config = configOf({ model: "p/old", modelPolicy: { allow: ["p/old"] } });
  assert.deepEqual(pairs(config, "new"), [
    ["models.providers.p.models[1].id", "new"],
    ["agents.defaults.modelPolicy.allow", ["p/old", "p/new"]],
    ["agents.defaults.model", "p/new"],
  ]);
});

test("the same id, or no config: nothing", () => {
  assert.deepEqual(pairs(configOf({ model: "p/old" }), "old"), []);
  assert.deepEqual(pairs(null, "new"), []);
});
