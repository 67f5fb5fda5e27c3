import assert from "node:assert/strict";
import { test } from "node:test";
import { readComparison } from "./comparison.ts";
import { actionDefaults } from "./defaults.ts";
import { demoDefaults } from "./demo.ts";
import { readOptions } from "./options.ts";
import type { RawOptions } from "./table.ts";

const machine = { env: {}, memoryBytes: 8e9, gpuBytes: Infinity };

function read(raw: RawOptions) {
  const head = readOptions(raw, machine.env, machine.memoryBytes);
  return { head, compared: readComparison(raw, head, machine) };
}

function compared(raw: RawOptions) {
  const { head, compared: both } = read(raw);
  assert.ok(both !== null);
  return { head, ...both };
}

function refused(raw: RawOptions, ...patterns: RegExp[]): void {
  assert.throws(
    () => read(raw),
    (error: Error) => {
      assert.equal(error.name, "InputError", error.stack);
      for (const pattern of patterns) assert.match(error.message, pattern);
      return true;
    },
  );
}

test("nothing is compared without --base, and an empty list is none", () => {
  assert.equal(read({}).compared, null);
  assert.equal(read({ base: [] }).compared, null);
});

test("base's options are head's with those that were given in their place", () => {
  const raw = { model: "synthetic", quantize: "none", dtype: "f32", base: ["quantize=Q8_0"] };
  const { head, base, comparison, differs } = compared(raw);
  assert.deepEqual(head.serverArgs, ["--quantize=none", "--dtype=f32"]);
  assert.deepEqual(base.serverArgs, ["--quantize=Q8_0", "--dtype=f32"]);
  assert.deepEqual(base.model, head.model);
  assert.deepEqual(comparison, {
    kind: "variants",
    intended: ["quantize"],
    thresholds: { default: 0.05, ttftMs: 0.1, loadMs: 0.1 },
    rounds: null,
  });
  assert.deepEqual(differs, [{ what: "quantize", base: "Q8_0", head: "none" }]);
});

test("a repeated key replaces head's whole list; nothing after the = takes head's value away", () => {
  const own = { "server-arg": ["--a=1", "--b=2"], quantize: "none" };
  const { base } = compared({ ...own, base: ["server-arg=--c=3", "server-arg=--d=4"] });
  assert.deepEqual(base.serverArgs, ["--quantize=none", "--c=3", "--d=4"]);
  assert.deepEqual(compared({ ...own, base: ["server-arg="] }).base.serverArgs, [
    "--quantize=none",
  ]);
  const without = compared({ ...own, base: ["quantize="] });
  assert.deepEqual(without.base.serverArgs, own["server-arg"]);
  assert.deepEqual(without.differs, [
    { what: "quantize", base: "not given (inferrs's own choice)", head: "none" },
  ]);
});

test("self is head again", () => {
  const { head, base, comparison, differs } = compared({ base: ["self"], rounds: "5" });
  assert.equal(base, head);
  assert.deepEqual(
    [comparison.kind, comparison.intended, comparison.rounds, differs],
    ["self", [], 5, []],
  );
});

test("what belongs to head's file, model or kind of engine alone isn't taken over", () => {
  const sha = "a".repeat(64);
  const inferrs = { inferrs: "./a", "inferrs-sha256": sha, base: ["inferrs=./b"] };
  const engine = compared(inferrs).base.engine;
  assert.ok(engine.kind === "inferrs" && engine.sha256 === null);
  const model = compared({ model: "a/b", revision: "x", base: ["model=c/d"] }).base.model;
  assert.ok(model.kind === "hub");
  assert.deepEqual([model.id, model.revision], ["c/d", "main"]);
  const sim = compared({ quantize: "none", "server-arg": ["--x"], base: ["engine=sim"] }).base;
  assert.deepEqual([sim.engine.kind, sim.serverArgs], ["sim", []]);
  const one = { "base-url": "http://127.0.0.1:1", "restart-command": "one" };
  refused({ ...one, base: ["base-url=http://127.0.0.1:2"] }, /base is a running server/);
  const two = ["base-url=http://127.0.0.1:2", "restart-command=two"];
  assert.equal(compared({ ...one, base: two }).base.restartCommand, "two");
  const other = compared({ ...one, base: ["inferrs=./b"] }).base;
  assert.deepEqual([other.engine.kind, other.restartCommand], ["inferrs", null]);
});

