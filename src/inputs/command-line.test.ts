import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { HOSTILE } from "../report/fixtures/results.ts";
import { shellCommand, shellQuoted } from "../report/shell.ts";
import { commandOf } from "./command-line.ts";
import { OPTION_TABLE, type OptionRow, type RawOptions } from "./table.ts";

const where = { cwd: "/home/x/repo", env: {} };

test("options become arguments in the table's order; what is of one place only is left out", () => {
  const raw: RawOptions = {
    ...{ command: "run", out: "/tmp/o", json: true, quiet: true, plan: true, history: "branch" },
    ...{ "history-keep": "9", config: "bench.json5", matrix: true, shards: "3" },
    ...{ scenario: ["chat", "agent-turn"], model: "google/gemma-4-E2B-it", offline: true },
    ...{ "keep-bodies": false, label: "metal", seed: "" },
  };
  assert.deepEqual(commandOf(raw, where), [
    "run",
    "--model=google/gemma-4-E2B-it",
    "--offline",
    "--scenario=chat",
    "--scenario=agent-turn",
    "--label=metal",
  ]);
  assert.deepEqual(commandOf({ command: "demo", sim: ["none"] }, where), ["demo", "--sim=none"]);
});

test("what only the Action knows is never an argument", () => {
  const rows = (OPTION_TABLE as readonly OptionRow[]).filter(({ only }) => only === "action");
  const raw = Object.fromEntries(rows.map(({ name }) => [name, "x"])) as RawOptions;
  assert.deepEqual(commandOf(raw, where), ["run"]);
});

test("secrets stay out: in URLs, settings, server arguments, and whatever the environment holds", () => {
  const env = { HF_TOKEN: "hf_0123456789", GITHUB_TOKEN: "ghs_secret0123", MY_KEY: "short" };
  const raw: RawOptions = {
    "base-url": "https://user:pass@host:8080/v1?key=abc#f",
    "api-key-env": "MY_KEY",
    inferrs: "https://x.example/a.tar.gz?sig=1234",
    "server-arg": ["--api-key=abcdef", "--max-seq-len=8192"],
    setting: ["models.providers.inferrs.apiKey=sk-1", 'tools.profile="minimal"'],
    base: [
      "base-url=http://u:p@other/v1",
      "server-arg=--hf-token=abc",
      "inferrs=http://u:p@bad host/x",
    ],
    "restart-command": "TOKEN=hf_0123456789 restart",
  };
  const args = commandOf(raw, { ...where, env });
  assert.deepEqual(args, [
    "run",
    "--base-url=https://host:8080/v1",
    "--api-key-env=MY_KEY",
    "--restart-command=TOKEN=*** restart",
    "--inferrs=https://x.example/a.tar.gz",
    "--server-arg=--api-key=***",
    "--server-arg=--max-seq-len=8192",
    "--base=base-url=http://other/v1",
    "--base=server-arg=--hf-token=***",
    "--base=inferrs=http://bad host/x",
    "--setting=models.providers.inferrs.apiKey=***",
    '--setting=tools.profile="minimal"',
  ]);
  assert.doesNotMatch(args.join(" "), /pass|sig|sk-1|abcdef|hf_0/);
});

test("paths below the folder are shown from there, others as they were given", () => {
  const raw: RawOptions = {
    inferrs: "/home/x/repo/target/release/inferrs",
    model: "/srv/models/gemma",
    "openclaw-config": "own.json5",
    base: ["inferrs=/home/x/repo/base/inferrs", "model=/home/x/repository"],
  };
  assert.deepEqual(commandOf(raw, where), [
    "run",
    "--inferrs=./target/release/inferrs",
    "--model=/srv/models/gemma",
    "--base=inferrs=./base/inferrs",
    "--base=model=/home/x/repository",
    "--openclaw-config=own.json5",
  ]);
});

test("a shell that the command is pasted into gives back the very arguments", () => {
  const args = [
    ...[
      "run",
      "",
      "it's",
      "a b",
      "$HOME `id` $(id)",
      "!!",
      "*?[x]",
      "~",
      "=x",
      "#c",
      "a\\nb",
      "\\",
    ],
    ...[
      "-",
      "--x='y'",
      "&& rm -rf /",
      "é漢😀",
      "a\nb",
      "\u001b[31m",
      "\u202egnp",
      "\u00a0",
      "'\n'",
    ],
    ...HOSTILE.replaceAll("\0", "").split("\n"),
  ];
  const quoted = args.map(shellQuoted).join(" ");
  const hidden = /[\p{Cc}\p{Cf}]/u;
  assert.doesNotMatch(quoted, hidden, "nothing that a page would hide");
  const env = { LC_ALL: "C.UTF-8", PATH: process.env.PATH };
  const out = execFileSync("bash", ["-c", `printf '%s\\0' ${quoted}`], { env, encoding: "utf8" });
  assert.deepEqual(out.split("\0").slice(0, -1), args);
  const lines = shellCommand("printf '%s\\0'", ["a b", "c", "d'e"]);
  assert.equal(lines.split("\n").length, 3, "an argument in each line");
  assert.equal(execFileSync("sh", ["-c", lines], { encoding: "utf8" }), "a b\0c\0d'e\0");
});
