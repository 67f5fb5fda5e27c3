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
  const [, folded = ""] =
    /<summary>Reproduce it<\/summary>([\s\S]*?)<\/details>/.exec(goldenComment()) ?? [];
  const commands = [...folded.matchAll(/^```sh\n([\s\S]*?)\n```$/gm)].map(([, text = ""]) => text);
  assert.equal(commands.length, 2);
  assert.match(commands[0] ?? "", /^cat > bench\.lock\.json <<'END_OF_LOCK'\n\{"command":\["demo"/);
  assert.match(commands[1] ?? "", /^npx inferrs-bench@\d[\w.-]* run --locked bench\.lock\.json$/);
  assert.deepEqual(golden().command?.slice(0, 1), ["demo"]);
});
