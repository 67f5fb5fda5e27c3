/**
 * The ladder of remedies with the real OpenClaw and the simulator: a turn that fails as configured,
 * the least costly settings with which it works and a session survives its compaction, and the
 * config that is recommended, given back to OpenClaw. OPENCLAW_PATH: the folder of an installed one;
 * without it the pinned version is used, from the cache or from npm.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Recommendation,
  type RemedyLadder,
  type Result,
  resultSchema,
} from "../../src/result.ts";
import { run, scratch } from "./harness.ts";
import { clientTest, part } from "./openclaw-harness.ts";

const CLIENT = process.env.OPENCLAW_PATH;
const WHICH = CLIENT === undefined ? [] : ["--openclaw-version", CLIENT];
const FAST = ["prefill-speed=60000", "decode-speed=2000"];

interface Ran {
  result: Result;
  out: string;
  ladder: RemedyLadder | undefined;
}

/** One start, one round of a one-line answer; the knobs of the simulator, then everything else. */
async function bench(knobs: string[], args: string[]): Promise<Ran> {
  const cwd = scratch();
  const sim = knobs.flatMap((knob) => ["--sim", knob]);
  const turn = ["--turn", "real", "--suite", "smoke", "--scenario", "oc-answer"];
  const { stderr } = await run(
    ["run", "--engine", "sim", "--quiet", ...turn, ...WHICH, ...sim, ...args],
    cwd,
    { INFERRS_BENCH_LOCK_DIR: join(cwd, "lock") },
  );
  const out = join(cwd, "inferrs-bench-out");
  try {
    const result = resultSchema.parse(JSON.parse(readFileSync(join(out, "result.json"), "utf8")));
    return { result, out, ladder: result.ladder?.[0] };
  } catch (cause) {
    throw new Error(`no result: ${stderr}`, { cause });
  }
}

/** The flags as the only combination. */
const flagsOf = ({ compat }: Recommendation) =>
  Object.entries(compat).flatMap(([flag, value]) => [
    "--compat",
    `${flag}=${Array.isArray(value) ? value.join("+") : value}`,
  ]);

/** What is recommended, as the user's own config, in a run that climbs nothing. */
async function givenBack({ result, out }: Ran, knobs: string[]): Promise<void> {
  const { recommendation } = result;
  assert.ok(recommendation);
  const config = ["--openclaw-config", join(out, "openclaw.json5")];
  const again = await bench(knobs, [...config, ...flagsOf(recommendation), "--remedies", "0"]);
  const outcomes = again.result.cells.map(({ outcome }) => outcome.kind);
  assert.deepEqual(outcomes, ["pass"], JSON.stringify(again.result.cells[0]?.outcome));
  assert.equal(again.result.ladder, null);
}

const pathsOf = ({ result }: Ran) =>
  result.recommendation?.settings.map(({ path }) => path.replace(/^.*\.(compat\.)/, "$1")) ?? [];

/** The session with which a climb ended. */
function survived({ ladder }: Ran): void {
  const chosen = ladder?.tried.find(({ rungs }) => rungs.join() === ladder.chosen?.rungs.join());
  assert.equal(chosen?.session?.outcome, "pass", JSON.stringify(chosen ?? ladder));
}

clientTest(
  "an old release, and the guide's flag off: text as a string",
  part("rest", 120),
  async () => {
    const knobs = [...FAST, "reject-arrays"];
    const flags = ["--compat", "requiresStringContent=false", "--compat", "supportsTools=true"];
    const ran = await bench(knobs, flags);
    assert.equal(ran.ladder?.tried[0]?.outcome, "string-content-required");
    assert.equal(ran.result.recommendation?.compat.requiresStringContent, true);
    assert.equal(ran.result.recommendation?.toolsKept, true);
    assert.ok(pathsOf(ran).includes("compat.requiresStringContent"), pathsOf(ran).join());
    survived(ran);
    await givenBack(ran, knobs);
  },
);

clientTest(
  "a server that refuses tool schemas: what leaves tools out is tried, and ends in chat only",
  part("rest", 170),
  async () => {
    const knobs = [...FAST, "reject-tools"];
    const ran = await bench(knobs, ["--compat", "supportsTools=true"]);
    assert.equal(ran.ladder?.tried[0]?.outcome, "tool-schema-rejected");
    assert.equal(ran.ladder?.chosen?.keepsTools, false);
    assert.equal(ran.result.recommendation?.toolsKept, false);
    assert.ok((ran.ladder?.tried.length ?? 0) > 3, "rungs that keep tools come first");
    assert.match(readFileSync(join(ran.out, "report.md"), "utf8"), /ladder of remedies: chat only/);
    survived(ran);
    await givenBack(ran, knobs);
  },
);

clientTest(
  "a server that dies of long prompts: a shorter one that keeps the tools, and a session that stays below",
  part("first", 160),
  async () => {
    const knobs = [...FAST, "die-above=9000"];
    const ran = await bench(knobs, ["--compat", "supportsTools=true"]);
    assert.equal(ran.ladder?.chosen?.keepsTools, true);
    assert.equal(ran.result.recommendation?.toolsKept, true);
    assert.ok(pathsOf(ran).includes("agents.defaults.skills"), pathsOf(ran).join());
    const [configured] = ran.ladder?.tried ?? [];
    const chosen = ran.ladder?.tried.find(({ cell }) => cell === ran.ladder?.chosen?.cell);
    assert.ok((chosen?.requestBytes ?? Infinity) < (configured?.requestBytes ?? 0) / 2);
    survived(ran);
    await givenBack(ran, knobs);
  },
);

clientTest(
  "a slow server that OpenClaw gives up on: a shorter prompt, and as much time as it takes",
  part("rest", 170),
  async () => {
    const own = join(scratch(), "openclaw.json5");
    writeFileSync(own, "{ models: { providers: { inferrs: { timeoutSeconds: 2 } } } }");
    const knobs = ["prefill-speed=5000", "decode-speed=2000"];
    const ran = await bench(knobs, ["--compat", "supportsTools=true", "--openclaw-config", own]);
    assert.equal(ran.ladder?.tried[0]?.outcome, "client-timeout");
    assert.equal(ran.result.recommendation?.toolsKept, true);
    const paths = pathsOf(ran).join();
    assert.match(paths, /timeoutSeconds|agents\.defaults\.skills|tools\.allow/);
    survived(ran);
    await givenBack(ran, knobs);
  },
);
