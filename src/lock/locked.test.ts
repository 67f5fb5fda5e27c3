/** A lock and what it is held against: real files, the whole tool up to where it would start. */
import assert from "node:assert/strict";
import { chmodSync, cpSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type LockWorld, lockWorld } from "../testing/lock.ts";
import { renderLock } from "./canonical.ts";

type Files = Pick<LockWorld, "dir" | "write">;

function program(world: Files, path: string, version = "7.8.9"): void {
  world.write(path, `#!/bin/sh\necho inferrs ${version}\n`);
  chmodSync(join(world.dir, path), 0o755);
}

function modelIn(world: Files, dir: string): void {
  mkdirSync(join(world.dir, dir), { recursive: true });
  world.write(join(dir, "config.json"), '{"model_type":"gemma4"}');
  world.write(join(dir, "tokenizer.json"), "{}");
  world.write(join(dir, "model.safetensors"), Buffer.alloc(5000, 7));
}

const SCENARIO =
  '{ title: "Own", description: "", combinations: false, steps: [{ send: [{ role: "user", content: "Hello" }] }] }';

/** A run with an input of every kind that is a file. */
async function world() {
  const made = lockWorld();
  program(made, "inferrs");
  modelIn(made, "gemma");
  made.write("own.json5", SCENARIO);
  made.write("openclaw.json", "{ models: { providers: { inferrs: { timeoutSeconds: 5 } } } }");
  const raw = {
    ...{ inferrs: join(made.dir, "inferrs"), model: "./gemma", device: "cpu", "max-tokens": "8" },
    ...{ scenario: ["smoke", "./own.json5"], "openclaw-config": "openclaw.json" },
    ...{ quantize: "Q8_0", out: "somewhere", label: "mine" },
  };
  return { ...made, raw, lock: await made.lock(raw) };
}

test("everything is in it, without what is of one place, and written twice it is the same", async () => {
  const { dir, raw, lock, bench } = await world();
  assert.deepEqual(lock.command, [
    ...["run", "--inferrs=./inferrs", "--model=./gemma", "--quantize=Q8_0", "--device=cpu"],
    ...["--scenario=smoke", "--scenario=./own.json5", "--max-tokens=8"],
    "--openclaw-config=./openclaw.json",
  ]);
  const [head] = lock.variants;
  assert.equal(head?.engine.kind, "path");
  assert.deepEqual(head?.serverArgs, ["--quantize=Q8_0"]);
  assert.equal(head?.model.kind === "directory" && head.model.files.length, 3);
  assert.ok(!JSON.stringify(lock).includes(dir), "no path of this machine");
  await bench({ command: "run", ...raw, plan: true, lock: "again.json" });
  const [first, second] = ["bench.lock.json", "again.json"].map((file) =>
    readFileSync(join(dir, file), "utf8"),
  );
  assert.equal(first, second);
  assert.equal(first, renderLock(lock));
});

test("nothing differs: it goes on, and says by which lock", async () => {
  const { held, lock } = await world();
  const told = await held(lock, { "allow-commands": true });
  assert.equal(told.error, null);
  assert.match(told.stderr, /Lock [0-9a-f]{12}: everything that it names was found here/);
});