test("a server that has no restart command has one start, and its rounds alternate", () => {
  const url = { "base-url": "http://127.0.0.1:1" };
  const { head, base } = compared({ ...url, base: ["base-url=http://127.0.0.1:2"] });
  assert.deepEqual([head.starts, base.starts, head.rounds], [1, 1, 20]);
  refused({ ...url, starts: "8" }, /--starts/, /--restart-command/);
  const restarted = read({ ...url, "restart-command": "x", starts: "8" }).head;
  assert.deepEqual([restarted.starts, restarted.restartCommand], [8, "x"]);
  refused({ "restart-command": "x" }, /--restart-command/, /--base-url/);
});

test("pairs at most, by the suite; rounds stay open unless they were given", () => {
  const starts = (raw: RawOptions) => compared({ ...raw, base: ["self"] }).head.starts;
  assert.deepEqual([starts({}), starts({ suite: "smoke" }), starts({ starts: "12" })], [20, 8, 12]);
  assert.equal(read({}).head.starts, 2);
  const { head, comparison } = compared({ suite: "smoke", base: ["self"] });
  assert.deepEqual([head.rounds, comparison.rounds], [3, null]);
});

test("values of the matrix are in force over head's", () => {
  const { base, head } = compared({ base: ["compat=supportsTools=false"] });
  assert.deepEqual(base.axes, head.axes);
  assert.deepEqual(base.inForce.axes, [{ flag: "supportsTools", values: ["false"] }]);
  refused({ base: ["compat=supportsTools=true,false"] }, /--base compat/, /one value/);
  refused({ base: ["setting=a.b=1"] }, /--base setting/, /--turn real/);
  const real = compared({ turn: "real", base: ["setting=a.b=1"] }).base;
  assert.deepEqual(real.inForce.settings, [{ path: "a.b", values: [1] }]);
});

test("what is wrong with base is said of base", () => {
  refused({ base: ["quantise=none"] }, /--base: got "quantise=none"/, /Did you mean "quantize"/);
  refused({ base: ["--model=x"] }, /Did you mean "model"/);
  refused({ base: ["slef"] }, /Did you mean "self"/);
  refused({ base: ["timeout=3"] }, /the same for base and head/, /--timeout/);
  refused({ base: ["model"] }, /KEY=VALUE/);
  refused({ base: ["ref="] }, /ref=main/);
  refused({ base: ["self", "model=x"] }, /self alone/);
  refused({ base: ["model=a/b", "model=c/d"] }, /model once/);
  refused({ base: ["quantize=Q9"] }, /--base quantize: got "Q9"/);
  refused({ dtype: "f16", base: ["server-arg=--dtype=f32"] }, /--base dtype=/);
  refused({ quantize: "none", base: ["quantize=none"] }, /--base self/);
});

test("a URL is shown without its query", () => {
  const sha = "a".repeat(64);
  const base = ["inferrs=https://x.example/a.zip?canary", `inferrs-sha256=${sha}`];
  const { differs } = compared({ base });
  assert.equal(differs[0]?.base, "https://x.example/a.zip");
});

test("thresholds are checked with and without a base", () => {
  assert.equal(read({ threshold: ["3"] }).compared, null);
  refused({ threshold: ["speed=3"] }, /--threshold/, /ttft/);
});

test("the demo's own knobs stay in both", () => {
  const raw = demoDefaults({ base: ["sim=decode-speed=200"] });
  const { head, base, differs } = compared(raw);
  assert.ok(base.engine.kind === "sim" && head.engine.kind === "sim");
  assert.deepEqual(base.engine.knobs, [...head.engine.knobs, "decode-speed=200"]);
  assert.deepEqual(differs, [{ what: "sim", base: "decode-speed=200", head: "without" }]);
  assert.equal(head.starts, 20);
});

test("a small runner's one start is for a measurement, not for a comparison", () => {
  const runner = { environment: "github-hosted", imageOs: null, imageVersion: null };
  const on = { runner, gpus: [], memoryBytes: 16e9 } as never;
  const { raw, notes } = actionDefaults({ command: "run", base: ["inferrs=latest"] }, on);
  assert.deepEqual([raw.starts, raw.rounds, raw["time-budget"]], [undefined, undefined, "1200"]);
  assert.doesNotMatch(notes.join("\n"), /starts 1/);
  const alone = actionDefaults({ command: "run" }, on).raw;
  assert.ok(Number(raw.scale) < Number(alone.scale), "more starts, shorter turns");
});
