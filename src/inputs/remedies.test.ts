import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { assetPath } from "../host/assets.ts";
import { readJson5 } from "./config-file.ts";
import { readRemedies } from "./remedies.ts";

const base = readJson5("bench/openclaw.json5", join(assetPath("bench"), "openclaw.json5"), "");
const MODEL = "models.providers.inferrs.models[0]";

test("what the rungs would change is read in the config, and nothing else", () => {
  const user = {
    models: { providers: { inferrs: { apiKey: "canary-key", timeoutSeconds: 40 } } },
    tools: { allow: ["read", "exec"] },
    agents: { entries: { main: { skills: ["notes"] } }, defaults: { skills: ["all"] } },
  };
  const compat = { requiresStringContent: true };
  const read = readRemedies({ base, user, compat }, 5, "oc-compaction");
  assert.deepEqual(read?.current, {
    "agents.defaults.skills": ["all"],
    "agents.entries.main.skills": ["notes"],
    "tools.allow": ["read", "exec"],
    [`${MODEL}.contextWindow`]: 131_072,
    [`${MODEL}.maxTokens`]: 4096,
    "models.providers.inferrs.timeoutSeconds": 40,
  });
  assert.deepEqual(read?.agents, ["main"]);
  assert.equal(read?.most, 5);
  assert.doesNotMatch(JSON.stringify(read), /canary/);
});

test("none is climbed where none is wanted", () => {
  assert.equal(readRemedies({ base, user: null, compat: {} }, 0, null), null);
});