test("each other input is refused, with what it is, was and is to be", async () => {
  const { held, lock, write, dir } = await world();
  const allowed = { "allow-commands": true };
  const refused = async (pattern: RegExp) => {
    const { error, exitCode } = await held(lock, allowed);
    assert.equal(exitCode, 2, error?.message ?? "it went on");
    assert.match(error?.message ?? "", /got "1 other input"; expected what the lock [0-9a-f]{12}/);
    assert.match(error?.message ?? "", pattern);
  };
  program({ write, dir }, "inferrs", "7.8.8");
  await refused(/- SHA-256 of the inferrs executable: locked [0-9a-f]{64}, here [0-9a-f]{64}\./);
  program({ write, dir }, "inferrs");
  write("gemma/model.safetensors", Buffer.concat([Buffer.alloc(4999, 7), Buffer.from([8])]));
  await refused(/- SHA-256 of the model's model\.safetensors: locked [0-9a-f]{64}, here/);
  modelIn({ write, dir }, "gemma");
  write("gemma/model-Q4K.gguf", "x");
  await refused(/- SHA-256 of the model's model-Q4K\.gguf: locked none, here [0-9a-f]{64}/);
  const clean = await world();
  clean.write("own.json5", SCENARIO.replace("Hello", "Hullo"));
  const text = (await clean.held(clean.lock, allowed)).error?.message ?? "";
  assert.match(text, /- scenario own: locked [0-9a-f]{64}, here [0-9a-f]{64}\. Its text/);
  clean.write("own.json5", SCENARIO);
  clean.write("openclaw.json", "{ models: { providers: { inferrs: { timeoutSeconds: 6 } } } }");
  const config = (await clean.held(clean.lock, allowed)).error?.message ?? "";
  assert.match(config, /- the OpenClaw config in force: locked/);
});

test("all that differs is said at once, this tool and Node too", async () => {
  const { held, lock, write } = await world();
  write("own.json5", SCENARIO.replace("Hello", "Hullo"));
  write("gemma/tokenizer.json", "[]");
  const other = { ...lock, node: "18", tool: { version: "0.0.9", sha256: null } };
  const { error, exitCode } = await held(other, { "allow-commands": true });
  assert.equal(exitCode, 2);
  const text = error?.message ?? "";
  assert.match(text, /got "4 other inputs"/);
  assert.match(text, /- inferrs-bench: locked 0\.0\.9, here \d/);
  assert.match(text, /npx inferrs-bench@0\.0\.9/);
  assert.match(text, /- Node: locked 18\.x, here \d+\.x/);
  assert.match(text, /- scenario own/);
  assert.match(text, /- SHA-256 of the model's tokenizer\.json/);
});

test("where the options can't be read here, the other version is named before that", async () => {
  const { held, lock } = await world();
  const command = lock.command.map((arg) => arg.replace("./gemma", "./not-there"));
  const other = { ...lock, command, tool: { version: "0.0.9", sha256: null } };
  const { error } = await held(other, { "allow-commands": true });
  assert.match(error?.message ?? "", /- inferrs-bench: locked 0\.0\.9/);
  assert.match(error?.message ?? "", /- the rest: .*There is no directory/);
});

test("code of another bundle of the same version is another tool", async () => {
  const { held, lock } = await world();
  const other = { ...lock, tool: { ...lock.tool, sha256: "a".repeat(64) } };
  const { error } = await held(other, { "allow-commands": true });
  assert.match(
    error?.message ?? "",
    /inferrs-bench's own files: locked a{64}, here run from its so/,
  );
});

test("what was changed in the lock by hand doesn't belong together", async () => {
  const { held, lock } = await world();
  const command = lock.command.map((arg) => arg.replace("Q8_0", "Q4K"));
  const { error } = await held({ ...lock, command }, { "allow-commands": true });
  assert.match(
    error?.message ?? "",
    /server arguments: locked --quantize=Q8_0, here --quantize=Q4K/,
  );
});

test("options that change what is measured are refused beside it, all of them at once", async () => {
  const { held, lock } = await world();
  const { error, exitCode } = await held(lock, {
    ...{ "max-tokens": "9", "time-budget": "60", scenario: ["chat"], base: ["self"] },
    ...{ label: "yours", out: "elsewhere" },
  });
  assert.equal(exitCode, 2);
  assert.match(
    error?.message ?? "",
    /got "--base self, --scenario chat, --max-tokens, --time-budget beside it"/,
  );
});

test("where a file is may be said beside it: its digest decides", async () => {
  const { held, lock, dir, write } = await world();
  mkdirSync(join(dir, "other"));
  cpSync(join(dir, "gemma"), join(dir, "other", "gemma"), { recursive: true });
  cpSync(join(dir, "inferrs"), join(dir, "other", "another-name"));
  cpSync(join(dir, "own.json5"), join(dir, "other", "own.json5"));
  write("inferrs", "something else");
  const places = {
    ...{ inferrs: "other/another-name", model: join(dir, "other", "gemma") },
    ...{ scenario: ["other/own.json5"], "openclaw-config": join(dir, "openclaw.json") },
  };
  assert.equal((await held(lock, places)).error, null, "one's own file needs no consent");
  program({ write, dir }, "other/another-name", "0");
  const { error } = await held(lock, places);
  assert.match(error?.message ?? "", /SHA-256 of the inferrs executable/);
  // The folder's name is in every request.
  cpSync(join(dir, "gemma"), join(dir, "renamed"), { recursive: true });
  const renamed = await held(lock, { ...places, model: "renamed" });
  assert.match(renamed.error?.message ?? "", /name of the model's folder: locked gemma, here ren/);
});

test("of base, too", async () => {
  const made = lockWorld();
  program(made, "old", "1");
  program(made, "new", "2");
  const raw = { inferrs: "./new", model: "synthetic", base: ["inferrs=./old"], scenario: ["chat"] };
  const lock = await made.lock(raw);
  assert.deepEqual(
    lock.variants.map(({ name, engine }) => [name, engine.kind]),
    [
      ["base", "path"],
      ["head", "path"],
    ],
  );
  mkdirSync(join(made.dir, "place"));
  cpSync(join(made.dir, "old"), join(made.dir, "place", "old"));
  program(made, "old", "3");
  const places = { inferrs: "./new", base: ["inferrs=place/old"] };
  assert.equal((await made.held(lock, places)).error, null);
  const { error } = await made.held(lock, { "allow-commands": true });
  assert.match(error?.message ?? "", /- base: SHA-256 of the inferrs executable: locked/);
});

test("an Action's defaults are part of the lock, and not made again where it is run", async () => {
  const runner = lockWorld({}, "action");
  program(runner, "inferrs");
  const raw = { inferrs: "./inferrs", model: "synthetic", scenario: ["smoke"] };
  const lock = await runner.lock(raw);
  const named = (name: string) => lock.command.filter((arg) => arg.startsWith(`--${name}=`)).length;
  assert.deepEqual(["scale", "time-budget", "starts", "rounds"].map(named), [1, 1, 1, 1]);
  // One that holds none of them is as good there.
  const plain = {
    ...lock,
    command: lock.command.filter((arg) => !/--(scale|time|st|ro)/.test(arg)),
  };
  for (const each of [lock, plain]) {
    const { error, stderr } = await runner.held(each, { "allow-commands": true });
    assert.equal(error, null);
    assert.doesNotMatch(stderr, /an input of the same name wins/);
  }
});
