import assert from "node:assert/strict";
import { test } from "node:test";
import type { Result } from "../result.ts";
import { HOSTILE, passing } from "./fixtures/results.ts";
import { reproduceIt, reproducing } from "./reproduce-command.ts";

const asked = (command: string[] | null, over: Partial<Result> = {}): Result => ({
  ...passing(),
  tool: { version: "1.2.3" },
  command,
  ...over,
});

test("two commands: this version of the tool, and the run with its arguments quoted", () => {
  assert.deepEqual(reproducing(asked(["run", "--model=my gemma", "--offline"])), [
    "npm install --global inferrs-bench@1.2.3",
    "inferrs-bench run \\\n  '--model=my gemma' \\\n  --offline",
  ]);
});

test("nothing where it isn't known, no command of a run, or no command line at all", () => {
  for (const command of [null, [], ["sim"], ["doctor", "--write"], ["run", "x".repeat(20_000)]]) {
    assert.equal(reproduceIt(asked(command)), "");
  }
});

test("a version that is none is not installed", () => {
  const [install] = reproducing(asked(["demo"], { tool: { version: "1; rm -rf ~" } })) ?? [];
  assert.equal(install, "npm install --global inferrs-bench");
});

test("what the commands alone don't bring is said", () => {
  assert.match(reproduceIt(asked(["demo"])), /The simulator needs nothing else/);
  const real = { simulated: false };
  assert.match(reproduceIt(asked(["run"], real)), /one machine \(fingerprint `f`\)/);
  assert.match(reproduceIt(asked(["run", "--server-arg=--key=***"], real)), /what is secret/);
  assert.match(reproduceIt(asked(["run", "--base=build=make"], real)), /read that before you run/);
  const [variant] = passing().variants;
  assert.ok(variant);
  const source = { kind: "path" as const };
  const variants = [{ ...variant, engine: { ...variant.engine, source } }];
  assert.match(
    reproduceIt(asked(["run"], { ...real, variants })),
    /Paths are those of the machine/,
  );
});

test("hostile arguments stay arguments, and in their block", () => {
  const text = reproduceIt(asked(["run", `--model=${HOSTILE}`, "--label=```\n</details>"]));
  const [, , ...lines] = text.split("\n");
  const fence = lines[0]?.replace("sh", "") ?? "";
  assert.equal(lines.filter((line) => line === fence).length, 1, "closed once");
  assert.doesNotMatch(text, /[\p{Cf}]/u);
});
