import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { EXAMPLES, golden, goldenComment, withExample } from "./fixtures/examples.ts";

const ROOT = join(import.meta.dirname, "..", "..");

test("the examples in the documentation are what is rendered (npm run readme writes them)", () => {
  for (const name of Object.keys(EXAMPLES)) {
    const page = readFileSync(join(ROOT, name), "utf8");
    assert.equal(page, withExample(page, name), name);
  }
});

test("the README's example names what regressed, by how much, and what was changed", () => {
  const example = EXAMPLES["README.md"]?.text() ?? "";
  assert.match(example, /^> ### ❌ .*Regression: decode of agent-turn \d+(\.\d+)?% slower/);
  assert.match(example, /decode-speed=48 → decode-speed=36/);
  assert.match(example, /SIMULATED/);
  // A glance at it: the whole is in docs/comment.md.
  assert.ok(example.split("\n").length < 40);
  const whole = EXAMPLES["docs/comment.md"]?.text() ?? "";
  assert.ok(whole.startsWith(example));
  assert.match(whole, /compat: \{\n> {3}requiresStringContent: true,\n/);
});

test("whoever is given the first 200 characters can name the metric and what to take back", () => {
  const shown = goldenComment()
    .replace(/^<!--.*-->\n/gm, "")
    .replace(/[*#>`]/g, "");
  assert.match(
    shown.trim().slice(0, 200),
    /Regression: decode of agent-turn .*Changed: [^.]*decode-speed/s,
  );
});

test("the commands that reproduce it are exactly two", () => {
  const [, block = ""] =
    /<summary>Reproduce it<\/summary>\n\n```sh\n([\s\S]*?)\n```/.exec(goldenComment()) ?? [];
  const commands = block.replaceAll(" \\\n", " ").split("\n");
  assert.equal(commands.length, 2);
  assert.match(commands[0] ?? "", /^npm install --global inferrs-bench@\d/);
  assert.match(commands[1] ?? "", /^inferrs-bench demo .*--base=sim=decode-speed=48/);
  assert.deepEqual(golden().command?.slice(0, 1), ["demo"]);
});
