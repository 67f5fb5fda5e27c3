import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { buildRequests } from "../drive/openclaw/request.ts";
import { listScenarios, loadScenario } from "./load-scenario.ts";

const benchDir = join(import.meta.dirname, "..", "..", "bench");
const dir = mkdtempSync(join(tmpdir(), "scenarios-"));
after(() => rmSync(dir, { recursive: true, force: true }));

const load = (name: string, scale = 1) => loadScenario(name, { benchDir, cwd: dir, scale });

function bytes(name: string, compat: Record<string, boolean>, scale = 1): number[] {
  const context = { modelId: "google/gemma-4-E2B-it", compat, maxTokens: null, seed: 1 };
  return buildRequests(load(name, scale), context)
    .filter((request) => request.body !== null)
    .map((request) => Buffer.byteLength(request.body ?? ""));
}

const near = (value: number | undefined, wanted: number, share: number) =>
  assert.ok(
    value !== undefined && Math.abs(value / wanted - 1) <= share,
    `${value} is not within ${share} of ${wanted}`,
  );

test("every scenario that comes with the tool loads", () => {
  assert.deepEqual(listScenarios(benchDir), [
    "agent-tools",
    "agent-turn",
    "chat",
    "chat-long",
    "oc-answer",
    "oc-compaction",
    "oc-read",
    "oc-second-turn",
    "oc-session",
    "oc-two-tools",
    "oc-write",
    "prompt-cache",
    "smoke",
  ]);
  for (const name of listScenarios(benchDir)) assert.match(load(name).digest, /^[0-9a-f]{64}$/);
});

test("an agent turn has the size of OpenClaw's own requests", () => {
  // OpenClaw 2026.9.6 sent 59,151 bytes to a scripted server, 27,306 with supportsTools false, and
  // its twelve tools took 9,805.
  near(bytes("agent-turn", {})[0], 59_151, 0.03);
  near(bytes("agent-turn", { supportsTools: false })[0], 27_306, 0.03);
  const { tools } = load("agent-turn");
  assert.equal(tools.length, 12);
  near(JSON.stringify(tools).length, 9_805, 0.05);
});

test("each tool result makes the next request longer, and nothing of the one before is lost", () => {
  const [first = 0, second = 0, third = 0] = bytes("agent-tools", {});
  assert.ok(first < second && second < third);
});

test("a scaled turn is smaller in proportion, with and without tools", () => {
  for (const scale of [0.25, 0.5]) {
    for (const compat of [{}, { supportsTools: false }]) {
      const [whole = 0] = bytes("agent-turn", compat);
      near(bytes("agent-turn", compat, scale)[0], whole * scale, 0.08);
    }
  }
  assert.equal(load("agent-turn", 0.25).scale, 0.25);
  assert.equal(load("chat", 0.25).scale, 1, "a chat is not scaled");
  const names = load("agent-tools", 0.05).tools.map((tool) => tool.function.name);
  assert.deepEqual(names, ["read", "exec"], "the tools that the script calls stay");
});

test("the digest changes with any text, and with the scale, not with the name", () => {
  mkdirSync(join(dir, "a"));
  const file = (text: string, path: string) => {
    writeFileSync(join(dir, path), text);
    return load(`./${path}`).digest;
  };
  const text =
    "{ title: 'T', description: 'D', steps: [{ send: [{ role: 'user', content: 'Hi' }] }] }";
  assert.equal(file(text, "a/one.json5"), file(text, "a/two.json5"));
  assert.notEqual(file(text, "a/one.json5"), file(text.replace("Hi", "Ho"), "a/one.json5"));
  assert.notEqual(load("agent-turn").digest, load("agent-turn", 0.5).digest);
});

test("errors name the file, the place and what was expected", () => {
  const fails = (text: string, pattern: RegExp) => {
    writeFileSync(join(dir, "bad.json5"), text);
    assert.throws(() => load("./bad.json5"), pattern);
  };
  assert.throws(() => load("agent-trun"), /Did you mean "agent-turn"/);
  assert.throws(() => load("./none.json5"), /an existing file/);
  fails("{\n  title: ,\n}", /bad\.json5:2:10/);
  fails("{ title: 'T', description: 'D', steps: [] }", /got "steps"/);
  fails("{ title: 'T', description: 'D', stepz: [] }", /stepz/);
  const send = "steps: [{ send: [{ role: 'user', content: { file: 'nope.md' } }] }]";
  fails(`{ title: 'T', description: 'D', ${send} }`, /nope\.md.*beside the scenario/);
});
