import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseArgs } from "./args.ts";
import { start, startSim } from "./testing.ts";

const parse = (...argv: string[]) => {
  const args = parseArgs(argv, {});
  assert.equal(args.kind, "serve");
  return args.kind === "serve" ? args : assert.fail();
};

test("inferrs's own command line", () => {
  const given = "serve org/model --host 0.0.0.0 --port 81 --device cpu --quantize --max-tokens 9";
  const args = parse(...given.split(" "), "--turbo-quant=false", "--max-seq-len", "512");
  assert.deepEqual([args.model, args.host, args.port], ["org/model", "0.0.0.0", 81]);
  assert.equal(args.knobs.window, 512);
});

test("knobs and the account's file", () => {
  const args = parse("--knob", "usage", "--knob=decode-speed=7", "--state", "a.json");
  assert.deepEqual([args.knobs.usage, args.knobs["decode-speed"]], [true, 7]);
  assert.equal(args.stateFile, "a.json");
  const { stateFile } = parseArgs([], { INFERRS_BENCH_SIM_STATE: "b.json" }) as typeof args;
  assert.equal(stateFile, "b.json");
});

test("a bad command line is told before anything starts", () => {
  for (const [argv, expected] of [
    [["--bogus", "1"], /--bogus: the simulator has no such flag/],
    [["--port"], /--port: expected a value/],
    [["--port", "80a"], /--port: got "80a"/],
    [["--port", "65536"], /--port: got "65536"/],
    [["a", "b"], /one model, got a b/],
    [["--knob", "decode-speed=fast"], /decode-speed: got "fast"/],
  ] as const)
    assert.throws(() => parse(...argv), expected);
  const entry = fileURLToPath(new URL("./entry.ts", import.meta.url));
  const ran = spawnSync(process.execPath, [entry, "--knob", "lucky=1"], { encoding: "utf8" });
  assert.equal(ran.status, 2);
  assert.match(ran.stderr, /Did you mean "luck"\?/);
  const help = spawnSync(process.execPath, [entry, "--help"], { encoding: "utf8" });
  assert.match(help.stdout, /die-above=N/);
});

test("a port that is taken: exit 1, in inferrs's words", async () => {
  const sim = await startSim();
  try {
    const entry = fileURLToPath(new URL("./entry.ts", import.meta.url));
    const second = start(process.execPath, [entry, "--port", String(sim.port)], sim.port);
    assert.equal((await second.ended).code, 1);
    assert.match(second.errors(), /^Error: Address already in use/);
  } finally {
    await sim.stop();
  }
});
