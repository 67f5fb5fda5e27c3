import assert from "node:assert/strict";
import { test } from "node:test";
import { readComparison } from "../inputs/comparison.ts";
import { readOptions } from "../inputs/options.ts";
import type { RawOptions } from "../inputs/table.ts";
import { lockedCommand } from "./command.ts";
import { readCommand } from "./read-command.ts";

const MACHINE = { env: {}, memoryBytes: 1e9, gpuBytes: Infinity };
const CWD = "/home/ann/work";

function commandOf(raw: RawOptions): string[] {
  const head = readOptions(raw, {}, MACHINE.memoryBytes);
  const base = readComparison(raw, head, MACHINE)?.base ?? null;
  return lockedCommand(raw, { head, base, cwd: CWD });
}

test("options in the table's order, whatever order they came in", () => {
  const raw = { seed: "4", engine: "sim", compat: ["b=1", "supportsTools=true"], rounds: "2" };
  const other = { rounds: "2", compat: ["b=1", "supportsTools=true"], engine: "sim", seed: "4" };
  const expected = ["run", "--engine=sim", "--compat=b=1", "--compat=supportsTools=true"];
  assert.deepEqual(commandOf(raw), [...expected, "--rounds=2", "--seed=4"]);
  assert.deepEqual(commandOf(other), commandOf(raw));
});

test("what is of one place, or only told about the run, is not in it", () => {
  const places = {
    ...{ out: "x", config: "c", json: true, quiet: true, label: "l", history: "h", locked: "f" },
    ...{ "history-keep": "3", "lock-timeout": "3", offline: true, "keep-bodies": true, plan: true },
    ...{ "fail-on": "none", "api-key-env": "HOME", "github-token": "secret", "hf-token": "secret" },
  };
  const command = commandOf({ engine: "sim", ...places });
  assert.deepEqual(command, ["run", "--engine=sim"]);
});

test("what is measured is, also where it only ends a run", () => {
  const raw = {
    engine: "sim",
    "time-budget": "60",
    timeout: "9",
    "memory-limit": "2GB",
    cell: ["c"],
  };
  assert.deepEqual(commandOf(raw).slice(2), [
    ...["--timeout=9", "--time-budget=60", "--memory-limit=2GB", "--cell=c"],
  ]);
});

test("a path within the working folder stays, any other keeps its last part", () => {
  const inferrs = (path: string) => commandOf({ inferrs: path, model: "synthetic" })[1];
  assert.equal(inferrs("target/release/inferrs"), "--inferrs=./target/release/inferrs");
  assert.equal(inferrs("/home/ann/work/bin/inferrs"), "--inferrs=./bin/inferrs");
  assert.equal(inferrs("/home/ann/secret-project/inferrs"), "--inferrs=./inferrs");
  assert.equal(inferrs("../x/inferrs"), "--inferrs=./inferrs");
  assert.equal(inferrs("~/x/inferrs"), "--inferrs=./inferrs");
  assert.equal(inferrs("inferrs"), "--inferrs=inferrs", "a name on PATH is no path");
  assert.equal(inferrs("latest"), "--inferrs=latest");
  const raw = {
    model: "/data/gemma",
    scenario: ["chat", "/s/own.json5"],
    "openclaw-config": "/c.json",
  };
  assert.deepEqual(commandOf(raw), [
    ...["run", "--model=./gemma", "--scenario=chat", "--scenario=./own.json5"],
    "--openclaw-config=./c.json",
  ]);
  const compared = { inferrs: "/a/new", model: "synthetic", base: ["inferrs=/a/old", "quantize="] };
  assert.deepEqual(commandOf(compared).slice(-2), ["--base=inferrs=./old", "--base=quantize="]);
});

test("a URL loses what may be secret in it", () => {
  const digest = "a".repeat(64);
  const raw = { inferrs: "https://x.example/a.tar.gz?sig=canary", "inferrs-sha256": digest };
  const command = commandOf({ ...raw, base: ["inferrs=latest"] });
  assert.equal(command[1], "--inferrs=https://x.example/a.tar.gz");
  assert.ok(!command.join(" ").includes("canary"));
});

test("read again it is what it was", () => {
  const command = ["run", "--engine=sim", "--sim=a=b=c", "--sim=", "--until-it-breaks", "--seed=3"];
  assert.deepEqual(readCommand(command, "x"), {
    ...{ command: "run", engine: "sim", sim: ["a=b=c", ""], "until-it-breaks": true, seed: "3" },
  });
  assert.deepEqual(readCommand(["demo"], "x"), { command: "demo" });
});

test("what no lock of ours holds is refused", () => {
  const refused = (...args: string[]) =>
    assert.throws(() => readCommand(args, "--locked x"), /--locked x: got "/, args.join(" "));
  refused();
  refused("doctor");
  refused("run", "seed=3");
  refused("run", "--nothing=3");
  for (const name of ["out", "config", "api-key-env", "locked", "allow-commands", "history"]) {
    refused("run", `--${name}=x`);
  }
  refused("run", "--github-token=x");
  for (const path of ["/bin/sh", "../x", "a/../../x", "~/x", "C:\\x", "\\\\host\\x"]) {
    refused("run", `--inferrs=${path}`);
    refused("run", `--base=inferrs=${path}`);
    refused("run", `--scenario=${path}`);
    refused("run", `--openclaw-config=${path}`);
  }
});
