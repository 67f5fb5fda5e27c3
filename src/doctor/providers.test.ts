import assert from "node:assert/strict";
import { test } from "node:test";
import { pickProvider } from "./providers.ts";

const provider = (baseUrl: string, ids: string[] = ["m"], api = "openai-completions") => ({
  ...{ baseUrl, api },
  models: ids.map((id) => ({ id, contextWindow: 1000, compat: { supportsTools: false } })),
});
const config = (primary: unknown, providers: Record<string, unknown>) => ({
  agents: { defaults: { model: primary } },
  models: { providers },
});
const LOCAL = "http://127.0.0.1:8080/v1";

test("the primary model's provider, and its model's own entry", () => {
  const picked = pickProvider(
    config(
      { primary: "b/second" },
      {
        a: provider(LOCAL),
        b: provider("http://inferrs:8080/v1", ["first", "second"]),
      },
    ),
    null,
  );
  assert.equal(picked.target?.provider, "b");
  assert.equal(picked.target?.modelIndex, 1);
  assert.equal(picked.target?.modelId, "second");
  assert.equal(picked.target?.contextWindow, 1000);
  assert.deepEqual(picked.target?.compat, { supportsTools: false });
  assert.deepEqual(picked.others, ["a"]);
});

test("a primary model of another kind: the local one", () => {
  const providers = { cloud: provider("https://api.example.com/v1"), here: provider(LOCAL) };
  const picked = pickProvider(config("anthropic/x", providers), null);
  assert.equal(picked.target?.provider, "here");
  assert.match(picked.because, /primary model is another provider's/);
});

test("one that is elsewhere is asked only when it is named", () => {
  const elsewhere = config("cloud/m", { cloud: provider("https://api.example.com/v1") });
  const picked = pickProvider(elsewhere, null);
  assert.equal(picked.target, null);
  assert.match(picked.because, /--provider NAME/);
  assert.equal(pickProvider(elsewhere, "cloud").target?.provider, "cloud");
});

test("only what speaks openai-completions counts, by the provider or by its model", () => {
  const byModel = { baseUrl: LOCAL, models: [{ id: "m", api: "openai-completions" }] };
  const providers = { o: provider(LOCAL, ["m"], "ollama"), c: byModel };
  assert.equal(pickProvider(config("o/m", providers), null).target?.provider, "c");
  assert.equal(pickProvider(config("o/m", providers), "o").target, null);
  assert.match(pickProvider({}, null).because, /no provider/);
});

test("whatever the config is, it is no crash", () => {
  for (const value of [null, 1, [], { models: 3 }, { models: { providers: { a: null } } }]) {
    assert.equal(pickProvider(value, null).target, null);
  }
});
