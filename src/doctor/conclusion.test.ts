import assert from "node:assert/strict";
import { test } from "node:test";
import type { Recommendation } from "../result.ts";
import { conclude, type Facts } from "./conclusion.ts";
import { complete, failed, passed } from "./steps.ts";

const good = complete(
  (["health", "models", "chat", "tools", "streaming"] as const).map((id) =>
    passed(id, { came: "" }),
  ),
  "not asked",
);
const facts = (over: Partial<Facts>): Facts => ({
  ...{ steps: good, calls: "structured", turn: null, recommendation: null },
  ...{ because: null, confirmed: false },
  ...over,
});
const fix = (toolsKept: boolean) =>
  ({ settings: [{}], toolsKept, because: "No skills.", compat: {} }) as unknown as Recommendation;
const said = (over: Partial<Facts>) => conclude(facts(over)).sentences.join(" ");

test("all is well", () => {
  const { works, tools } = conclude(facts({}));
  assert.deepEqual([works, tools], [true, "work"]);
  assert.match(said({}), /^Works with tools\. Nothing must be changed, as far as small requests/);
  assert.match(said({ confirmed: true }), /a turn of OpenClaw passed as configured/);
});

test("a turn that doesn't fit, and the least costly fix", () => {
  const turn = { memoryBytes: 30e9, budgetBytes: 16e9, fits: false };
  assert.equal(
    said({ turn, recommendation: fix(true) }),
    "Works with tools, with the settings below. As configured a turn needs about 30 GB and you have 16 GB. Least costly fix (foretold, not tried): No skills.",
  );
});

test("calls as text, refused tools, tools that don't fit: chat only, and why", () => {
  assert.match(said({ calls: "text" }), /chat only: the model's tool calls come back as text/);
  assert.match(said({ calls: "refused" }), /chat only: the server refuses requests with tools/);
  assert.match(said({ recommendation: fix(false) }), /chat only: a turn with tools doesn't fit/);
  assert.equal(conclude(facts({ recommendation: fix(false) })).tools, "chat-only");
});

test("a model that called nothing proves nothing", () => {
  assert.equal(conclude(facts({ calls: "none" })).tools, "unknown");
  assert.match(said({ calls: "none" }), /how a call comes back was not seen/);
});

test("no rung mends it: it doesn't work, and why", () => {
  const { works, sentences } = conclude(facts({ because: "No setting mends it." }));
  assert.equal(works, false);
  assert.match(sentences.join(" "), /an agent's turn doesn't work\. No setting mends it\./);
});

test("no answer at all: the first failure decides", () => {
  const steps = complete([failed("health", "unreachable", { came: "refused" })], "no server");
  const { works, sentences } = conclude(facts({ steps }));
  assert.equal(works, false);
  assert.match(sentences.join(" "), /no connection could be made.*What mends it: Start the server/);
});
