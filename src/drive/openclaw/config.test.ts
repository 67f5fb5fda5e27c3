import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import JSON5 from "json5";
import { mergeOpenClawConfig, renderOpenClawConfig } from "./config.ts";

const base = JSON5.parse(
  readFileSync(new URL("../../../bench/openclaw.json5", import.meta.url), "utf8"),
);
const what = {
  modelId: "org/m",
  baseUrl: null,
  compat: { supportsTools: false },
  header: ["Note"],
};
const render = (user: unknown, over: object = {}) => {
  const text = renderOpenClawConfig(mergeOpenClawConfig(base, user), { ...what, ...over });
  return { text, value: JSON5.parse(text) };
};

test("the guide's config, with the model, the URL and the flags filled in", () => {
  const { text, value } = render(null, { baseUrl: "http://127.0.0.1:9/v1" });
  assert.match(text, /^\/\/ Note\n/);
  assert.equal(value.agents.defaults.model.primary, "inferrs/org/m");
  const provider = value.models.providers.inferrs;
  assert.equal(provider.baseUrl, "http://127.0.0.1:9/v1");
  assert.equal(provider.apiKey, "inferrs-local");
  assert.equal(provider.models[0].id, "org/m");
  assert.deepEqual(provider.models[0].compat, {
    requiresStringContent: true,
    supportsTools: false,
  });
});

test("the user's own values win, and what isn't ours is left out", () => {
  const user = {
    channels: { chat: { token: "canary-channel" } },
    models: {
      providers: {
        inferrs: {
          timeoutSeconds: 90,
          models: [
            {
              id: "google/gemma-4-E2B-it",
              contextWindow: 8192,
              compat: { supportsStrictMode: true },
            },
          ],
        },
      },
    },
  };
  const { text, value } = render(user, { modelId: "google/gemma-4-E2B-it" });
  const provider = value.models.providers.inferrs;
  assert.equal(provider.timeoutSeconds, 90);
  assert.equal(provider.models[0].contextWindow, 8192);
  assert.equal(provider.models[0].name, "Gemma 4 E2B (inferrs)");
  assert.equal(provider.models[0].compat.supportsStrictMode, true);
  assert.doesNotMatch(text, /canary|channels/);
  assert.deepEqual(mergeOpenClawConfig(base, user).baseCompat, {
    requiresStringContent: true,
    supportsStrictMode: true,
  });
});

test("no literal secret gets through, references do", () => {
  const user = {
    models: {
      providers: {
        inferrs: {
          baseUrl: "http://user:canary-password@127.0.0.1:8080/v1?key=canary-query",
          apiKey: "canary-key",
          headers: { "x-team": "canary-header", "x-ref": "${TEAM}" },
          request: { auth: { value: "canary-auth" } },
          models: [{ id: "google/gemma-4-E2B-it", params: { accessToken: "canary-token" } }],
        },
      },
    },
  };
  const config = mergeOpenClawConfig(base, user);
  const { text, value } = render(user);
  assert.doesNotMatch(text + JSON.stringify(config), /canary/);
  assert.match(text, /Keys of your own config are not written here/);
  assert.equal(value.models.providers.inferrs.headers["x-ref"], "${TEAM}");
  const reference = render({ models: { providers: { inferrs: { apiKey: "${MY_KEY}" } } } });
  assert.equal(reference.value.models.providers.inferrs.apiKey, "${MY_KEY}");
});

test("what isn't known to be harmless is left out, wherever it stands", () => {
  const reference = "inferrs/google/gemma-4-E2B-it";
  const user = {
    agents: {
      defaults: { models: { [reference]: { alias: "A", params: { apiKey: "canary-1" } } } },
    },
    models: {
      providers: {
        inferrs: {
          apiKeys: ["canary-2"],
          localService: { args: ["--api-key", "canary-3"] },
          models: [{ id: "google/gemma-4-E2B-it", extra: "canary-4" }],
        },
      },
    },
  };
  const { text } = render(user, { modelId: "google/gemma-4-E2B-it" });
  assert.doesNotMatch(text + JSON.stringify(mergeOpenClawConfig(base, user)), /canary/);
  assert.match(text, /alias: "A"/);
});

test("a flag's value of the wrong type is found before anything is measured", () => {
  const models = [{ id: "google/gemma-4-E2B-it", compat: { maxTokensField: 5 } }];
  const user = { models: { providers: { inferrs: { models } } } };
  assert.throws(
    () => mergeOpenClawConfig(base, user),
    /maxTokensField: got "5"; expected max_comp/,
  );
});

test("the primary model may be a plain text", () => {
  const user = {
    agents: { defaults: { model: "local/tiny" } },
    models: { providers: { local: { models: [{ id: "tiny" }] } } },
  };
  assert.equal(mergeOpenClawConfig(base, user).provider, "local");
});

test("another provider is the one under test when the primary model names it", () => {
  const user = {
    agents: { defaults: { model: { primary: "local/tiny" } } },
    models: { providers: { local: { api: "openai-completions", models: [{ id: "tiny" }] } } },
  };
  const { value } = render(user, { modelId: "tiny" });
  assert.deepEqual(Object.keys(value.models.providers), ["local"]);
  assert.equal(value.agents.defaults.model.primary, "local/tiny");
});

test("a header line can't end its comment", () => {
  const { value } = render(null, { header: ["a\nevil: 1,\u2028b"] });
  assert.equal(value.evil, undefined);
});

test("what OpenClaw would refuse is refused here too", () => {
  const models = [{ id: "google/gemma-4-E2B-it", compat: { suportsTools: true } }];
  const user = { models: { providers: { inferrs: { models } } } };
  assert.throws(
    () => mergeOpenClawConfig(base, user),
    /suportsTools.*Did you mean "supportsTools"/,
  );
  assert.throws(() => mergeOpenClawConfig(base, []), /expected an object/);
});
