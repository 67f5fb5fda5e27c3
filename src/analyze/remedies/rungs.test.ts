import assert from "node:assert/strict";
import { test } from "node:test";
import { compatPath, ladder, providerPath } from "./rungs.ts";

const bare = { provider: "inferrs", modelIndex: 0, agents: [] };
const withSettings = (set: Record<string, unknown>, agents: string[] = []) =>
  ladder({ ...bare, agents, current: (path) => set[path] });
const rung = (id: string, set: Record<string, unknown>, agents: string[] = []) =>
  withSettings(set, agents).find((each) => each.id === id);

test("the ladder goes from what costs nothing to what costs the tools", () => {
  const levels = withSettings({}).map(({ level }) => level);
  assert.deepEqual(levels, levels.toSorted());
  assert.ok(withSettings({}).every(({ level, keepsTools }) => keepsTools === level < 4));
});

test("what is set already is left out", () => {
  const path = compatPath(bare, "requiresStringContent");
  assert.equal(path, "models.providers.inferrs.models[0].compat.requiresStringContent");
  assert.equal(rung("string-content", { [path]: true }), undefined);
  assert.equal(rung("no-skills", { "agents.defaults.skills": [] }), undefined);
});

test("a user's own list of tools is made shorter, never longer", () => {
  const allow = rung("three-tools", { "tools.allow": ["read", "web_search"] })?.settings;
  assert.deepEqual(allow?.[0], { path: "tools.allow", value: ["read"] });
  const none = rung("three-tools", { "tools.allow": ["web_search"], "tools.toolSearch": false });
  assert.equal(none, undefined);
});

test("an agent's own setting hides the default: it is changed as well", () => {
  const set = { "agents.entries.main.contextInjection": "always" };
  assert.deepEqual(rung("no-files", set, ["main", "other"])?.settings, [
    { path: "agents.defaults.contextInjection", value: "never" },
    { path: "agents.entries.main.contextInjection", value: "never" },
  ]);
});

test("a provider's name that is no plain word is quoted", () => {
  assert.equal(providerPath("my.server"), 'models.providers["my.server"]');
});
