/** What fits, in whole runs: what is foretold is not sent, unless it is to break. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { resultIn, run, scratch } from "./harness.ts";

const CURVE = ["memory-base=3GB", "memory-curve=quadratic", "memory-noise=0.02"];
const ONE = ["--compat", "requiresStringContent=true", "--compat", "supportsTools=true,false"];

async function demo(knobs: string[], ...args: string[]) {
  const cwd = scratch();
  const sim = knobs.flatMap((knob) => ["--sim", knob]);
  const { code, stdout } = await run(["demo", "--quiet", ...sim, ...ONE, ...args], cwd);
  const out = join(cwd, "inferrs-bench-out");
  const log = readFileSync(join(out, "engine.log"), "utf8");
  const sent = [...log.matchAll(/(\d+) prompt tokens/g)].map((match) => Number(match[1]));
  return { code, stdout, result: resultIn(out), sent, out };
}

test("a turn that doesn't fit is foretold and not sent; the shorter one is, and fits as foretold", async () => {
  const { code, stdout, result, sent, out } = await demo(CURVE, "--memory-limit", "12GB");
  assert.equal(code, 0);
  const turns = result.cells.filter((cell) => cell.scenario === "agent-turn");
  assert.deepEqual(
    turns.map(({ outcome }) => `${outcome.kind} ${outcome.reason}`),
    ["not-run doesnt-fit", "pass null"],
  );
  // 3 GB + 56 n² are 12 GB at 12,677 tokens.
  assert.ok(Math.max(...sent) < 12_677, `${Math.max(...sent)} tokens were sent`);
  assert.ok(result.starts.every(({ end }) => end?.kind === "stopped"));
  const [fit] = result.fit ?? [];
  assert.equal(fit?.memory?.kind, "simulated");
  const { low = 0, tokens = 0, high = 0 } = fit.longest ?? {};
  assert.ok(low <= tokens && tokens <= high && low < 12_677 && 12_677 < high, `${low} to ${high}`);
  const short = fit.turns.find(({ name }) => name === "agent-turn without tools");
  const truth = 3e9 + 56 * (short?.promptTokens ?? 0) ** 2;
  assert.equal(short?.tokensSource, "measured");
  assert.ok((short.memoryBytes?.low ?? 0) <= truth && truth <= (short.memoryBytes?.high ?? 0));
  assert.match(stdout, /This machine takes prompts up to about 12,\d00 tokens/);
  assert.match(readFileSync(join(out, "report.md"), "utf8"), /#### What fits/);
});

test("--until-it-breaks goes on until the engine dies, and sends what would not fit", async () => {
  const dies = ["memory-limit=8GB", ...CURVE];
  const { result } = await demo(dies, "--memory-limit", "8GB", "--until-it-breaks");
  const [fit] = result.fit ?? [];
  assert.equal(fit?.ladder.end, "died");
  assert.equal(fit.points.at(-1)?.outcome, "out-of-memory");
  // 3 GB + 56 n² are 8 GB at 9,449 tokens.
  assert.ok((fit.longest?.low ?? 0) < 9449 && 9449 < (fit.longest?.high ?? 0));
  const turn = result.cells.find((cell) => cell.scenario === "agent-turn");
  assert.equal(turn?.outcome.kind, "out-of-memory");
});
