import assert from "node:assert/strict";
import { test } from "node:test";
import { asksForOwn, GUIDE_URL, subjectOf } from "./options.ts";
import { pickProvider } from "./providers.ts";
import type { UserConfig } from "./user-config.ts";

const configOf = (baseUrl: string): UserConfig => {
  const provider = { baseUrl, api: "openai-completions", models: [{ id: "m" }] };
  const config = {
    agents: { defaults: { model: "p/m" } },
    models: { providers: { p: provider } },
  };
  const picked = pickProvider(config, null);
  return { path: "/c", by: "test", config, variables: {}, files: [], picked };
};

test("an engine is started only when that was said", () => {
  for (const raw of [{ engine: "sim" }, { inferrs: "latest" }, { model: "synthetic" }]) {
    assert.equal(asksForOwn(raw), true);
  }
  const attached = [{}, { "base-url": "http://x/v1" }, { "base-url": "http://x/v1", model: "m" }];
  for (const raw of [...attached, { engine: "external", model: "m" }]) {
    assert.equal(asksForOwn(raw), false);
  }
});

test("the server: as named, else the config's, else the guide's", () => {
  const url = (raw: object, config: UserConfig | null) => {
    const subject = subjectOf(raw, config, {});
    return subject.kind === "attached" ? [subject.baseUrl, subject.from] : [];
  };
  const config = configOf("http://localhost:9000/v1/");
  const named = { "base-url": "http://127.0.0.1:1/v1" };
  assert.deepEqual(url(named, config), ["http://127.0.0.1:1/v1", "--base-url"]);
  assert.deepEqual(url({}, config), ["http://localhost:9000/v1", "the config's"]);
  assert.deepEqual(url({}, null), [GUIDE_URL, "the guide's"]);
});

test("the client's version is the doctor's own business, not a run's", () => {
  const subject = subjectOf({ "openclaw-version": "2026.9.6" }, null, {});
  assert.equal(subject.options.openclaw, null);
});

test("a URL with a password in the config is refused by its place, not by its value", () => {
  const config = configOf("http://mara:canary@localhost:9000/v1");
  assert.throws(
    () => subjectOf({}, config, {}),
    (error: Error) => /providers\.p\.baseUrl/.test(error.message) && !/canary/.test(error.message),
  );
});
