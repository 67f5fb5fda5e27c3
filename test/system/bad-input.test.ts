import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { run, scratch } from "./harness.ts";

const cwd = scratch();
mkdirSync(join(cwd, "empty-model"));
mkdirSync(join(cwd, "a-folder"));
writeFileSync(join(cwd, "not-executable"), "#!/bin/sh\n");
chmodSync(join(cwd, "not-executable"), 0o644);
writeFileSync(join(cwd, "broken.json5"), "{\n  agents: { defaults: }\n}\n");
writeFileSync(join(cwd, "a-file"), "");
writeFileSync(join(cwd, "options.json5"), "{ ronds: 3 }");
writeFileSync(join(cwd, "scenario.json5"), "{ title: 'T', description: 'D', steps: [] }");

const demo = (...args: string[]) => ["demo", ...args];

/** Arguments, and what the error must say: the input, the value, what was expected, what mends it. */
const CASES: [string, string[], RegExp[], number?][] = [
  ["an unknown flag", demo("--ronds", "3"), [/unknown option '--ronds'/, /--rounds/]],
  ["an unknown command", ["rnu"], [/unknown command 'rnu'/, /run/]],
  ["an unknown scenario", demo("--scenario", "agent-tunr"), [/agent-tunr/, /agent-turn/]],
  [
    "an unknown compat flag",
    demo("--compat", "suportsTools=true"),
    [/suportsTools/, /supportsTools/],
  ],
  ["an unknown compat value", demo("--compat", "supportsTools=maybe"), [/maybe/, /true/]],
  ["an unknown knob", demo("--sim", "prefil-speed=3"), [/prefil-speed/, /prefill-speed/]],
  ["a knob's wrong value", demo("--sim", "luck=much"), [/luck/, /much/]],
  ["malformed JSON5", demo("--openclaw-config", "broken.json5"), [/broken\.json5:2:23/]],
  ["a config that isn't there", demo("--openclaw-config", "nope.json5"), [/nope\.json5/, /ENOENT/]],
  ["an unknown option in the config file", demo("--config", "options.json5"), [/ronds/, /rounds/]],
  [
    "a scenario without steps",
    demo("--scenario", "./scenario.json5"),
    [/scenario\.json5/, /steps/],
  ],
  ["a key that base can't have", demo("--base", "sims=luck=0.1"), [/--base/, /Did you mean "sim"/]],
  ["an option that is both variants'", demo("--base", "rounds=3"), [/same for base and head/]],
  [
    "a base that is head",
    ["run", "--engine", "sim", "--sim", "luck=0.1", "--base", "sim=luck=0.1"],
    [/--base self/],
  ],
  ["base's wrong knob", demo("--base", "sim=prefil-speed=3"), [/--base sim/, /prefill-speed/]],
  ["base's wrong flag", demo("--base", "compat=suportsTools=true"), [/--base/, /supportsTools/]],
  ["a threshold of no metric", demo("--threshold", "tftt=3"), [/tftt/, /Did you mean "ttft"/]],
  [
    "a commit without a repository",
    ["run", "--base", "ref=main", "--build", "make", "--inferrs", "out/x"],
    [/ref=main/, /repository/],
    3,
  ],
  ["zero rounds", demo("--rounds", "0"), [/--rounds/, /"0"/, /from 1/]],
  ["half a start", demo("--starts", "1.5"), [/--starts/, /whole number/]],
  ["no time", demo("--timeout", "-1"), [/--timeout/, /above 0/]],
  ["a size without sense", demo("--memory-limit", "lots"), [/--memory-limit/, /12GiB/]],
  ["an unknown suite", demo("--suite", "qiuck"), [/--suite/, /Did you mean "quick"/]],
  ["an output folder that is a file", demo("--out", "a-file"), [/--out/, /a-file/]],
  ["an output folder below a file", demo("--out", "a-file/x"), [/--out/, /a-file/]],
  ["a binary that isn't there", ["run", "--inferrs", "./nope"], [/--inferrs/, /nope/]],
  ["a binary not on PATH", ["run", "--inferrs", "inferrs-nope"], [/--inferrs/, /PATH/, /demo/]],
  ["a word that is nearly latest", ["run", "--inferrs", "lates"], [/Did you mean "latest"/]],
  [
    "a URL without a digest",
    ["run", "--inferrs", "https://x.example/a.zip?canary"],
    [/x\.example\/a\.zip"/, /--inferrs-sha256/, /^(?!.*canary)/s],
  ],
  [
    "a URL with a password",
    ["run", "--inferrs", "https://user:canary@x.example/a.zip"],
    [/without user name and password/, /^(?!.*canary)/s],
  ],
  [
    "a digest that is none",
    ["run", "--inferrs", "latest", "--inferrs-sha256", "abc"],
    [/--inferrs-sha256/, /64 hexadecimal digits/],
  ],
  [
    "a digest of another file",
    ["run", "--inferrs", process.execPath, "--inferrs-sha256", "0".repeat(64)],
    [/--inferrs-sha256: got "0{64}"/, /which is [0-9a-f]{64}/],
  ],
  [
    "a digest with nothing to verify",
    ["run", "--engine", "sim", "--inferrs-sha256", "0".repeat(64)],
    [/--inferrs-sha256/, /--engine sim/],
  ],
  ["a binary that isn't executable", ["run", "--inferrs", "./not-executable"], [/chmod \+x/]],
  ["a folder as binary", ["run", "--inferrs", "./a-folder"], [/folder/]],
  ["a base URL that is none", ["run", "--base-url", "localhost:8080"], [/--base-url/, /http/]],
  [
    "a base URL with a key in it",
    ["run", "--base-url", "http://127.0.0.1:9/v1?key=canary"],
    [/--base-url/, /--api-key-env/, /^(?!.*canary)/s],
  ],
  [
    "a base URL and an engine that is started",
    ["run", "--base-url", "http://127.0.0.1:9/v1", "--engine", "inferrs"],
    [/--base-url/, /Leave one of the two out/],
  ],
  [
    "a base URL that doesn't answer",
    ["run", "--base-url", "http://127.0.0.1:9/v1"],
    [/127\.0\.0\.1:9/, /ECONNREFUSED/],
    3,
  ],
  [
    "a model directory without config.json",
    ["run", "--inferrs", process.execPath, "--model", "./empty-model"],
    [/--model/, /config\.json/],
  ],
  [
    "a model that is neither id nor folder",
    ["run", "--inferrs", process.execPath, "--model", "gema"],
    [/--model/, /gema/, /synthetic/],
  ],
  ["a report of nothing", ["report", "a-folder"], [/journal\.jsonl/]],
];

for (const [name, args, patterns, code = 2] of CASES) {
  test(`${name}: exit ${code}, and nothing is written`, async () => {
    const ran = await run(args, cwd);
    for (const pattern of patterns) assert.match(ran.stderr, pattern);
    assert.equal(ran.code, code, ran.stderr);
    assert.equal(ran.stdout, "");
    assert.equal(existsSync(join(cwd, "inferrs-bench-out")), false);
    assert.doesNotMatch(ran.stderr, /\n\s+at /, "no stack trace for the user's own mistake");
  });
}
